import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { type Fault, fail, type Outcome, ok } from '../outcome/index.ts';
import type { Answered, Ask, Question } from './atlas-answers.ts';
import { isUnchanged, openReading, type Reading, type ReadingRequest } from './atlas-reading.ts';
import type { ProgressEvent } from './request.ts';

/** What a thread is asked. */
export interface AtlasCall {
  readonly id: number;
  readonly question: Question;
  readonly ask: Ask<Question>;
}

/** What a thread says. */
export type AtlasNews =
  | { readonly kind: 'progress'; readonly progress: ProgressEvent }
  | { readonly kind: 'opened'; readonly identity: Reading['identity']; readonly coverage: Reading['coverage'] }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome<unknown>; readonly memory: number };

/** What a thread is started with. */
export interface ThreadData {
  readonly request: ReadingRequest;
}

/** What was opened in a thread. */
export type Opened = Pick<Reading, 'identity' | 'coverage'>;

/** A tree that is open in a thread of its own, so that whoever asks is never held up. */
export interface AtlasThread {
  /** Settles when the index is open, or could not be opened. */
  readonly opened: Promise<Outcome<Opened>>;
  /** Questions that were not answered yet. */
  readonly waiting: number;
  /** It answers nothing any more. */
  readonly ended: boolean;
  /** Bytes of its heap after the last answer. */
  readonly memory: number;
  ask<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>>;
  close(): Promise<void>;
}

/** Bytes of the heap that are in use in the calling thread. */
export function usedMemory(): number {
  return getHeapStatistics().used_heap_size;
}

/** Starts reading a tree. Where threads cannot run the sources as they are (TypeScript), the calling thread does it all. */
export function startAtlasThread(request: ReadingRequest, onProgress: (event: ProgressEvent) => void): AtlasThread {
  return import.meta.url.endsWith('.ts') ? ownThread(request, onProgress) : workerThread({ request }, onProgress);
}

/** Asks a thread that is there for it alone whether a tree is still what was read: reading what is kept of it takes time. */
export function checkInThread(request: ReadingRequest, id: string): Promise<Outcome<boolean>> {
  if (import.meta.url.endsWith('.ts')) return isUnchanged(request, id);
  const worker = new Worker(new URL('./atlas-check-worker.js', import.meta.url), { workerData: { request, id } });
  worker.unref();
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) =>
      resolve(fail('tree/unreadable', `cannot look at the tree ${request.tree}`, error.message)),
    );
  });
}

function ownThread(request: ReadingRequest, onProgress: (event: ProgressEvent) => void): AtlasThread {
  const reading = openReading(request, onProgress);
  let waiting = 0;
  return {
    opened: reading.then((open) => (open.ok ? ok(open.value) : open)),
    get waiting() {
      return waiting;
    },
    ended: false,
    memory: 0,
    async ask(question, ask) {
      waiting++;
      const open = await reading;
      const answer = open.ok ? await open.value.answer(question, ask) : open;
      waiting--;
      return answer;
    },
    async close() {
      const open = await reading;
      if (open.ok) await open.value.close();
    },
  };
}

function workerThread(workerData: ThreadData, onProgress: (event: ProgressEvent) => void): AtlasThread {
  const worker = new Worker(new URL('./atlas-worker.js', import.meta.url), { workerData });
  const pending = new Map<number, (outcome: Outcome<unknown>) => void>();
  let last = 0;
  let memory = 0;
  let ended: { readonly ok: false; readonly fault: Fault } | null = null;
  const opened = new Promise<Outcome<Opened>>((resolve) => {
    const end = (why: string): void => {
      ended ??= fail('atlas/busy', 'the thread that reads the tree has ended', why);
      resolve(ended);
      for (const answer of pending.values()) answer(ended);
      pending.clear();
    };
    worker.on('message', (news: AtlasNews) => {
      if (news.kind === 'progress') onProgress(news.progress);
      else if (news.kind === 'opened') resolve(ok({ identity: news.identity, coverage: news.coverage }));
      else if (news.kind === 'failed') resolve({ ok: false, fault: news.fault });
      else {
        memory = news.memory;
        pending.get(news.id)?.(news.outcome);
        pending.delete(news.id);
        if (pending.size === 0) worker.unref();
      }
    });
    worker.on('error', (error) => end(error.message));
    worker.on('exit', () => end('it was stopped'));
  });
  // a thread that nobody waits for does not keep the program alive
  const rest = (): void => {
    if (pending.size === 0) worker.unref();
  };
  void opened.then(rest);
  return {
    opened,
    get waiting() {
      return pending.size;
    },
    get ended() {
      return ended !== null;
    },
    get memory() {
      return memory;
    },
    ask<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>> {
      if (ended) return Promise.resolve(ended);
      return new Promise((resolve) => {
        const id = ++last;
        worker.ref();
        pending.set(id, resolve as (outcome: Outcome<unknown>) => void);
        worker.postMessage({ id, question, ask } satisfies AtlasCall);
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}
