import { sql } from 'kysely';
import { COLUMNS, type StoredReview } from './reviews.ts';
import type { Store } from './store.ts';

/** Which reviews to list; what is left out does not matter. */
export interface ReviewFilter {
  readonly place?: string;
  /** Only those that came this way. */
  readonly origin?: 'list' | 'pull-request';
  readonly verdict?: string;
  readonly authorEmail?: string;
  readonly subsystem?: string;
  /** Words of the title or of the author, all of which must be there. */
  readonly words?: string;
  /** Only the newest version of each series. */
  readonly latest?: boolean;
  /** Only what this user has not read. */
  readonly unreadBy?: number;
}

/** The end of a page: the next one begins after it. */
export interface PageMark {
  readonly sentAt: Date;
  readonly id: number;
}

/** One page of reviews. */
export interface ReviewPage {
  readonly rows: readonly StoredReview['row'][];
  /** Where the next page begins; null at the end. */
  readonly next: PageMark | null;
}

/**
 * A page of reviews, the newest first. Pages are found by their first row and not by counting, so that the thousandth
 * costs what the first does.
 *
 * @example
 * const first = await pageOfReviews(store, { verdict: 'introduced' }, null, 50);
 * const second = await pageOfReviews(store, { verdict: 'introduced' }, first.next, 50);
 */
export async function pageOfReviews(
  store: Store,
  filter: ReviewFilter,
  after: PageMark | null,
  limit: number,
): Promise<ReviewPage> {
  let query = narrowed(store, filter).select(COLUMNS);
  if (after !== null) query = query.where(sql<boolean>`(sent_at, id) < (${after.sentAt}, ${after.id})`);
  const found = await query
    .orderBy('sentAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? { sentAt: last.sentAt, id: last.id } : null };
}

/**
 * How many reviews there are, counted up to a bound, so that a count costs no more than its bound.
 *
 * @example
 * const { count, more } = await countReviews(store, { latest: true }, 1000);
 */
export async function countReviews(
  store: Store,
  filter: ReviewFilter,
  most: number,
): Promise<{ readonly count: number; readonly more: boolean }> {
  const rows = narrowed(store, filter)
    .select('id')
    .limit(most + 1)
    .as('found');
  const { count } = await store.db
    .selectFrom(rows)
    .select((of) => of.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return { count: Math.min(most, Number(count)), more: Number(count) > most };
}

function narrowed(store: Store, filter: ReviewFilter) {
  const { place, origin, verdict, authorEmail, subsystem, words, latest, unreadBy } = filter;
  let query = store.db.selectFrom('reviews');
  if (origin !== undefined) query = query.where('origin', '=', origin);
  if (place !== undefined) query = query.where('place', '=', place);
  if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  if (authorEmail !== undefined) query = query.where('authorEmail', '=', authorEmail);
  if (subsystem !== undefined) query = query.where(sql<boolean>`subsystems @> array[${subsystem}]::text[]`);
  if (words !== undefined && words.trim() !== '')
    query = query.where(sql<boolean>`words @@ plainto_tsquery('simple', ${words.slice(0, 200)})`);
  if (latest === true)
    query = query.where(
      sql<boolean>`not exists (select 1 from reviews as newer where newer.lineage_id = reviews.lineage_id
        and (newer.version, newer.id) > (reviews.version, reviews.id))`,
    );
  if (unreadBy !== undefined)
    query = query.where(
      sql<boolean>`not exists (select 1 from seen_reviews as seen where seen.review_id = reviews.id
        and seen.user_id = ${unreadBy})`,
    );
  return query;
}
