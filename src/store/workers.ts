import { sql } from 'kysely';
import type { Queue } from './queue.ts';
import { loseRuns } from './runs.ts';
import { inTransaction, type Store } from './store.ts';
import type { WorkerRow } from './tables.ts';

/** A process that takes jobs. */
export type WorkerIdentity = Pick<WorkerRow, 'id' | 'host' | 'pid' | 'program'>;

/** Says that a worker lives; the first time it enters it. */
export async function seeWorker(store: Store, worker: WorkerIdentity): Promise<void> {
  await store.db
    .insertInto('workers')
    .values(worker)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seenAt: sql<Date>`now()` }))
    .execute();
}

/** Takes a worker that ends out; it must have given its jobs back. */
export async function dropWorker(store: Store, id: string): Promise<void> {
  await store.db.deleteFrom('workers').where('id', '=', id).execute();
}

/** All workers, the oldest first. */
export function listWorkers(store: Store): Promise<WorkerRow[]> {
  return store.db.selectFrom('workers').selectAll().orderBy('startedAt').orderBy('id').execute();
}

/**
 * Takes out the workers that were not heard of for so many seconds, and gives their jobs to others. Gives how many jobs.
 * Times are those of the database, so the clocks of the machines need not agree. To be called in a transaction.
 */
export async function reapWorkers(tx: Store, queue: Queue, seconds: number, myself: string): Promise<number> {
  const gone = await tx.db
    .deleteFrom('workers')
    .where('id', '<>', myself)
    .where('seenAt', '<', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .returning('id')
    .execute();
  return loseRuns(
    tx,
    queue,
    gone.map(({ id }) => id),
  );
}

/** Takes everything from whoever had it: for a database that this process has to itself. */
export async function releaseEverything(store: Store, queue: Queue): Promise<void> {
  await inTransaction(store, async (tx) => {
    const gone = await tx.db.deleteFrom('workers').returning('id').execute();
    await loseRuns(
      tx,
      queue,
      gone.map(({ id }) => id),
    );
    await tx.db.deleteFrom('loops').execute();
    await tx.db
      .updateTable('outbox')
      .set({ claimedUntil: new Date(0) })
      .where('state', '=', 'sending')
      .execute();
  });
}
