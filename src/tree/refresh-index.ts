import type { FileFacts } from '../csource/index.ts';
import { decodeFacts } from './facts-codec.ts';
import { BLOB_BYTES } from './facts-pack.ts';
import type { IndexOptions } from './index-options.ts';
import { IndexThreads } from './index-threads.ts';
import { type OverlayIndex, overlayIndex } from './overlay-index.ts';
import { type FileToRead, readBatches } from './read-batches.ts';
import type { Tree } from './tree.ts';
import type { TreeIndex } from './tree-index.ts';

/** With more changed files than this, linking all files anew is the quicker way, and the next reviews are quicker too. */
const MOST_CHANGED = 1500;
/** With fewer, threads cost more than they bring. */
const FEW = 64;

/**
 * Lays the files that differ from an older index over it; null when there are too many. Costs what the changed files
 * cost, in this run and in each one until the tree is linked in full again.
 */
export async function refreshIndex(
  base: TreeIndex,
  tree: Tree,
  files: readonly FileToRead[],
  key: string,
  options: IndexOptions,
): Promise<OverlayIndex | null> {
  const { gone, changed } = difference(base, files);
  if (gone.length + changed.length > MOST_CHANGED) return null;
  const changes = new Map<string, FileFacts | null>(gone.map((path) => [path, null]));
  const threads = new IndexThreads(changed.length < FEW ? 1 : options.workers);
  let at = 0;
  let unreadable = 0;
  try {
    await threads.read(options.cacheDir, readBatches(tree, changed, options.cacheDir), (result) => {
      let from = 0;
      for (const length of result.lengths) {
        const facts = length < 0 ? null : decodeFacts(result.facts.slice(from, from + length));
        if (length > 0) from += length;
        if (!facts) unreadable++;
        changes.set((changed[at++] as FileToRead).path, facts);
      }
      options.onProgress({ phase: 'refreshing', done: at, total: changed.length });
    });
  } finally {
    await threads.close();
  }
  const overlay = overlayIndex(base, changes);
  return {
    ...overlay,
    key,
    counts: { ...overlay.counts, files: files.length, unreadable: base.counts.unreadable + unreadable },
  };
}

/** Both lists are sorted by path. */
function difference(base: TreeIndex, files: readonly FileToRead[]): { gone: string[]; changed: FileToRead[] } {
  const gone: string[] = [];
  const changed: FileToRead[] = [];
  let id = 0;
  const count = base.symbols.fileCount;
  for (const file of files) {
    while (id < count && base.symbols.path(id) < file.path) gone.push(base.symbols.path(id++));
    if (id < count && base.symbols.path(id) === file.path) {
      if (!isBlob(base.blobs, id, file.blob)) changed.push(file);
      id++;
    } else changed.push(file);
  }
  while (id < count) gone.push(base.symbols.path(id++));
  return { gone, changed };
}

function isBlob(blobs: Uint8Array, id: number, blob: string | null): boolean {
  if (blob === null) return false;
  const own = Buffer.from(blobs.buffer, blobs.byteOffset + id * BLOB_BYTES, BLOB_BYTES);
  return own.toString('hex') === blob.slice(0, BLOB_BYTES * 2);
}
