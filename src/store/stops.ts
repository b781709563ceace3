import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { StopRow } from './tables.ts';

/** Stops what has that name (`mail`, `patchwork`) in every process, until `resume`. */
export async function stop(store: Store, name: string, by: string, reason: string): Promise<void> {
  await store.db
    .insertInto('stops')
    .values({ name, by, reason })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ by, reason, at: sql<Date>`now()` }))
    .execute();
}

/** Lets it go on; false when it was not stopped. */
export async function resume(store: Store, name: string): Promise<boolean> {
  const { numDeletedRows } = await store.db.deleteFrom('stops').where('name', '=', name).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Who stopped it, when and why; null when nobody did. */
export async function stopped(store: Store, name: string): Promise<StopRow | null> {
  return (await store.db.selectFrom('stops').selectAll().where('name', '=', name).executeTakeFirst()) ?? null;
}

/** Everything that is stopped. */
export function stops(store: Store): Promise<StopRow[]> {
  return store.db.selectFrom('stops').selectAll().orderBy('name').execute();
}
