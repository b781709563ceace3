import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';

/**
 * Writes a file so that a reader sees the old content or the whole new one: into a neighbour, then renamed over it.
 * A symbolic link keeps pointing where it points; what is no regular file (`/dev/null`, a FIFO) is written in place.
 */
export async function writeOutput(file: string, text: string): Promise<Outcome<null>> {
  let target = file;
  try {
    target = await realpath(file);
  } catch {
    // It is not there yet.
  }
  try {
    const there = await stat(target).catch(() => null);
    if (there && !there.isFile()) await writeInto(target, text, 'w');
    else await replace(target, text, there?.mode);
    return ok(null);
  } catch (error) {
    return fail(
      'output/unwritable',
      `${file} cannot be written`,
      (error as NodeJS.ErrnoException).code ?? String(error),
    );
  }
}

async function replace(target: string, text: string, mode: number | undefined): Promise<void> {
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await writeInto(beside, text, 'wx', mode);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function writeInto(path: string, text: string, flags: string, mode?: number): Promise<void> {
  const handle = await open(path, flags, mode);
  try {
    await handle.writeFile(text);
    if (flags === 'wx') await handle.sync();
  } finally {
    await handle.close();
  }
}
