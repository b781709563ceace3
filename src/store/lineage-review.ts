import type { Review } from '../review/index.ts';
import { unpack } from './packed.ts';
import type { Store } from './store.ts';

/** The latest review of the lineage that has this beginning (`Reviewed.beginnings`), or null. */
export async function latestReviewAt(store: Store, beginning: string): Promise<Review | null> {
  const row = await store.db
    .selectFrom('lineageMails')
    .innerJoin('reviews', 'reviews.lineageId', 'lineageMails.lineageId')
    .select('reviews.review')
    .where('lineageMails.messageId', '=', beginning)
    .where('reviews.review', 'is not', null)
    .orderBy('reviews.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.review ? unpack<Review>(row.review) : null;
}
