import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';

/**
 * The one folder outside of memory that abbot writes to on its own: facts, indexes, downloads. Made when first asked for.
 *
 * `ABBOT_CACHE`, else `XDG_CACHE_HOME/abbot`, else `~/.cache/abbot`. Fails with `cache/unwritable`.
 *
 * @example
 * const cache = cacheFolder();
 * if (cache.ok) console.log(cache.value); // '/home/me/.cache/abbot'
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): Outcome<string> {
  const folder = cacheFolderName(environment);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return ok(folder);
  } catch (error) {
    return fail('cache/unwritable', `cannot write to the cache folder ${folder}`, (error as Error).message);
  }
}

function cacheFolderName(environment: NodeJS.ProcessEnv): string {
  if (environment['ABBOT_CACHE']) return resolve(environment['ABBOT_CACHE']);
  // A relative XDG_CACHE_HOME is to be ignored: XDG Base Directory Specification, "Basics".
  const xdg = environment['XDG_CACHE_HOME'];
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'abbot');
}
