import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { BLOB_BYTES } from './facts-pack.ts';
import { openSections, writeSections } from './section-file.ts';
import type { LeftOut } from './tree.ts';
import { isListed } from './tree-path.ts';

/**
 * What `lstat` said of a directory, and the blob ids of its sources once they were read: as git's index, it saves
 * reading files that did not change.
 */
export interface DirectoryStat {
  /** Regular files, sorted by path. */
  readonly paths: readonly string[];
  /** Four numbers a file: size, modification and change time in milliseconds, inode. */
  readonly stats: Float64Array;
  /** 20 bytes a file; zeros where it was not read. */
  readonly blobs: Uint8Array;
  readonly folders: readonly string[];
  /** Modification time of each folder: changes when a file comes, goes or is replaced. */
  readonly folderTimes: Float64Array;
  readonly leftOut: LeftOut;
}

/** Numbers of `lstat` for a file. */
export const STAT = { SIZE: 0, MTIME: 1, CTIME: 2, INODE: 3, NUMBERS: 4 } as const;

/** A file changed so shortly before it was noted may have changed again without a trace. */
const RACY_MS = 50;

export function statFile(cacheDir: string, root: string): string {
  return join(cacheDir, 'stat', `${createHash('sha256').update(root).digest('hex').slice(0, 32)}.stat`);
}

/** Stores what is known of a directory; rows that may already be out of date are stored as not read. Throws as `fs` does. */
export function writeStat(path: string, stat: DirectoryStat, id: string, now: number): void {
  const blobs = stat.blobs.slice();
  for (let i = 0; i < stat.paths.length; i++) {
    const newest = Math.max(
      stat.stats[i * STAT.NUMBERS + STAT.MTIME] as number,
      stat.stats[i * STAT.NUMBERS + STAT.CTIME] as number,
    );
    if (newest > now - RACY_MS) blobs.fill(0, i * BLOB_BYTES, (i + 1) * BLOB_BYTES);
  }
  writeSections(
    path,
    { id, leftOut: stat.leftOut },
    {
      paths: Buffer.from(stat.paths.join('\0')),
      stats: bytesOf(stat.stats),
      blobs,
      folders: Buffer.from(stat.folders.join('\0')),
      folderTimes: bytesOf(stat.folderTimes),
    },
  );
}

/** What was stored, with the id of it all, or null. */
export function readStat(path: string): (DirectoryStat & { readonly id: string }) | null {
  try {
    const stored = openSections(path);
    if (!stored) return null;
    const text = (name: string): string[] => {
      const bytes = Buffer.from(stored.blob(name).all());
      return bytes.length === 0 ? [] : bytes.toString().split('\0');
    };
    const numbers = (name: string): Float64Array => {
      const bytes = stored.blob(name).all();
      return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
    };
    const { id, leftOut } = stored.meta as { id: string; leftOut: LeftOut };
    const stat = {
      id,
      paths: text('paths'),
      stats: numbers('stats'),
      blobs: stored.blob('blobs').all(),
      folders: ['', ...text('folders').slice(1)],
      folderTimes: numbers('folderTimes'),
      leftOut,
    };
    stored.close();
    return stat;
  } catch {
    return null; // damaged: it is made again
  }
}

function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

export function isKnown(blobs: Uint8Array, i: number): boolean {
  for (let at = i * BLOB_BYTES; at < (i + 1) * BLOB_BYTES; at++) if (blobs[at] !== 0) return true;
  return false;
}

/** Whether every source's blob id is known. */
export function isComplete(stat: DirectoryStat): boolean {
  return stat.paths.every((path, i) => !isListed(path) || isKnown(stat.blobs, i));
}

/** Whether a directory is still what was noted of it: no folder and no source changed. Nothing is read. */
export function isUnchanged(root: string, stat: DirectoryStat): boolean {
  try {
    for (let i = 0; i < stat.folders.length; i++)
      if (lstatSync(`${root}/${stat.folders[i]}`).mtimeMs !== stat.folderTimes[i]) return false;
    for (let i = 0; i < stat.paths.length; i++) {
      const path = stat.paths[i] as string;
      if (isListed(path) && !isSame(stat.stats, i, lstatSync(`${root}/${path}`))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

interface Numbers {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

function isSame(stats: Float64Array, i: number, now: Numbers): boolean {
  const at = i * STAT.NUMBERS;
  return (
    stats[at + STAT.SIZE] === now.size &&
    stats[at + STAT.MTIME] === now.mtimeMs &&
    stats[at + STAT.CTIME] === now.ctimeMs &&
    stats[at + STAT.INODE] === now.ino
  );
}

/** Takes over the blob ids of files whose numbers are the same as before. */
export function carryOver(stat: DirectoryStat, before: DirectoryStat): DirectoryStat {
  const blobs = new Uint8Array(stat.paths.length * BLOB_BYTES);
  let old = 0;
  stat.paths.forEach((path, i) => {
    while (old < before.paths.length && (before.paths[old] as string) < path) old++;
    if (before.paths[old] !== path) return;
    for (let n = 0; n < STAT.NUMBERS; n++)
      if (stat.stats[i * STAT.NUMBERS + n] !== before.stats[old * STAT.NUMBERS + n]) return;
    blobs.set(before.blobs.subarray(old * BLOB_BYTES, (old + 1) * BLOB_BYTES), i * BLOB_BYTES);
  });
  return { ...stat, blobs };
}

/**
 * SHA-256 over the files: sources by path and blob id, others by path and size. The same sources have the same id
 * wherever and whenever they were unpacked.
 */
export function directoryId(stat: DirectoryStat): string {
  const hash = createHash('sha256');
  const lines: string[] = [];
  const blobs = Buffer.from(stat.blobs.buffer, stat.blobs.byteOffset, stat.blobs.length);
  stat.paths.forEach((path, i) => {
    const what = isListed(path)
      ? blobs.toString('hex', i * BLOB_BYTES, (i + 1) * BLOB_BYTES)
      : stat.stats[i * STAT.NUMBERS + STAT.SIZE];
    lines.push(`${path}\0${what}\n`);
  });
  // one string for all: 86,629 calls of update() would cost more than the hash
  return hash.update(lines.join('')).digest('hex');
}
