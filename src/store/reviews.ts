import type { Fault } from '../outcome/index.ts';
import type { Review } from '../review/index.ts';
import { followFindings, saveFindings } from './findings.ts';
import { lineageOf } from './lineages.ts';
import { pack, unpack } from './packed.ts';
import { verdictOf } from './review-verdict.ts';
import type { Store } from './store.ts';
import type { ReviewRow } from './tables.ts';

/** The series version that was reviewed, as far as the review itself does not say it. */
export interface Reviewed {
  /** What was reviewed, such as the patches' message-ids or a pull request's head: there is one review for each key. */
  readonly key: string;
  readonly origin: ReviewRow['origin'];
  /** Address of the list, or `owner/name`. */
  readonly place: string;
  readonly title: string;
  readonly version: number;
  readonly messageId: string | null;
  readonly author: { readonly name: string; readonly email: string };
  /** When it was sent or pushed. */
  readonly sentAt: Date;
  readonly total: number;
  readonly complete: boolean;
  /** Message-ids (or other names) that begin the versions of its lineage, beside those that the review lists. */
  readonly beginnings: readonly string[];
  readonly subsystems: readonly string[];
  /** The review, or why there is none. */
  readonly result: { readonly review: Review } | { readonly fault: Fault };
}

/** A review that is kept. */
export interface SavedReview {
  readonly id: number;
  /** False when there was one of this key already, which stays as it is. */
  readonly first: boolean;
}

/**
 * Keeps a review, its series and findings, in one transaction; a second one of the same key changes nothing.
 *
 * @example
 * const saved = await transact(store, (tx) => saveReview(tx, reviewed));
 */
export async function saveReview(tx: Store, reviewed: Reviewed): Promise<SavedReview> {
  const review = 'review' in reviewed.result ? reviewed.result.review : null;
  const fault = 'fault' in reviewed.result ? reviewed.result.fault : null;
  const before = await tx.db.selectFrom('reviews').select('id').where('key', '=', reviewed.key).executeTakeFirst();
  if (before !== undefined) return { id: before.id, first: false };
  const { key, origin, place, title, version, messageId, author, sentAt, total, complete } = reviewed;
  const named = review?.lineage.versions.map((one) => one.messageId).filter((id) => id !== '') ?? [];
  const beginnings = [...named, ...reviewed.beginnings, ...(messageId === null ? [] : [messageId])];
  const lineageId = await lineageOf(tx, beginnings, title);
  const who = { authorName: author.name, authorEmail: author.email };
  const series = await tx.db
    .insertInto('series')
    .values({ key, lineageId, version, title, messageId, ...who, sentAt, total, complete })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ lineageId, complete, total }))
    .returning('id')
    .executeTakeFirstOrThrow();
  const counts = (verdict: string) => review?.findings.filter((f) => f.reported && f.verdict === verdict).length ?? 0;
  const row = await tx.db
    .insertInto('reviews')
    .values({
      key,
      seriesId: series.id,
      lineageId,
      run: review?.run ?? null,
      origin,
      place,
      title,
      version,
      messageId,
      ...who,
      sentAt,
      verdict: verdictOf(review),
      introduced: counts('introduced'),
      newPath: counts('new-path'),
      fixed: counts('fixed'),
      reported: review?.findings.filter((f) => f.reported).length ?? 0,
      mode: review?.coverage.mode ?? null,
      subsystems: [...reviewed.subsystems],
      review: review === null ? null : await pack(review),
      fault: fault === null ? null : JSON.stringify(fault),
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) {
    const other = await tx.db.selectFrom('reviews').select('id').where('key', '=', key).executeTakeFirstOrThrow();
    return { id: other.id, first: false };
  }
  if (review !== null) {
    await saveFindings(tx, { id: row.id, lineageId, version }, review.findings);
    await followFindings(tx, lineageId);
  }
  return { id: row.id, first: true };
}

/** A review with its columns. */
export interface StoredReview {
  readonly row: Omit<ReviewRow, 'review' | 'words'>;
  readonly review: Review | null;
}

/** One review, by its id, its key, its run, or the message-id of its series; the latest of several; null for none. */
export async function findReview(
  store: Store,
  by: 'id' | 'key' | 'run' | 'messageId',
  value: number | string,
): Promise<StoredReview | null> {
  const row = await store.db
    .selectFrom('reviews')
    .select([...COLUMNS, 'review'])
    .where(by, '=', value as never)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { review, ...columns } = row;
  return { row: columns, review: review === null ? null : await unpack<Review>(review) };
}

/** The reviews of a lineage without their contents, by version. */
export function reviewsOfLineage(store: Store, lineageId: number): Promise<StoredReview['row'][]> {
  return store.db
    .selectFrom('reviews')
    .select(COLUMNS)
    .where('lineageId', '=', lineageId)
    .orderBy('version')
    .orderBy('id')
    .execute();
}

/** What lists of reviews show. */
export const COLUMNS = [
  'id',
  'key',
  'seriesId',
  'lineageId',
  'run',
  'origin',
  'place',
  'title',
  'version',
  'messageId',
  'authorName',
  'authorEmail',
  'sentAt',
  'verdict',
  'introduced',
  'newPath',
  'fixed',
  'reported',
  'mode',
  'subsystems',
  'fault',
  'createdAt',
] as const;
