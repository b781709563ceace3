import type { Logger } from 'pino';
import { explain, type Fault } from '../outcome/index.ts';
import {
  attempt,
  beginRun,
  dropWorker,
  openRuns,
  type Queue,
  type Run,
  reapWorkers,
  type Store,
  seeWorker,
  transact,
  type WorkerIdentity,
} from '../store/index.ts';
import { concludeRun, failRun, giveRunBack } from './end-run.ts';
import type { JobHandler } from './jobs.ts';
import type { Outage } from './outage.ts';
import type { Reviewer } from './reviewer.ts';

export interface WorkerOptions {
  readonly store: Store;
  readonly queue: Queue;
  readonly handlers: readonly JobHandler[];
  readonly identity: WorkerIdentity;
  readonly log: Logger;
  readonly outage: Outage;
  readonly reviewer: Reviewer;
  /** Jobs at a time. */
  readonly jobs: number;
  /** Seconds after which a worker that was not heard of has lost its jobs. */
  readonly lease: number;
  /** Told of each job that ended. */
  readonly onEnd: (queue: string, outcome: string, seconds: number) => void;
  /** Told when the worker itself has ended with an exception. */
  readonly onCrash: (error: unknown) => void;
  readonly now: () => number;
}

/** A worker that runs. */
export interface Worker {
  /** Looks for jobs at once instead of in half a second. */
  readonly wake: () => void;
  readonly busy: () => number;
  /** Takes no more jobs, lets those it has end within so many seconds, and gives the others back. */
  readonly stop: (seconds: number) => Promise<void>;
}

/** Milliseconds between two looks at empty queues. */
const POLL = 500;
/** Seconds after which a job that found its lane taken tries again. */
const LANE_WAIT = 1;

/**
 * Takes jobs and does them, several at a time, until it is stopped. A job and the claim on it are taken in one
 * transaction, its results and its end are kept in another; between the two the process may die at any moment.
 *
 * @example
 * const worker = startWorker({ store, queue, handlers, identity, log, outage, reviewer, jobs: 2, lease: 30, onEnd, now });
 * process.once('SIGTERM', () => worker.stop(20));
 */
export function startWorker(options: WorkerOptions): Worker {
  const { store, queue, identity, log, outage, jobs, lease, now } = options;
  const running = new Map<number, { readonly run: Run; readonly stop: AbortController }>();
  let stopping = false;
  let wake: () => void = () => {};
  const wakers = new Set<() => void>();
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      wakers.add(done);
    });
  wake = () => {
    for (const done of [...wakers]) done();
  };

  /** The next job of any queue, with the claim on it; `retry` when there may be another at once. */
  const next = async (handler: JobHandler): Promise<Run | 'retry' | null> => {
    const taken = await transact(store, async (tx) => {
      const job = await queue.take(tx, handler.policy.name);
      if (job === null) return null;
      const run = await beginRun(tx, job, identity.id, handler.lane(job.data));
      if (run === null) await queue.giveBack(tx, job, LANE_WAIT);
      return run ?? ('retry' as const);
    });
    if (taken.ok) {
      outage.back();
      return taken.value;
    }
    outage.away(taken.fault);
    return null;
  };

  const work = async (handler: JobHandler, run: Run): Promise<void> => {
    const stop = new AbortController();
    running.set(run.id, { run, stop });
    const { queue: name, id: job, attempt: tries, last } = run.job;
    const began = now();
    const jobLog = log.child({ queue: name, job });
    const end = { store, queue, run, log: jobLog, outage, pause, signal: stop.signal };
    try {
      const outcome = await handler.handle(run.job.data, {
        store,
        queue,
        log: jobLog,
        reviewer: options.reviewer,
        worker: identity.id,
        signal: stop.signal,
        attempt: tries,
        last,
      });
      const ended = outcome.ok
        ? await concludeRun(end, outcome.value)
        : await failRun(end, outcome.fault, handler.giveUp(run.job.data, outcome.fault));
      options.onEnd(name, ended, (now() - began) / 1000);
    } catch (error) {
      jobLog.error({ err: error }, 'a job ended with an exception: this is a bug');
      const what = error instanceof Error ? error.message : String(error);
      const fault: Fault = { code: 'job/failed', what: `a job of ${name} failed`, why: what };
      const ended = await failRun(end, fault, handler.giveUp(run.job.data, fault)).catch((second: unknown) => {
        // Its lease or its time runs out, and it is tried again.
        jobLog.error({ err: second }, 'nor could it be given back');
        return 'lost' as const;
      });
      options.onEnd(name, ended, (now() - began) / 1000);
    } finally {
      running.delete(run.id);
    }
  };

  const slot = async (): Promise<void> => {
    while (!stopping) {
      let found = false;
      for (const handler of options.handlers) {
        if (stopping) break;
        const run = await next(handler);
        if (run === null || run === 'retry') continue;
        found = true;
        await work(handler, run);
        // Queues are looked at in their order after every job: the first ones go before the others.
        break;
      }
      if (!found && !stopping) await pause(outage.fault() === null ? POLL : 2000);
    }
  };

  const beat = async (): Promise<void> => {
    const beaten = await transact(store, async (tx) => {
      await seeWorker(tx, identity);
      // After an outage nobody has been heard of for long, and nobody is dead for that.
      const lost = outage.wellFor() > lease * 1000 ? await reapWorkers(tx, queue, lease, identity.id) : 0;
      return { lost, mine: await openRuns(tx, identity.id) };
    });
    if (!beaten.ok) return outage.away(beaten.fault);
    outage.back();
    if (beaten.value.lost > 0) log.warn(`${beaten.value.lost} jobs were taken from workers that are gone`);
    for (const [id, { run, stop }] of running) {
      if (beaten.value.mine.has(id) || stop.signal.aborted) continue;
      log.warn({ queue: run.job.queue, job: run.job.id }, 'a job was taken from this worker');
      stop.abort();
    }
  };
  const every = async (ms: number, step: () => Promise<void>): Promise<void> => {
    while (!stopping) {
      await step();
      if (!stopping) await pause(ms);
    }
  };
  const maintain = async (): Promise<void> => {
    const done = await attempt(store, () => queue.maintain());
    if (!done.ok) outage.away(done.fault);
  };

  const loops = [every((lease * 1000) / 6, beat), every(60_000, maintain), ...Array.from({ length: jobs }, slot)].map(
    (loop) =>
      loop.catch((error: unknown) => {
        log.fatal({ err: error }, 'the worker ended with an exception: this is a bug');
        stopping = true;
        wake();
      }),
  );

  return {
    wake: () => wake(),
    busy: () => running.size,
    async stop(seconds) {
      stopping = true;
      wake();
      const all = Promise.all(loops);
      const late = await Promise.race([all.then(() => false), sleepUnref(seconds * 1000).then(() => true)]);
      if (late) {
        for (const { run, stop } of running.values()) {
          stop.abort();
          await giveRunBack({ store, queue, run, log });
        }
        // What was stopped needs a moment to see it.
        await Promise.race([all, sleepUnref(2000)]);
      }
      const dropped = await attempt(store, () => dropWorker(store, identity.id));
      if (!dropped.ok) log.warn(explain(dropped.fault));
    },
  };
}

function sleepUnref(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
