import { sql } from 'kysely';
import type { Store } from './store.ts';

/** Lock classes of a reported finding, and the review that has it. */
export interface ReportedLocks {
  readonly locks: readonly string[];
  readonly lineageId: number;
  readonly version: number;
}

/** Findings that are looked at: the newest. */
const MOST = 500;

/**
 * The newest reported findings that name any of some lock classes.
 *
 * @example
 * const reported = await reportedWith(store, ['device.mutex', 'pci_rescan_remove_lock']);
 */
export async function reportedWith(store: Store, names: readonly string[]): Promise<ReportedLocks[]> {
  if (names.length === 0) return [];
  const rows = await store.db
    .selectFrom('findings')
    .select(['locks', 'lineageId', 'version'])
    .where('reported', '=', true)
    .where('listed', '=', true)
    .where(sql<boolean>`locks && array[${sql.join(names)}]::text[]`)
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute();
  return rows;
}
