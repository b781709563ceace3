import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Mail, MessageId } from '../mail/index.ts';
import type { Outcome } from '../outcome/index.ts';
import type { Cursor, SpooledMail, Watched, WatchStore } from '../sources/index.ts';
import { pack, unpack } from './packed.ts';
import { attempt, inTransaction, type Store } from './store.ts';
import type { OrderRow } from './tables.ts';

/** Called in the transaction that keeps an order, once for each: the bot makes a job of it. */
export type TakeOrder = (tx: Store, key: string) => Promise<void>;

/**
 * What watching lists remembers, in the database: the same as the folder of `openWatchStore` keeps. A record is an order
 * here: its `review` is what is to be reviewed (the mails), and a job does that later.
 *
 * @example
 * const watching = watchTables(store, (tx, key) => sendReview(tx, key));
 */
export function watchTables(store: Store, take: TakeOrder): WatchStore {
  const on = <T>(step: () => Promise<T>): Promise<Outcome<T>> => attempt(store, step);
  const { db } = store;
  return {
    folder: store.shown,
    lists: () =>
      on(async () => {
        const rows = await db.selectFrom('lists').selectAll().orderBy('position').execute();
        return rows.map(({ place, source, settle, since }): Watched => {
          return { place, source: source as Watched['source'], settle, since: since.toISOString() };
        });
      }),
    saveLists: (lists) =>
      on(() =>
        inTransaction(store, async (tx) => {
          await tx.db.deleteFrom('lists').execute();
          for (const { place, source, settle, since } of lists)
            await tx.db
              .insertInto('lists')
              .values({ place, source: JSON.stringify(source), settle, since: new Date(since) })
              .execute();
        }),
      ),
    cursor: (place) =>
      on(async () => {
        const row = await db.selectFrom('cursors').select('cursor').where('place', '=', place).executeTakeFirst();
        return (row?.cursor as Cursor | undefined) ?? null;
      }),
    saveCursor: (place, cursor) =>
      on(async () => {
        const text = JSON.stringify(cursor);
        await db
          .insertInto('cursors')
          .values({ place, cursor: text })
          .onConflict((conflict) => conflict.column('place').doUpdateSet({ cursor: text, readAt: sql<Date>`now()` }))
          .execute();
      }),
    forget: (place) =>
      on(() =>
        inTransaction(store, async (tx) => {
          await tx.db.deleteFrom('cursors').where('place', '=', place).execute();
          await tx.db.deleteFrom('mails').where('place', '=', place).execute();
        }),
      ),
    putMail: (place, { at, read, mail }) =>
      on(async () => {
        const { messageId, subject } = mail;
        await db
          .insertInto('mails')
          .values({
            place,
            key: mailKey(mail),
            messageId,
            receivedAt: new Date(at),
            readAt: new Date(read),
            subject,
            mail: await pack(mail),
            raw: null,
          })
          // A mail that is there already keeps the time at which it came first.
          .onConflict((conflict) => conflict.columns(['place', 'key']).doNothing())
          .execute();
      }),
    dropMail: (place, mail) =>
      on(async () => {
        await db.deleteFrom('mails').where('place', '=', place).where('key', '=', mailKey(mail)).execute();
      }),
    mails: (place) =>
      on(async () => {
        const rows = await db.selectFrom('mails').selectAll().where('place', '=', place).orderBy('id').execute();
        const mails: SpooledMail[] = [];
        for (const row of rows)
          mails.push({ at: row.receivedAt.getTime(), read: row.readAt.getTime(), mail: await unpack<Mail>(row.mail) });
        return mails;
      }),
    reviewed: (patches) =>
      on(async () => {
        const row = await db
          .selectFrom('orders')
          .select('key')
          .where('key', '=', seriesKey(patches))
          .executeTakeFirst();
        return row !== undefined;
      }),
    record: (record) =>
      on(() =>
        inTransaction(store, async (tx) => {
          const key = seriesKey(record.patches);
          const { place, title, version, messageId } = record;
          const row = await tx.db
            .insertInto('orders')
            .values({ key, place, title, version, messageId, input: await pack(record.review) })
            .onConflict((conflict) => conflict.doNothing())
            .returning('key')
            .executeTakeFirst();
          if (row !== undefined) await take(tx, key);
          return { file: key, first: row !== undefined };
        }),
      ),
  };
}

/** A series version that is to be reviewed. */
export interface Order extends Omit<OrderRow, 'input'> {
  /** What was collected: `FetchedInput` of the review room, as the caller made it. */
  readonly input: unknown;
}

/** An order by its key, or null. */
export async function readOrder(store: Store, key: string): Promise<Order | null> {
  const row = await store.db.selectFrom('orders').selectAll().where('key', '=', key).executeTakeFirst();
  return row === undefined ? null : { ...row, input: await unpack(row.input) };
}

/** Names a version of a series by its patches, so that the same mails on two lists are one. */
export function seriesKey(patches: readonly MessageId[]): string {
  return `mails:${hash([...patches].sort().join('\n'))}`;
}

/** A mail without an id is known by what it holds. */
function mailKey(mail: Mail): string {
  return hash(mail.messageId ?? JSON.stringify([mail.subject, mail.from, mail.date, mail.body]));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
