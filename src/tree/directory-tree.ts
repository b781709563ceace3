import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { blobId } from './blob-id.ts';
import { listDirectory, MAX_FILES } from './directory-listing.ts';
import type { Tree, TreeFile } from './tree.ts';
import { isListed } from './tree-path.ts';

/**
 * A plain directory as a tree, as it was when it was opened: files that came later are not in it.
 *
 * Only paths of the listing are ever opened, and none of them led through a symbolic link.
 */
export function directoryTree(root: string, limit = MAX_FILES): Outcome<Tree> {
  const listing = listDirectory(root, limit);
  if (listing.tooMany) {
    const what = `${root} holds more than ${limit.toLocaleString('en')} files`;
    return fail('tree/not-a-tree', what, undefined, 'name the top folder of one source tree');
  }
  const files = new Map(listing.files.map((entry) => [entry.path, entry]));
  const unreadable = new Set(listing.leftOut.unreadable);
  const entries = listing.files.filter((entry) => isListed(entry.path));

  const read = (path: string): Uint8Array | null => {
    if (!files.has(path)) return null;
    try {
      return readRegular(join(root, path));
    } catch {
      unreadable.add(path);
      return null;
    }
  };

  return ok({
    kind: 'directory',
    root,
    revision: 'directory',
    id: listing.id,
    list: async () => entries,
    has: async (path) => files.has(path),
    read: async (path) => read(path),
    async *readMany(paths): AsyncGenerator<TreeFile> {
      // Synchronous reads: 2,306 files of fs/ in 40 ms, against 300 ms sixteen at a time through the thread pool.
      for (const path of paths) yield { path, bytes: read(path) };
    },
    blobId: async (path) => {
      const bytes = read(path);
      return bytes && blobId(bytes);
    },
    leftOut: async () => ({ ...listing.leftOut, unreadable: [...unreadable].sort() }),
    close: async () => {},
  });
}

/** Reads a file that is regular now too: no link is followed, and a pipe put in its place does not block. */
function readRegular(file: string): Uint8Array {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error(`${file} is no longer a regular file`);
    const bytes = new Uint8Array(stat.size);
    let at = 0;
    for (let n = -1; at < bytes.length && n !== 0; at += n) n = readSync(fd, bytes, at, bytes.length - at, null);
    return at < bytes.length ? bytes.subarray(0, at) : bytes;
  } finally {
    closeSync(fd);
  }
}
