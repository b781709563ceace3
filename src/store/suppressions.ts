import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { SuppressionRow } from './tables.ts';

/** That a finding is not to be told any more, and why. */
export interface Suppression {
  /** `owner/name`, the address of a list, or empty for everywhere. */
  readonly place: string;
  readonly fingerprint: string;
  readonly reason: string;
  readonly by: string;
  readonly expiresAt: Date | null;
}

/** Suppresses a finding; a suppression in force is replaced, and stays readable as removed. */
export async function suppress(tx: Store, suppression: Suppression): Promise<void> {
  await unsuppress(tx, suppression.place, suppression.fingerprint, suppression.by);
  await tx.db
    .insertInto('suppressions')
    .values({ ...suppression, removedAt: null, removedBy: null })
    .execute();
}

/** Ends a suppression; false when there is none in force. */
export async function unsuppress(tx: Store, place: string, fingerprint: string, by: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('suppressions')
    .set({ removedAt: sql<Date>`now()`, removedBy: by })
    .where('place', '=', place)
    .where('fingerprint', '=', fingerprint)
    .where('removedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The suppressions in force at a place, those for everywhere among them, by fingerprint. */
export async function suppressionsAt(store: Store, place: string): Promise<ReadonlyMap<string, SuppressionRow>> {
  const rows = await store.db
    .selectFrom('suppressions')
    .selectAll()
    .where('place', 'in', ['', place])
    .where('removedAt', 'is', null)
    .where((or) => or.or([or('expiresAt', 'is', null), or('expiresAt', '>', sql<Date>`now()`)]))
    // A place's own comes last, and so over the one for everywhere.
    .orderBy('place')
    .execute();
  return new Map(rows.map((row) => [row.fingerprint, row]));
}
