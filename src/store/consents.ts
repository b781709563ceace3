import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { ConsentRow } from './tables.ts';

/** That the people of a list agreed to mail from abbot: to the author of a series, or to the list. */
export interface Consent {
  /** Address of the list. */
  readonly place: string;
  readonly mode: 'author' | 'list';
  /** Who agreed. */
  readonly by: string;
  /** Where it can be read: a link or a message-id. */
  readonly evidence: string;
  /** When they did. */
  readonly givenAt: Date;
}

/** Records a consent; one that is in force already stays as it is, and the answer is false. */
export async function giveConsent(tx: Store, consent: Consent): Promise<boolean> {
  const row = await tx.db
    .insertInto('consents')
    .values({ ...consent, revokedAt: null, revokedBy: null })
    .onConflict((conflict) => conflict.columns(['place', 'mode']).where('revokedAt', 'is', null).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends a consent; the entry stays in the ledger. False when there is none in force. */
export async function revokeConsent(tx: Store, place: string, mode: Consent['mode'], by: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('consents')
    .set({ revokedAt: sql<Date>`now()`, revokedBy: by })
    .where('place', '=', place)
    .where('mode', '=', mode)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** The consent in force for a list and a mode, or null. */
export async function consentFor(store: Store, place: string, mode: Consent['mode']): Promise<ConsentRow | null> {
  const row = await store.db
    .selectFrom('consents')
    .selectAll()
    .where('place', '=', place)
    .where('mode', '=', mode)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Every consent that was ever given, the newest first. */
export function consentLedger(store: Store): Promise<ConsentRow[]> {
  return store.db.selectFrom('consents').selectAll().orderBy('id', 'desc').execute();
}
