import { sql } from 'kysely';
import type { Store } from './store.ts';

/** Any number; it only has to be the same in every process. */
const LINEAGES = 0x1a2b;

/**
 * The lineage that these mails begin versions of, made when there is none. Where they belong to several, which turned out
 * to be one, the older takes in the others. To be called in a transaction.
 *
 * @example
 * const id = await lineageOf(tx, ['v1@example.org', 'v2@example.org'], 'PCI: do not deadlock');
 */
export async function lineageOf(tx: Store, beginnings: readonly string[], title: string): Promise<number> {
  // One at a time, so that two versions that are saved at once do not make two lineages.
  await sql`select pg_advisory_xact_lock(${LINEAGES})`.execute(tx.db);
  const known =
    beginnings.length === 0
      ? []
      : await tx.db
          .selectFrom('lineageMails')
          .select('lineageId')
          .distinct()
          .where('messageId', 'in', beginnings)
          .orderBy('lineageId')
          .execute();
  const [first, ...others] = known.map(({ lineageId }) => lineageId);
  const id =
    first ?? (await tx.db.insertInto('lineages').values({ title }).returning('id').executeTakeFirstOrThrow()).id;
  if (others.length > 0) await join(tx, others, id);
  if (beginnings.length > 0)
    await tx.db
      .insertInto('lineageMails')
      .values([...new Set(beginnings)].map((messageId) => ({ messageId, lineageId: id })))
      .onConflict((conflict) => conflict.column('messageId').doNothing())
      .execute();
  return id;
}

async function join(tx: Store, others: readonly number[], into: number): Promise<void> {
  for (const table of ['lineageMails', 'series', 'reviews', 'findings'] as const)
    await tx.db.updateTable(table).set({ lineageId: into }).where('lineageId', 'in', others).execute();
  await tx.db.deleteFrom('lineages').where('id', 'in', others).execute();
}
