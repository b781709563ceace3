import { sql } from 'kysely';
import { COLUMNS, type StoredReview } from './reviews.ts';
import type { Store } from './store.ts';

/** Which reviews to list; what is left out does not matter. */
export interface ReviewFilter {
  readonly place?: string;
  readonly verdict?: string;
  readonly authorEmail?: string;
  readonly subsystem?: string;
  /** Words of the title or of the author, all of which must be there. */
  readonly words?: string;
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
  const { place, verdict, authorEmail, subsystem, words } = filter;
  let query = store.db.selectFrom('reviews').select(COLUMNS);
  if (place !== undefined) query = query.where('place', '=', place);
  if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  if (authorEmail !== undefined) query = query.where('authorEmail', '=', authorEmail);
  if (subsystem !== undefined) query = query.where(sql<boolean>`subsystems @> array[${subsystem}]::text[]`);
  if (words !== undefined && words.trim() !== '')
    query = query.where(sql<boolean>`words @@ plainto_tsquery('simple', ${words.slice(0, 200)})`);
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
