/**
 * Where the real data is. A test that needs some says `describe.skipIf(shared === null)(…)`; whoever does not have it
 * reads one line about what is skipped, and with CI=true the lack of it is a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The folder with the corpus of mails and the benchmark's cases: ABBOT_SHARED, else `../shared`; null if absent. */
export const shared: string | null = (() => {
  const folder = resolve(process.env['ABBOT_SHARED'] ?? '../shared');
  return existsSync(folder) ? folder : absent(`there is no ${folder}; set ABBOT_SHARED`);
})();

/** A file or folder of the shared data; null if absent. */
export function sharedPath(path: string): string | null {
  if (shared === null) return null;
  const full = resolve(shared, path);
  return existsSync(full) ? full : absent(`there is no ${full}`);
}

/** Debian's source of Linux, as scripts/linux-source.mjs brings it (and ABBOT_LINUX overrides); null if absent. */
export function linuxTree(version: '6.12' | '6.1'): string | null {
  const found = spawnSync('node', ['scripts/linux-source.mjs', version, '--where'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : absent(found.stderr.trim());
}

function absent(why: string): null {
  if (process.env['CI'] === 'true') throw new Error(why);
  console.warn(`skipped: ${why}`);
  return null;
}
