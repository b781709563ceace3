import type { Kysely } from 'kysely';
import { type Outcome, ok } from '../outcome/index.ts';
import { databaseFault } from './database-fault.ts';
import type { Tables } from './tables.ts';

/**
 * The open database, or one transaction on it: the functions of this room take either. They throw what the driver
 * throws; `attempt` and `transact` make faults of what can be expected.
 */
export interface Store {
  readonly db: Kysely<Tables>;
  readonly engine: 'pglite' | 'postgres';
  /** The place for messages: a folder, or an address without its password. */
  readonly shown: string;
}

/** The database itself, which somebody has to close. */
export interface OpenStore extends Store {
  readonly close: () => Promise<void>;
  /** Settles when this process cannot use the database any more, whatever happens. */
  readonly broken: Promise<Error>;
}

/**
 * Does one thing with the database. A database that is away, full or refuses is a fault of `store/`; every other
 * exception goes on, since it is a bug.
 *
 * @example
 * const waiting = await attempt(store, () => countWaiting(store));
 */
export async function attempt<T>(store: Store, step: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return ok(await step());
  } catch (error) {
    const fault = databaseFault(error, store.shown);
    if (fault === null) throw error;
    return { ok: false, fault };
  }
}

/**
 * Does several things in one transaction: all of them are kept or none. What the step throws rolls back.
 *
 * @example
 * const kept = await transact(store, async (tx) => {
 *   await saveReview(tx, reviewed);
 *   await send(tx);
 * });
 */
export function transact<T>(store: Store, step: (tx: Store) => Promise<T>): Promise<Outcome<T>> {
  return attempt(store, () => inTransaction(store, step));
}

/** The same, for callers that deal with exceptions themselves; inside a transaction it is a part of that one. */
export function inTransaction<T>(store: Store, step: (tx: Store) => Promise<T>): Promise<T> {
  if (store.db.isTransaction) return step(store);
  return store.db.transaction().execute((db) => step({ db, engine: store.engine, shown: store.shown }));
}
