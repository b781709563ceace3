import type { Logger } from 'pino';
import type { z } from 'zod';
import { type Fault, fail, type Outcome } from '../outcome/index.ts';
import type { Queue, QueuePolicy, Store } from '../store/index.ts';
import type { Reviewer } from './reviewer.ts';

/**
 * What a job changes in the database when it is done. It runs in the transaction that ends the job: both happen or
 * neither, so a job whose worker dies is done again without leaving anything twice. Comments and mails go into the
 * outbox here.
 */
export type Conclusion = (tx: Store) => Promise<void>;

/** What a handler is given beside its data. */
export interface JobRun {
  readonly store: Store;
  readonly queue: Queue;
  readonly log: Logger;
  /** For reviews, which must not run in this process. */
  readonly reviewer: Reviewer;
  /** This process, as claims of the outbox know it. */
  readonly worker: string;
  /** Aborted when the process ends, or when the job was taken from it: whoever works long looks at it. */
  readonly signal: AbortSignal;
  readonly attempt: number;
  /** Whether this is the last try. */
  readonly last: boolean;
}

/** A kind of job: its queue, and what its data looks like. */
export interface JobKind<D extends object> extends QueuePolicy {
  readonly data: z.ZodType<D>;
  /** Of the waiting jobs with the same key one is enough; null for a job that stands alone. */
  readonly key: (data: D) => string | null;
  /** Of the jobs with the same lane one is worked on at a time, in any process; null for no such bound. */
  readonly lane: (data: D) => string | null;
}

/**
 * Names a kind of job.
 *
 * @example
 * const reviewSeries = defineJob({
 *   name: 'review-series', data: z.strictObject({ place: z.string(), messageId: z.string() }),
 *   retries: 5, backoff: 10, expires: 3600, key: (data) => data.messageId, lane: () => null,
 * });
 */
export function defineJob<D extends object>(kind: JobKind<D>): JobKind<D> {
  return kind;
}

/** How a kind of job is sent: earlier than others, or later. */
export interface SendOptions {
  readonly priority?: number;
  /** Seconds. */
  readonly delay?: number;
}

/**
 * Sends a job, in a transaction when `on` is one. Null when one with its key waits already.
 *
 * @example
 * await transact(store, (tx) => sendJob(queue, tx, reviewSeries, { place, messageId }));
 */
export function sendJob<D extends object>(
  queue: Queue,
  on: Store,
  kind: JobKind<D>,
  data: D,
  options: SendOptions = {},
): Promise<string | null> {
  return queue.send(on, { queue: kind.name, data, key: kind.key(data), ...options });
}

/** What a worker can do: a kind of job and its handler, whose types are settled inside. */
export interface JobHandler {
  readonly policy: QueuePolicy;
  /** The lane of raw data; null when it has none or is no data of this kind. */
  readonly lane: (data: unknown) => string | null;
  readonly handle: (data: unknown, run: JobRun) => Promise<Outcome<Conclusion>>;
  /** What is written when the last try has failed. */
  readonly giveUp: (data: unknown, fault: Fault) => Conclusion;
}

/** The work on one job. A fault means: try again later. What trying again cannot mend is a result, and so a conclusion. */
export type Work<D> = (data: D, run: JobRun) => Promise<Outcome<Conclusion>>;

const NOTHING: Conclusion = async () => {};

/**
 * Joins a kind of job and the work on it.
 *
 * @example
 * const handler = handleJob(reviewSeries, async (data, run) => ok(async (tx) => saveReview(tx, …)));
 */
export function handleJob<D extends object>(
  kind: JobKind<D>,
  work: Work<D>,
  giveUp: (data: D, fault: Fault) => Conclusion = () => NOTHING,
): JobHandler {
  const { name, retries, backoff, expires } = kind;
  return {
    policy: { name, retries, backoff, expires },
    lane(data) {
      const read = kind.data.safeParse(data);
      return read.success ? kind.lane(read.data) : null;
    },
    async handle(data, run) {
      const read = kind.data.safeParse(data);
      if (read.success) return work(read.data, run);
      return fail('job/data', `the data of a job of ${name} cannot be read`, read.error.issues[0]?.message);
    },
    giveUp(data, fault) {
      const read = kind.data.safeParse(data);
      return read.success ? giveUp(read.data, fault) : NOTHING;
    },
  };
}
