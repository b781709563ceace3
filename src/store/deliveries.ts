import { sql } from 'kysely';
import { pack, unpack } from './packed.ts';
import type { Store } from './store.ts';
import type { DeliveryRow } from './tables.ts';

/** A webhook delivery, as it came. */
export interface Delivery {
  /** `X-GitHub-Delivery`. */
  readonly id: string;
  readonly event: string;
  readonly action: string | null;
  /** `owner/name`. */
  readonly repository: string | null;
  readonly payload: unknown;
}

/**
 * Keeps a delivery; false when one of the same id is kept already, and then nothing is to be done.
 *
 * @example
 * await transact(store, async (tx) => {
 *   if (await keepDelivery(tx, delivery)) await queue.send(tx, job);
 * });
 */
export async function keepDelivery(store: Store, delivery: Delivery): Promise<boolean> {
  const kept = await store.db
    .insertInto('deliveries')
    .values({ ...delivery, payload: await pack(delivery.payload), handledAt: null, outcome: null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return kept !== undefined;
}

/** A delivery with its payload, or null. */
export async function readDelivery(store: Store, id: string): Promise<Delivery | null> {
  const row = await store.db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  const { event, action, repository } = row;
  return { id, event, action, repository, payload: await unpack(row.payload) };
}

/** Says what came of a delivery. */
export async function endDelivery(store: Store, id: string, outcome: string): Promise<void> {
  await store.db.updateTable('deliveries').set({ handledAt: sql<Date>`now()`, outcome }).where('id', '=', id).execute();
}

/** Which of these delivery ids are kept: what GitHub lists beside them has been missed. */
export async function keptDeliveries(store: Store, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await store.db.selectFrom('deliveries').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}

/** Deliveries without their payloads, the newest first. */
export function latestDeliveries(store: Store, limit: number): Promise<Omit<DeliveryRow, 'payload'>[]> {
  return store.db
    .selectFrom('deliveries')
    .select(['id', 'event', 'action', 'repository', 'receivedAt', 'handledAt', 'outcome'])
    .orderBy('receivedAt', 'desc')
    .limit(limit)
    .execute();
}
