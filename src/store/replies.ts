import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { ReplyRow } from './tables.ts';

/** What was decided about answering a series. */
export interface ReplyDecision {
  readonly reviewId: number;
  readonly decision: ReplyRow['decision'];
  /** A word for programs (`no-consent`), see docs/etiquette.md. */
  readonly reason: string;
  readonly outboxId: number | null;
  readonly place: string;
  readonly authorEmail: string;
  readonly messageId: string | null;
  readonly fingerprints: readonly string[];
}

/** Records a decision; the one that a review has already stays. */
export async function recordReply(tx: Store, reply: ReplyDecision): Promise<void> {
  await tx.db
    .insertInto('replies')
    .values({ ...reply, fingerprints: [...reply.fingerprints] })
    .onConflict((conflict) => conflict.column('reviewId').doNothing())
    .execute();
}

/** The decision about a review, or null. */
export async function replyTo(store: Store, reviewId: number): Promise<ReplyRow | null> {
  return (await store.db.selectFrom('replies').selectAll().where('reviewId', '=', reviewId).executeTakeFirst()) ?? null;
}

/** The decision behind a parcel of the outbox, or null. */
export async function replyOfParcel(store: Store, outboxId: number): Promise<ReplyRow | null> {
  return (await store.db.selectFrom('replies').selectAll().where('outboxId', '=', outboxId).executeTakeFirst()) ?? null;
}

/** What the other reviews of a lineage mean for a reply to one version. */
export interface LineageReplies {
  /** Another review of the same version has a reply that was not dropped. */
  readonly sameVersion: boolean;
  /** A newer version was reviewed already. */
  readonly newerVersion: boolean;
  /** Message-ids of mails that went out, by the findings they told. */
  readonly toldIn: ReadonlyMap<string, string>;
}

/** Looks at the replies of a lineage from the view of one of its reviews. */
export async function lineageReplies(store: Store, reviewId: number): Promise<LineageReplies> {
  const { lineageId, version } = await store.db
    .selectFrom('reviews')
    .select(['lineageId', 'version'])
    .where('id', '=', reviewId)
    .executeTakeFirstOrThrow();
  const others = await store.db
    .selectFrom('replies')
    .innerJoin('reviews', 'reviews.id', 'replies.reviewId')
    .innerJoin('outbox', 'outbox.id', 'replies.outboxId')
    .select(['replies.fingerprints', 'replies.messageId', 'reviews.version', 'outbox.state'])
    .where('reviews.lineageId', '=', lineageId)
    .where('reviews.id', '!=', reviewId)
    .orderBy('reviews.version')
    .orderBy('replies.reviewId')
    .execute();
  const newer = await store.db
    .selectFrom('reviews')
    .select('id')
    .where('lineageId', '=', lineageId)
    .where('version', '>', version)
    .limit(1)
    .executeTakeFirst();
  const toldIn = new Map<string, string>();
  for (const { state, messageId, fingerprints } of others)
    if (state === 'sent' && messageId !== null) for (const one of fingerprints) toldIn.set(one, messageId);
  return {
    sameVersion: others.some((one) => one.version === version && one.state !== 'dropped'),
    newerVersion: newer !== undefined,
    toldIn,
  };
}

/** Mails of the last 24 hours that went out, or may have: to a list, and to an author on any list. */
export async function mailsOfADay(
  store: Store,
  place: string,
  authorEmail: string,
): Promise<{ readonly toPlace: number; readonly toAuthor: number }> {
  const rows = await store.db
    .selectFrom('mailAttempts')
    .innerJoin('replies', 'replies.outboxId', 'mailAttempts.outboxId')
    .select(['replies.place', 'replies.authorEmail'])
    .distinctOn('mailAttempts.outboxId')
    .where('mailAttempts.begunAt', '>', sql<Date>`now() - interval '24 hours'`)
    .where((or) => or.or([or('outcome', 'is', null), or('outcome', 'in', ['accepted', 'unknown'])]))
    .where((or) => or.or([or('replies.place', '=', place), or('replies.authorEmail', '=', authorEmail)]))
    .execute();
  return {
    toPlace: rows.filter((row) => row.place === place).length,
    toAuthor: rows.filter((row) => row.authorEmail === authorEmail).length,
  };
}
