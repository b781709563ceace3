import { randomUUID } from 'node:crypto';
import { CompiledQuery, sql } from 'kysely';
import PgBoss from 'pg-boss';
import type { Store } from './store.ts';

/** How the jobs of one queue are treated; all times in seconds. */
export interface QueuePolicy {
  readonly name: string;
  /** Times that a job is tried again after it failed or its worker died. */
  readonly retries: number;
  /** Wait before the first retry; each further one waits twice as long. */
  readonly backoff: number;
  /** After this long an unfinished job is taken from its worker, even a living one. */
  readonly expires: number;
}

/** A job as it is put into a queue. */
export interface JobToSend {
  readonly queue: string;
  readonly data: object;
  /** Of the waiting jobs of a queue with the same key only one is kept. */
  readonly key?: string | null;
  /** Higher ones go first; 0 is usual. */
  readonly priority?: number;
  /** Seconds to wait before it is begun. */
  readonly delay?: number;
}

/** A job that was taken out of a queue. */
export interface TakenJob {
  readonly id: string;
  readonly queue: string;
  readonly data: unknown;
  readonly key: string | null;
  readonly priority: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly last: boolean;
}

/** How many jobs of a queue are in which state. */
export interface QueueCount {
  readonly queue: string;
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  readonly count: number;
}

/** The job queue, in the same database: what takes a `Store` may be a part of a transaction with other changes. */
export interface Queue {
  /** Puts a job into its queue; null when one with the same key waits already. */
  readonly send: (on: Store, job: JobToSend) => Promise<string | null>;
  /** Takes the next job that is due; null when there is none. */
  readonly take: (on: Store, queue: string) => Promise<TakenJob | null>;
  /** Ends a job; false when it was not this process's to end any more. */
  readonly complete: (on: Store, job: Pick<TakenJob, 'queue' | 'id'>) => Promise<boolean>;
  /** Gives a failed job back for its next try, or puts it among the failed ones after its last. */
  readonly fail: (on: Store, job: Pick<TakenJob, 'queue' | 'id'>, why: object) => Promise<boolean>;
  /** Puts a job that was taken back as if it had not been, after some seconds. */
  readonly giveBack: (on: Store, job: TakenJob, delay: number) => Promise<void>;
  readonly counts: (on: Store) => Promise<readonly QueueCount[]>;
  /** Takes expired jobs from their workers, and forgets jobs that ended long ago. */
  readonly maintain: () => Promise<void>;
}

/** Where pg-boss keeps its tables: beside ours, in a schema of their own. */
const SCHEMA = 'abbot_jobs';

/**
 * Opens the queues, and makes or changes them to what `policies` say. The jobs are kept by pg-boss, whose own statements
 * run on the connection or in the transaction of the `Store` that is given.
 *
 * @example
 * const queue = await openQueue(store, [{ name: 'review-series', retries: 3, backoff: 5, expires: 3600 }]);
 * await queue.send(store, { queue: 'review-series', data: { place } });
 */
export async function openQueue(store: Store, policies: readonly QueuePolicy[]): Promise<Queue> {
  const boss = new PgBoss({ db: sqlOf(store), schema: SCHEMA, supervise: false, schedule: false });
  // Nothing of pg-boss runs by itself, so nothing can fail without a caller; the emitter wants a listener all the same.
  boss.on('error', () => {});
  await alone(store, async () => {
    await boss.start();
    for (const { name, retries, backoff, expires } of policies) {
      const options = {
        name,
        policy: 'short' as const,
        retryLimit: retries,
        retryDelay: backoff,
        retryBackoff: true,
        expireInSeconds: expires,
      };
      await boss.createQueue(name, options);
      await boss.updateQueue(name, options);
    }
  });
  const queues: Queue = {
    send(on, { queue, data, key = null, priority = 0, delay = 0 }) {
      const id = randomUUID();
      const startAfter = delay > 0 ? { startAfter: delay } : {};
      // A job without a key coalesces with none, so it gets one of its own.
      return boss.send(queue, data, { db: sqlOf(on), id, priority, singletonKey: key ?? id, ...startAfter });
    },
    async take(on, queue) {
      // pg-boss takes whatever goes wrong here for an empty queue; the caller must hear of it.
      const { db, failure } = telling(sqlOf(on));
      const [job] = await boss.fetch<object>(queue, { db, batchSize: 1, includeMetadata: true });
      const thrown = failure();
      if (thrown !== undefined) throw thrown;
      if (job === undefined) return null;
      const { id, data, singletonKey, retryCount, retryLimit, priority } = job;
      const key = singletonKey === id ? null : singletonKey;
      return { id, queue, data, key, priority, attempt: retryCount + 1, last: retryCount >= retryLimit };
    },
    complete: async (on, { queue, id }) => one(await boss.complete(queue, id, {}, { db: sqlOf(on) })),
    fail: async (on, { queue, id }, why) => one(await boss.fail(queue, id, why, { db: sqlOf(on) })),
    async giveBack(on, { queue, id, data, key, priority }, delay) {
      // Deleted and sent anew, so that it costs none of its tries.
      await boss.deleteJob(queue, id, { db: sqlOf(on) });
      await queues.send(on, { queue, data: data as object, key, priority, delay });
    },
    counts: countJobs,
    maintain: () => boss.maintain(),
  };
  return queues;
}

/** Any number that nothing else locks. */
const MAKING = 4_801_221;

/** Runs a step while no other process runs it: two that make tables at once get into each other's way. */
async function alone(store: Store, step: () => Promise<void>): Promise<void> {
  // A PGlite has one process, and one connection, which the step needs.
  if (store.engine === 'pglite') return step();
  await store.db.connection().execute(async (db) => {
    await sql`select pg_advisory_lock(${MAKING})`.execute(db);
    try {
      await step();
    } finally {
      await sql`select pg_advisory_unlock(${MAKING})`.execute(db);
    }
  });
}

/** The jobs of all queues, for whoever only looks; none where there are no queues yet. */
export async function countJobs(on: Store): Promise<readonly QueueCount[]> {
  const there = await sql<{ there: string | null }>`select to_regclass(${`${SCHEMA}.job`})::text as there`.execute(
    on.db,
  );
  if (!there.rows[0]?.there) return [];
  const counted = await sql<QueueCount>`
    select name as queue, state::text as state, count(*)::int as count
    from ${sql.table(`${SCHEMA}.job`)} group by 1, 2 order by 1, 2`.execute(on.db);
  return counted.rows;
}

/** Whether the one job that was named has been changed. */
function one(answer: unknown): boolean {
  return (answer as { affected: number }).affected === 1;
}

/** The same database, and what it threw last. */
function telling(db: PgBoss.Db): { readonly db: PgBoss.Db; readonly failure: () => unknown } {
  let thrown: unknown;
  const executeSql: PgBoss.Db['executeSql'] = async (text, values) => {
    try {
      return await db.executeSql(text, values);
    } catch (error) {
      thrown = error;
      throw error;
    }
  };
  return { db: { executeSql }, failure: () => thrown };
}

/** What pg-boss needs of a database, on a connection or inside a transaction of ours. */
export function sqlOf(store: Store): PgBoss.Db {
  const db = store.db.withoutPlugins();
  return {
    async executeSql(text: string, values: readonly unknown[] = []) {
      const run = async (on: typeof db) =>
        on.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...values]));
      // What comes without values may be several statements between BEGIN and COMMIT: one that fails leaves its
      // transaction open on the connection.
      if (values.length > 0 || db.isTransaction) return { rows: (await run(db)).rows };
      return db.connection().execute(async (alone) => {
        try {
          return { rows: (await run(alone)).rows };
        } catch (error) {
          await alone.executeQuery(CompiledQuery.raw('rollback')).catch(() => {});
          throw error;
        }
      });
    },
  } as PgBoss.Db;
}
