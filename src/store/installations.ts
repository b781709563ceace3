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

/** What is known of an installation, or null. */
export async function findInstallation(store: Store, id: number): Promise<InstallationRow | null> {
  const row = await store.db.selectFrom('installations').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}
