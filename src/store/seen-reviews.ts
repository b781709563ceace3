import type { Store } from './store.ts';

/** Marks a review as read by somebody, or as not read. */
export async function markSeen(tx: Store, userId: number, reviewId: number, seen: boolean): Promise<void> {
  if (seen)
    await tx.db
      .insertInto('seenReviews')
      .values({ userId, reviewId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  else await tx.db.deleteFrom('seenReviews').where('userId', '=', userId).where('reviewId', '=', reviewId).execute();
}

/** Which of these reviews somebody has read. */
export async function seenOf(store: Store, userId: number, reviewIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (reviewIds.length === 0) return new Set();
  const rows = await store.db
    .selectFrom('seenReviews')
    .select('reviewId')
    .where('userId', '=', userId)
    .where('reviewId', 'in', reviewIds)
    .execute();
  return new Set(rows.map(({ reviewId }) => reviewId));
}
