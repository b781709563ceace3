import { FactsCache } from './facts-cache.ts';
import { BLOB_BYTES } from './facts-pack.ts';
import type { ReadRequest } from './facts-reader.ts';
import type { Tree } from './tree.ts';

/** Bytes of C handed to a thread at once: enough work to hide the hand-over, little enough to balance. */
const BATCH_BYTES = 2 << 20;

/** A file of a tree; its blob id where it is known without reading. */
export interface FileToRead {
  readonly path: string;
  readonly size: number;
  readonly blob: string | null;
}

/**
 * The files of a tree in batches. A thread reads the files of a directory itself; of a repository it gets the bytes, but only
 * of files that the cache does not have (`all` gives every file's).
 */
export function readBatches(
  tree: Tree,
  files: readonly FileToRead[],
  cacheDir: string | null,
): ((all: boolean) => Promise<ReadRequest>)[] {
  let cache: FactsCache | null = null;
  const cached = (blob: Uint8Array): boolean => {
    if (cacheDir === null) return false;
    cache ??= new FactsCache(cacheDir);
    return cache.has(blob);
  };
  return split(files).map((batch) => async (all) => {
    const paths = batch.map((file) => file.path);
    const blobs = batch.every((file) => file.blob !== null) ? blobColumn(batch) : null;
    if (tree.kind === 'directory') return { root: tree.root, paths, bytes: null, blobs };
    const bytes: (Uint8Array | null)[] = paths.map(() => null);
    const wanted = paths
      .map((path, i) => ({ path, i }))
      .filter(({ i }) => all || !blobs || !cached(blobs.subarray(i * BLOB_BYTES, (i + 1) * BLOB_BYTES)));
    let next = 0;
    for await (const file of tree.readMany(wanted.map(({ path }) => path)))
      bytes[(wanted[next++] as { i: number }).i] = file.bytes;
    return { root: null, paths, bytes, blobs };
  });
}

function split(files: readonly FileToRead[]): FileToRead[][] {
  const batches: FileToRead[][] = [];
  let size = BATCH_BYTES;
  for (const file of files) {
    if (size >= BATCH_BYTES) {
      batches.push([]);
      size = 0;
    }
    (batches[batches.length - 1] as FileToRead[]).push(file);
    size += file.size + 2048;
  }
  return batches;
}

function blobColumn(files: readonly FileToRead[]): Uint8Array {
  const column = new Uint8Array(files.length * BLOB_BYTES);
  files.forEach(({ blob }, i) => {
    column.set(Buffer.from((blob as string).slice(0, BLOB_BYTES * 2), 'hex'), i * BLOB_BYTES);
  });
  return column;
}
