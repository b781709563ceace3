import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { MailAttemptRow } from './tables.ts';

/**
 * Records that a mail is about to be given to a server. False when an earlier attempt has no end, or another process
 * begins one at the same time: then nobody knows whether it went out, and it must not be sent.
 */
export async function beginAttempt(tx: Store, outboxId: number): Promise<boolean> {
  const row = await tx.db
    .insertInto('mailAttempts')
    .values({ outboxId })
    .onConflict((conflict) => conflict.column('outboxId').where('endedAt', 'is', null).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Records what the server answered, or what a person found out about an attempt; false when none is open. */
export async function endAttempt(
  tx: Store,
  outboxId: number,
  outcome: NonNullable<MailAttemptRow['outcome']>,
  answer: string,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('mailAttempts')
    .set({ endedAt: sql<Date>`now()`, outcome, answer: answer.slice(0, 1000) })
    .where('outboxId', '=', outboxId)
    .where('endedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The attempts at a mail, in their order. */
export function attemptsAt(store: Store, outboxId: number): Promise<MailAttemptRow[]> {
  return store.db.selectFrom('mailAttempts').selectAll().where('outboxId', '=', outboxId).orderBy('id').execute();
}
