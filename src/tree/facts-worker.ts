import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { readBatch } from './facts-batch.ts';

/** One request: the files of a batch, as bytes or as paths below `root`. */
interface Request {
  readonly id: number;
  readonly root: string | null;
  readonly paths: readonly string[];
  readonly bytes: readonly (Uint8Array | null)[] | null;
}

parentPort?.on('message', (request: Request) => {
  const files = request.paths.map((path, i) => {
    if (request.bytes) return request.bytes[i] ?? null;
    try {
      return readFileSync(join(request.root as string, path));
    } catch {
      return null;
    }
  });
  const { facts, lengths } = readBatch(files);
  parentPort?.postMessage({ id: request.id, facts, lengths }, [facts.buffer]);
});
