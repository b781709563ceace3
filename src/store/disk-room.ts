import { statfs } from 'node:fs/promises';

/** PostgreSQL writes its log in pieces of 16 MB; below two of them it may come to stand in the middle of one. */
const NEEDED = 32 << 20;
/** Milliseconds for which an answer holds. */
const FRESH = 1000;

/**
 * Tells whether the disk of a folder has room for a database to go on, asking the system once a second at the most.
 *
 * @example
 * const hasRoom = watchRoom('/var/lib/abbot/database', Date.now);
 * if (!(await hasRoom())) throw diskFull();
 */
export function watchRoom(folder: string, now: () => number): () => Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY;
  let room = true;
  return async () => {
    if (now() - asked < FRESH) return room;
    asked = now();
    const { bavail, bsize } = await statfs(folder);
    room = bavail * bsize >= NEEDED;
    return room;
  };
}

/** What is thrown instead of trying. */
export function diskFull(): Error {
  return Object.assign(new Error('no space left on device: less than 32 MB are free'), { code: 'ENOSPC' });
}
