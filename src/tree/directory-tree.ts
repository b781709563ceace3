import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { blobId } from './blob-id.ts';
import { listDirectory, MAX_FILES } from './directory-listing.ts';
import { readRegular } from './read-regular.ts';
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
