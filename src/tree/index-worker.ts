import { parentPort } from 'node:worker_threads';
import type { IndexTask } from './index-task.ts';
import { IndexThread, type ThreadCall } from './index-thread.ts';

const thread = new IndexThread();

/** Buffers of a result's own columns move to the receiver instead of being copied. */
function movable(result: unknown): ArrayBuffer[] {
  if (typeof result !== 'object' || result === null) return [];
  const buffers = new Set<ArrayBuffer>();
  for (const value of Object.values(result))
    if (
      ArrayBuffer.isView(value) &&
      value.buffer instanceof ArrayBuffer &&
      value.byteLength === value.buffer.byteLength
    )
      buffers.add(value.buffer);
  return [...buffers];
}

async function answer(call: ThreadCall): Promise<unknown> {
  switch (call.call) {
    case 'read':
      return thread.read(call.cacheDir, call.request);
    case 'finish':
      return thread.finish();
    case 'attach':
      return thread.attach(call.tables);
    case 'start': {
      const { task } = (await import(call.url)) as { task: IndexTask<unknown, unknown, unknown> };
      return thread.start(task, call.init);
    }
    case 'run':
      return thread.run(call.input);
  }
}

parentPort?.on('message', (call: ThreadCall) => {
  answer(call).then(
    (result) => parentPort?.postMessage({ result }, movable(result)),
    (error: NodeJS.ErrnoException) =>
      parentPort?.postMessage({ error: { message: error.message, code: error.code ?? null, stack: error.stack } }),
  );
});
