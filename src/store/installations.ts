import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { InstallationRow } from './tables.ts';

/** An account that installed the GitHub App, and whether it still lets it work. */
export type Installation = Pick<InstallationRow, 'id' | 'account' | 'suspendedAt' | 'removedAt'>;

/** Enters an installation, or what changed about it. */
export async function saveInstallation(tx: Store, installation: Installation): Promise<void> {
  await tx.db
    .insertInto('installations')
    .values(installation)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...installation, updatedAt: sql<Date>`now()` }))
    .execute();
}

/** The installations that let abbot work, in the order of their ids. */
export function activeInstallations(store: Store): Promise<InstallationRow[]> {
  return store.db
    .selectFrom('installations')
    .selectAll()
    .where('removedAt', 'is', null)
    .where('suspendedAt', 'is', null)
    .orderBy('id')
    .execute();
}
