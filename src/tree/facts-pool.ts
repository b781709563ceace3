import { Worker } from 'node:worker_threads';
import { type FactsBatch, readBatch } from './facts-batch.ts';
import type { Tree } from './tree.ts';

/** Files handed to a worker at once: enough work to hide the hand-over, little enough to balance. */
const BATCH_BYTES = 2 << 20;

export interface FileToRead {
  readonly path: string;
  readonly size: number;
}

/** Facts of some files, in the order of `files`. */
export interface ReadFiles {
  readonly first: number;
  readonly batch: FactsBatch;
}

/**
 * Reads the facts of many files of a tree with `workers` threads; calls `onBatch` for each batch in no particular order.
 * With one worker or fewer, or where threads cannot run the sources as they are, it reads in this thread.
 */
export async function readFacts(
  tree: Tree,
  files: readonly FileToRead[],
  workers: number,
  onBatch: (read: ReadFiles) => void,
): Promise<void> {
  const batches: { first: number; paths: string[] }[] = [];
  let size = BATCH_BYTES;
  files.forEach((file, i) => {
    if (size >= BATCH_BYTES) {
      batches.push({ first: i, paths: [] });
      size = 0;
    }
    (batches[batches.length - 1] as { paths: string[] }).paths.push(file.path);
    size += file.size + 2048;
  });
  const inThread = workers < 2 || batches.length < 3 || import.meta.url.endsWith('.ts');
  const bytesOf = async (paths: readonly string[]): Promise<(Uint8Array | null)[]> => {
    const bytes: (Uint8Array | null)[] = [];
    for await (const file of tree.readMany(paths)) bytes.push(file.bytes);
    return bytes;
  };
  if (inThread) {
    for (const { first, paths } of batches) onBatch({ first, batch: readBatch(await bytesOf(paths)) });
    return;
  }
  let next = 0;
  const pool = Array.from(
    { length: Math.min(workers, batches.length) },
    () => new Worker(new URL('./facts-worker.js', import.meta.url)),
  );
  try {
    await Promise.all(
      pool.map(async (worker) => {
        while (next < batches.length) {
          const id = next++;
          const { first, paths } = batches[id] as { first: number; paths: string[] };
          const bytes = tree.kind === 'directory' ? null : await bytesOf(paths);
          const batch = await new Promise<FactsBatch>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
            worker.postMessage({ id, root: tree.kind === 'directory' ? tree.root : null, paths, bytes });
          });
          worker.removeAllListeners('error');
          onBatch({ first, batch });
        }
      }),
    );
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
  }
}
