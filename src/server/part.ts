import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { FetchedInput } from '../review/index.ts';
import type { Queue, Reviewed, Store } from '../store/index.ts';
import type { JobHandler } from './jobs.ts';
import type { Reviewer } from './reviewer.ts';

/** What the whole process shares. */
export interface Host {
  readonly store: Store;
  readonly queue: Queue;
  readonly log: Logger;
  readonly reviewer: Reviewer;
  /** Metrics are registered here, with names that begin with `abbot_`. */
  readonly metrics: Registry;
  /** This process, as the table of workers and claims of the outbox know it. */
  readonly worker: string;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
}

/** What a request to the web server carries along. */
export interface WebEnv {
  readonly Variables: { readonly requestId: string; readonly log: Logger };
}

/** A loop that runs until the process ends, such as a watcher or the sender of an outbox. */
export interface Loop {
  readonly name: string;
  /** One round; gives the seconds until the next. A round that fails is logged and tried again. */
  readonly round: (host: Host) => Promise<number>;
}

/** A review that is kept, with what it was made of. */
export interface ReviewedSeriesEvent {
  readonly reviewId: number;
  readonly reviewed: Reviewed;
  /** The mails of the series and its earlier versions. */
  readonly input: FetchedInput;
}

/**
 * A part of the bot: GitHub, a watcher of lists, the API, the outbox of mails. `abbot serve` runs all of every part;
 * `abbot work` runs the jobs, and the loops that it is told to.
 *
 * @example
 * const hello: Part = { name: 'hello', routes: (app) => app.get('/hello', (c) => c.text('hello')) };
 */
export interface Part {
  readonly name: string;
  /** The jobs that it can do. Those of all parts are known before the queue is opened. */
  readonly jobs?: readonly JobHandler[];
  /** Adds its pages to the web server. */
  readonly routes?: (app: Hono<WebEnv>, host: Host) => void;
  /** Called for every review of a list's series that is kept, in its transaction: drafts and checks go into the outbox here. */
  readonly reviewed?: (tx: Store, event: ReviewedSeriesEvent) => Promise<void>;
  /** Loops that one process has to run, not every worker. */
  readonly loops?: readonly Loop[];
}
