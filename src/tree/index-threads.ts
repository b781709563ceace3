import { Worker } from 'node:worker_threads';
import type { ReadRequest, ReadResult } from './facts-reader.ts';
import type { IndexTables } from './index-tables.ts';
import type { IndexTask } from './index-task.ts';
import { IndexThread, type ThreadCall } from './index-thread.ts';
import type { TreeIndex } from './tree-index.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly code: string | null; readonly stack?: string };
}

/** One who works: a thread, or this one. */
interface Hand {
  read(cacheDir: string | null, request: ReadRequest): Promise<ReadResult> | ReadResult;
  finish(): Promise<unknown> | unknown;
  attach(tables: IndexTables): Promise<unknown> | unknown;
  start<I, A, B>(task: IndexTask<I, A, B>, init: I): Promise<unknown> | unknown;
  run(input: unknown): Promise<unknown> | unknown;
}

/**
 * Threads that read sources and work over a linked index. With fewer than two, or where threads cannot run the sources
 * as they are (TypeScript), the calling thread does it all; results are the same.
 */
export class IndexThreads {
  private readonly workers: Worker[] = [];
  private readonly hands: Hand[];

  constructor(count: number) {
    if (count < 2 || import.meta.url.endsWith('.ts')) this.hands = [new IndexThread()];
    else {
      this.workers = Array.from({ length: count }, () => new Worker(new URL('./index-worker.js', import.meta.url)));
      this.hands = this.workers.map(hand);
    }
  }

  /**
   * Reads batches of files; results come in the order of the batches. A batch is asked for its bytes again, all of them,
   * when what the cache has of it turns out to be damaged.
   */
  async read(
    cacheDir: string | null,
    batches: readonly ((all: boolean) => Promise<ReadRequest> | ReadRequest)[],
    onResult: (result: ReadResult, batch: number) => void,
  ): Promise<void> {
    const read = async (to: Hand, i: number): Promise<ReadResult> => {
      const batch = batches[i] as (all: boolean) => Promise<ReadRequest> | ReadRequest;
      const result = await to.read(cacheDir, await batch(false));
      return result.lengths.includes(-2) ? to.read(cacheDir, await batch(true)) : result;
    };
    await this.inOrder(batches.length, read, onResult);
    await this.all((to) => to.finish());
  }

  async attach(tables: IndexTables): Promise<void> {
    await this.all((to) => to.attach(tables));
  }

  /** Attaches every thread to an index that is open here; a thread of our own works on the index itself. */
  async attachTo(index: TreeIndex): Promise<void> {
    if (this.workers.length > 0 && index.shared) return this.attach(index.shared());
    await this.all((to) => (to as IndexThread).adopt(index));
  }

  async start<I, A, B>(task: IndexTask<I, A, B>, init: I): Promise<void> {
    await this.all((to) => to.start(task, init));
  }

  /** Runs the task that was started last over all inputs; results come in the order of the inputs. */
  async run<A, B>(inputs: readonly A[], onResult: (result: B, input: number) => void): Promise<void> {
    await this.inOrder(inputs.length, (to, i) => to.run(inputs[i]) as B | Promise<B>, onResult);
  }

  /** Gives every thread the same input. */
  async tell(input: unknown): Promise<void> {
    await this.all((to) => to.run(input));
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async all(call: (to: Hand) => unknown): Promise<void> {
    await Promise.all(this.hands.map(call));
  }

  private async inOrder<R>(
    count: number,
    call: (to: Hand, i: number) => Promise<R> | R,
    onResult: (result: R, i: number) => void,
  ): Promise<void> {
    const waiting = new Map<number, R>();
    let next = 0;
    let due = 0;
    await Promise.all(
      this.hands.map(async (to) => {
        while (next < count) {
          const i = next++;
          waiting.set(i, await call(to, i));
          for (let ready = waiting.get(due); ready !== undefined; ready = waiting.get(due)) {
            waiting.delete(due);
            onResult(ready, due++);
          }
        }
      }),
    );
  }
}

/** A thread behind the same calls. One call at a time. */
function hand(worker: Worker): Hand {
  const ask = (call: ThreadCall): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(error);
      worker.once('error', failed);
      worker.once('message', ({ result, error }: Answer) => {
        worker.off('error', failed);
        if (!error) resolve(result);
        else reject(Object.assign(new Error(error.message), { code: error.code ?? undefined, stack: error.stack }));
      });
      worker.postMessage(call);
    });
  return {
    read: (cacheDir, request) => ask({ call: 'read', cacheDir, request }) as Promise<ReadResult>,
    finish: () => ask({ call: 'finish' }),
    attach: (tables) => ask({ call: 'attach', tables }),
    start: (task, init) => ask({ call: 'start', url: task.url, init }),
    run: (input) => ask({ call: 'run', input }),
  };
}
