import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { type Outcome, ok } from '../outcome/index.ts';
import {
  attempt,
  type DatabasePlace,
  databaseFault,
  type OpenStore,
  openQueue,
  openStore,
  releaseEverything,
} from '../store/index.ts';
import { healthPart } from './health.ts';
import { createMetrics } from './metrics.ts';
import { followOutage } from './outage.ts';
import type { Host, Part } from './part.ts';
import { openReviewDesk } from './review-desk.ts';
import { runLoops } from './run-loops.ts';
import { listen, type WebServer, webApp } from './web.ts';
import { startWorker } from './worker.ts';

/** What a process of the bot is to do. */
export interface BotRequest {
  readonly place: DatabasePlace;
  readonly parts: readonly Part[];
  readonly log: Logger;
  /** Version of the program. */
  readonly version: string;
  /** Where the web server listens; null for none. */
  readonly web: { readonly host: string; readonly port: number } | null;
  /** Whether the loops of the parts run here. */
  readonly loops: boolean;
  /** Jobs at a time. */
  readonly jobs: number;
  /** Seconds after which a process that was not heard of has lost its jobs. */
  readonly lease: number;
  readonly now: () => number;
}

/** A bot that runs. */
export interface Bot {
  /** Address of the web server; null when there is none. */
  readonly address: string | null;
  /** Takes nothing more, lets what is being done end within so many seconds, gives the rest back and closes all. */
  readonly stop: (seconds: number) => Promise<void>;
  /** Settles when the bot cannot go on, with the fault or the exception that is to blame. */
  readonly crashed: Promise<unknown>;
}

/**
 * Starts a process of the bot:
 *
 * 1. the database, with its schema brought up to date;
 * 2. the queues of all parts;
 * 3. the web server;
 * 4. the worker that does jobs;
 * 5. the loops, such as watchers.
 *
 * @example
 * const bot = await startBot({ place, parts, log, version, web: { host: '127.0.0.1', port: 3000 }, loops: true, … });
 * if (bot.ok) process.once('SIGTERM', () => bot.value.stop(20));
 */
export async function startBot(request: BotRequest): Promise<Outcome<Bot>> {
  const { log, parts, lease, now } = request;
  const outage = followOutage(log, now);
  const opened = await openStore(request.place, {
    connections: request.jobs * 2 + 6,
    onIdleError: (error) => log.debug({ err: error }, 'an idle connection to the database broke'),
  });
  if (!opened.ok) return opened;
  const store = opened.value;
  const handlers = parts.flatMap((part) => part.jobs ?? []);
  const queue = await attempt(store, () =>
    openQueue(
      store,
      handlers.map(({ policy }) => policy),
    ),
  );
  if (!queue.ok) return closing(store, queue);
  const worker = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const metrics = createMetrics(store, queue.value);
  const ending = new AbortController();
  const reviewer = openReviewDesk();
  const host: Host = {
    store,
    queue: queue.value,
    log,
    reviewer,
    metrics: metrics.registry,
    worker,
    signal: ending.signal,
  };
  // The only process on a PGlite: whoever left something there is gone.
  if (store.engine === 'pglite') {
    const released = await attempt(store, () => releaseEverything(store, queue.value));
    if (!released.ok) return closing(store, released);
  }

  let web: WebServer | null = null;
  if (request.web !== null) {
    const app = webApp([healthPart(outage), ...parts], host, metrics);
    const listening = await listen(app, request.web.host, request.web.port);
    if (!listening.ok) return closing(store, listening);
    web = listening.value;
  }
  let crash: (error: unknown) => void = () => {};
  const crashed = new Promise<unknown>((resolve) => {
    crash = resolve;
  });
  store.broken.then((error) => crash(databaseFault(error, store.shown) ?? error));
  const working = startWorker({
    store,
    queue: queue.value,
    handlers,
    identity: { id: worker, host: hostname(), pid: process.pid, program: request.version },
    log,
    outage,
    reviewer,
    jobs: request.jobs,
    lease,
    onEnd: metrics.jobEnded,
    onCrash: crash,
    now,
  });
  const loops = request.loops ? parts.flatMap((part) => part.loops ?? []) : [];
  const looping = runLoops(loops, host, outage, lease).catch(crash);

  return ok({
    address: web?.address ?? null,
    crashed,
    async stop(seconds) {
      ending.abort();
      await web?.close(Math.min(seconds, 5));
      await working.stop(seconds);
      await Promise.race([looping, new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
      await reviewer.close();
      await store.close();
    },
  });
}

async function closing<T>(store: OpenStore, outcome: Outcome<T>): Promise<Outcome<never>> {
  await store.close().catch(() => {});
  return outcome as Outcome<never>;
}
