import { sql } from 'kysely';
import type { Fault } from '../outcome/index.ts';
import type { Store } from './store.ts';
import type { OutboxRow } from './tables.ts';

/** Something that is to leave the house: a comment, a mail, a check. */
export interface Parcel {
  /** Who carries it (`github`, `mail`, `patchwork`). */
  readonly channel: string;
  /** Names the thing itself, so that it goes out once however often it is asked for. */
  readonly key: string;
  readonly payload: unknown;
}

/** A parcel that this process is to deliver now. */
export interface ClaimedParcel extends Parcel {
  readonly id: number;
  /** 1 for the first try. */
  readonly attempt: number;
}

/**
 * Puts something into the outbox, in the transaction that decides on it; false when it is there already. `held` parcels
 * wait for a person (a mail draft).
 */
export async function post(tx: Store, parcel: Parcel, state: 'pending' | 'held' = 'pending'): Promise<boolean> {
  return (await postLater(tx, parcel, state, 0)) !== null;
}

/** The same for a parcel that is due in so many seconds; its number, or null when it is there already. */
export async function postLater(
  tx: Store,
  parcel: Parcel,
  state: 'pending' | 'held',
  seconds: number,
): Promise<number | null> {
  const row = await tx.db
    .insertInto('outbox')
    .values({
      ...parcel,
      payload: JSON.stringify(parcel.payload),
      state,
      dueAt: sql<Date>`now() + make_interval(secs => ${seconds})`,
    })
    .onConflict((conflict) => conflict.columns(['channel', 'key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Takes the next parcel of a channel that is due, for so many seconds: a sender that dies leaves it to another one. The
 * sender asks the other side first whether an earlier try got through when `attempt` is above 1.
 */
export async function claimParcel(
  store: Store,
  channel: string,
  worker: string,
  seconds: number,
): Promise<ClaimedParcel | null> {
  const claimed = await store.db
    .updateTable('outbox')
    .set((eb) => ({
      state: 'sending',
      claimedBy: worker,
      claimedUntil: sql<Date>`now() + make_interval(secs => ${seconds})`,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('outbox')
        .select('id')
        .where('channel', '=', channel)
        .where('dueAt', '<=', sql<Date>`now()`)
        .where((or) =>
          or.or([
            or('state', '=', 'pending'),
            or.and([or('state', '=', 'sending'), or('claimedUntil', '<', sql<Date>`now()`)]),
          ]),
        )
        .orderBy('dueAt')
        .orderBy('id')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['id', 'channel', 'key', 'payload', 'attempts'])
    .executeTakeFirst();
  if (claimed === undefined) return null;
  const { id, key, payload, attempts } = claimed;
  return { id, channel, key, payload, attempt: attempts };
}

/** Records that a parcel was delivered; false when its claim had run out and somebody else has it. */
export function delivered(tx: Store, id: number, worker: string, result: unknown): Promise<boolean> {
  return settle(tx, id, worker, 'sent', { result: JSON.stringify(result ?? null), endedAt: sql<Date>`now()` });
}

/** Records that a parcel was not delivered and is tried again after so many seconds. */
export function postponed(tx: Store, id: number, worker: string, fault: Fault, seconds: number): Promise<boolean> {
  return settle(tx, id, worker, 'pending', {
    lastFault: JSON.stringify(fault),
    dueAt: sql<Date>`now() + make_interval(secs => ${seconds})`,
  });
}

/** Records that a parcel is given up: `failed` for a fault, `dropped` when it must not be sent any more. */
export function givenUp(tx: Store, id: number, worker: string, state: 'failed' | 'dropped', fault: Fault) {
  return settle(tx, id, worker, state, { lastFault: JSON.stringify(fault), endedAt: sql<Date>`now()` });
}

/** Records that a parcel waits for a person, because nobody else can decide what became of it or whether it may go. */
export function heldBack(tx: Store, id: number, worker: string, fault: Fault): Promise<boolean> {
  return settle(tx, id, worker, 'held', { lastFault: JSON.stringify(fault) });
}

/** Records that a held parcel turned out to be delivered; false when it is not held any more. */
export async function foundDelivered(tx: Store, id: number, result: unknown): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('outbox')
    .set({ state: 'sent', result: JSON.stringify(result ?? null), endedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', '=', 'held')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A parcel by its number, or null. */
export async function parcelOf(store: Store, id: number): Promise<OutboxRow | null> {
  return (await store.db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

async function settle(
  tx: Store,
  id: number,
  worker: string,
  state: OutboxRow['state'],
  change: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('outbox')
    .set({ ...change, state, claimedBy: null, claimedUntil: null })
    .where('id', '=', id)
    .where('claimedBy', '=', worker)
    .where('state', '=', 'sending')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Lets a held parcel go, or drops it; false when it is not held any more. */
export async function releaseParcel(tx: Store, id: number, state: 'pending' | 'dropped'): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('outbox')
    .set({ state, ...(state === 'dropped' ? { endedAt: sql<Date>`now()` } : {}) })
    .where('id', '=', id)
    .where('state', '=', 'held')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A parcel by its name, or null. */
export async function findParcel(store: Store, channel: string, key: string): Promise<OutboxRow | null> {
  const row = await store.db
    .selectFrom('outbox')
    .selectAll()
    .where('channel', '=', channel)
    .where('key', '=', key)
    .executeTakeFirst();
  return row ?? null;
}

/** How many parcels of each channel are in which state. */
export async function countParcels(
  store: Store,
): Promise<readonly { readonly channel: string; readonly state: string; readonly count: number }[]> {
  return store.db
    .selectFrom('outbox')
    .select(['channel', 'state', sql<number>`count(*)::int`.as('count')])
    .groupBy(['channel', 'state'])
    .orderBy('channel')
    .orderBy('state')
    .execute();
}

/** Parcels, the newest first; `before` is the id of the last one of the page before. */
export function latestParcels(store: Store, limit: number, before: number | null = null): Promise<OutboxRow[]> {
  return store.db
    .selectFrom('outbox')
    .selectAll()
    .$if(before !== null, (query) => query.where('id', '<', before as number))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
