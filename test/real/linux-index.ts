/**
 * The index of Linux, built once for all tests on real data: ABBOT_CACHE, else a folder of its own in the temporary
 * folder. It is built by the program as users have it, in a process of its own, because its workers need compiled files.
 */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Built, buildProgram } from '../cli/built.ts';

export const cacheDir = resolve(process.env['ABBOT_CACHE'] ?? join(tmpdir(), 'abbot-real-data'));

/** Builds the program and, with it, the index of a tree unless it is there; the caller removes the program. */
export async function programWithIndex(tree: string): Promise<Built> {
  const abbot = buildProgram();
  const run = await abbot.run(['index', '--tree', tree, '--cache', cacheDir, '--quiet']);
  if (run.code !== 0) throw new Error(`the index could not be built: ${run.stderr}`);
  return abbot;
}
