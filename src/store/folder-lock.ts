import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';

/** Who has a folder. `began` tells a process from a later one of the same number; null where the system does not say. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly began: string | null;
}

/** A folder that this process has to itself until it is released. */
export interface FolderLock {
  readonly release: () => Promise<void>;
}

/**
 * Takes a folder, by a file `lock` in it that names the process. A lock whose process is gone is taken over; several that
 * try this at once do it one after the other. Fails with `store/in-use`.
 *
 * @example
 * const lock = await lockFolder('/var/lib/abbot/database');
 */
export async function lockFolder(folder: string): Promise<Outcome<FolderLock>> {
  const file = join(folder, 'lock');
  const own: Owner = { pid: process.pid, host: hostname(), began: await beginOf(process.pid) };
  const beside = join(folder, `lock.${randomUUID()}`);
  await writeFile(beside, JSON.stringify(own), { mode: 0o600 });
  try {
    if (await put(beside, file)) return ok({ release: () => rm(file, { force: true }) });
    // Only who has this second file may remove a lock, so that nobody removes one that was put there just now.
    const guard = `${file}.recovery`;
    if (!(await put(beside, guard))) {
      const holder = await readOwner(guard);
      if (holder !== null && (await lives(holder))) return inUse(folder, holder);
      await rm(guard, { force: true });
      if (!(await put(beside, guard))) return inUse(folder, await readOwner(file));
    }
    try {
      const owner = await readOwner(file);
      if (owner !== null && (await lives(owner))) return inUse(folder, owner);
      await rm(file, { force: true });
      if (await put(beside, file)) return ok({ release: () => rm(file, { force: true }) });
      return inUse(folder, await readOwner(file));
    } finally {
      await rm(guard, { force: true });
    }
  } finally {
    await rm(beside, { force: true });
  }
}

function inUse(folder: string, owner: Owner | null): Outcome<never> {
  const who = owner === null ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return fail('store/in-use', `${folder} is in use by ${who}`);
}

/** Puts a file at a place unless something is there. */
async function put(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null when there is none, or it cannot be made out: a lock is put in its place whole, so such a one is no lock. */
async function readOwner(file: string): Promise<Owner | null> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Partial<Owner>;
    return typeof read.pid === 'number' && read.pid > 0
      ? { pid: read.pid, host: String(read.host ?? ''), began: read.began ?? null }
      : null;
  } catch {
    return null;
  }
}

async function lives({ pid, host, began }: Owner): Promise<boolean> {
  // Whether a process of another machine lives cannot be seen from here.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = await beginOf(pid);
  return now === null || began === null || now === began;
}

/** When a process began, in clock ticks since the machine did (proc_pid_stat(5), field 22). */
async function beginOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The second field is the name in parentheses, which may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
