import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { TokenRow } from './tables.ts';

/** What a token may do: read what is not public, or change things too. */
export type Scope = 'read' | 'write';

/** A token to be made. */
export interface NewToken {
  /** What it is for, in its owner's words. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly userId: number | null;
  readonly expiresAt: Date | null;
}

/**
 * Makes a token and gives its text, which is told once and never kept: the database holds its SHA-256. The text is 32
 * random bytes, so a hash without salt is enough.
 *
 * @example
 * const text = await makeToken(store, { name: 'ci', scopes: ['write'], userId: null, expiresAt: null });
 */
export async function makeToken(tx: Store, token: NewToken): Promise<string> {
  const text = `abbot_${randomBytes(32).toString('base64url')}`;
  const { name, scopes, userId, expiresAt } = token;
  await tx.db
    .insertInto('tokens')
    .values({ name, scopes: [...scopes], userId, expiresAt, hash: secretHash(text), usedAt: null, revokedAt: null })
    .execute();
  return text;
}

/** The token of a text, when it is in force; its use is noted, once an hour at most. */
export async function tokenOf(store: Store, text: string): Promise<TokenRow | null> {
  if (text.length > 200) return null;
  const row = await store.db
    .selectFrom('tokens')
    .selectAll()
    .where('hash', '=', secretHash(text))
    .where('revokedAt', 'is', null)
    .where((or) => or.or([or('expiresAt', 'is', null), or('expiresAt', '>', sql<Date>`now()`)]))
    .executeTakeFirst();
  if (row === undefined) return null;
  await store.db
    .updateTable('tokens')
    .set({ usedAt: sql<Date>`now()` })
    .where('id', '=', row.id)
    .where((or) => or.or([or('usedAt', 'is', null), or('usedAt', '<', sql<Date>`now() - interval '1 hour'`)]))
    .execute();
  return row;
}

/** The tokens that were made, the newest first, without their texts. */
export function listTokens(store: Store): Promise<TokenRow[]> {
  return store.db.selectFrom('tokens').selectAll().orderBy('id', 'desc').limit(500).execute();
}

/** Ends a token; false when there is none in force with this number. */
export async function revokeToken(tx: Store, id: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('tokens')
    .set({ revokedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** How a secret is kept: looked up by its hash, it takes the same time whatever a guess shares with it. */
export function secretHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
