import { sql } from 'kysely';
import type { Fault } from '../outcome/index.ts';
import type { Store } from './store.ts';

/** How a watched list stands. */
export interface WatchedState {
  readonly place: string;
  readonly settle: number;
  readonly since: Date;
  /** When it was last read to its end; null when it never was. */
  readonly readAt: Date | null;
  /** Mails of the last weeks that are kept of it. */
  readonly mails: number;
}

/** The lists that are watched, and when each was last read. */
export async function watchedStates(store: Store): Promise<readonly WatchedState[]> {
  const rows = await store.db
    .selectFrom('lists')
    .leftJoin('cursors', 'cursors.place', 'lists.place')
    .select(['lists.place', 'lists.settle', 'lists.since', 'cursors.readAt'])
    .select(sql<number>`(select count(*) from mails where mails.place = lists.place)::int`.as('mails'))
    .orderBy('lists.position')
    .execute();
  return rows.map((row) => ({ ...row, readAt: row.readAt ?? null }));
}

/** A try at a job that ended in a fault. */
export interface FailedRun {
  readonly id: number;
  readonly queue: string;
  readonly worker: string;
  readonly attempt: number;
  readonly startedAt: Date;
  readonly outcome: string;
  readonly fault: Fault | null;
}

/** The latest tries that went wrong, with their reasons. */
export async function failedRuns(store: Store, limit: number): Promise<readonly FailedRun[]> {
  const rows = await store.db
    .selectFrom('runs')
    .select(['id', 'queue', 'worker', 'attempt', 'startedAt', 'outcome', 'fault'])
    .where('outcome', 'in', ['fault', 'lost'])
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, outcome: row.outcome ?? '', fault: row.fault as Fault | null }));
}
