import { sql } from 'kysely';
import type { Fault } from '../outcome/index.ts';
import type { Queue, TakenJob } from './queue.ts';
import type { Store } from './store.ts';
import type { RunRow } from './tables.ts';

/** One process's work on one job. */
export interface Run {
  readonly id: number;
  readonly job: TakenJob;
}

/**
 * Records that a worker begins a job, which is its claim on it. Null when another job of the same lane is being worked on.
 * An earlier run of the same job that never ended is lost: the queue would not have given the job away otherwise.
 */
export async function beginRun(store: Store, job: TakenJob, worker: string, lane: string | null): Promise<Run | null> {
  await store.db
    .updateTable('runs')
    .set({ endedAt: sql<Date>`now()`, outcome: 'lost' })
    .where('jobId', '=', job.id)
    .where('endedAt', 'is', null)
    .execute();
  const begun = await store.db
    .insertInto('runs')
    .values({ jobId: job.id, queue: job.queue, lane, worker, attempt: job.attempt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return begun ? { id: begun.id, job } : null;
}

/** Ends a run; false when it was taken from its worker before, whose results then count for nothing. */
export async function endRun(
  store: Store,
  run: Run,
  outcome: NonNullable<RunRow['outcome']>,
  fault: Fault | null = null,
): Promise<boolean> {
  const { numUpdatedRows } = await store.db
    .updateTable('runs')
    .set({ endedAt: sql<Date>`now()`, outcome, fault: fault === null ? null : JSON.stringify(fault) })
    .where('id', '=', run.id)
    .where('endedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Takes their jobs from workers that are gone, so that others get them; gives how many. */
export async function loseRuns(store: Store, queue: Queue, workers: readonly string[]): Promise<number> {
  if (workers.length === 0) return 0;
  const lost = await store.db
    .updateTable('runs')
    .set({ endedAt: sql<Date>`now()`, outcome: 'lost' })
    .where('worker', 'in', workers)
    .where('endedAt', 'is', null)
    .returning(['jobId', 'queue', 'worker'])
    .execute();
  for (const { jobId, queue: name, worker } of lost)
    await queue.fail(store, { queue: name, id: jobId }, { lost: `the worker ${worker} is gone` });
  return lost.length;
}

/** The ids of the runs that are still a worker's. */
export async function openRuns(store: Store, worker: string): Promise<ReadonlySet<number>> {
  const rows = await store.db
    .selectFrom('runs')
    .select('id')
    .where('worker', '=', worker)
    .where('endedAt', 'is', null)
    .execute();
  return new Set(rows.map(({ id }) => id));
}
