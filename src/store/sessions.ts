import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { UserRow } from './tables.ts';
import { secretHash } from './tokens.ts';

/** How long a login lasts, in days. */
export const SESSION_DAYS = 30;

/**
 * Logs somebody in: the user is entered when it is the first time. Gives the id of the session, which only the browser
 * keeps; sessions that have ended are cleared away on the way.
 *
 * @example
 * const id = await openSession(tx, { login: 'ada', name: 'Ada Love' });
 */
export async function openSession(tx: Store, who: { readonly login: string; readonly name: string }): Promise<string> {
  const user = await tx.db
    .insertInto('users')
    .values(who)
    .onConflict((conflict) => conflict.column('login').doUpdateSet({ name: who.name }))
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx.db.deleteFrom('sessions').where('expiresAt', '<', sql<Date>`now()`).execute();
  const id = randomBytes(32).toString('base64url');
  await tx.db
    .insertInto('sessions')
    .values({
      hash: secretHash(id),
      userId: user.id,
      expiresAt: sql<Date>`now() + make_interval(days => ${SESSION_DAYS})`,
    })
    .execute();
  return id;
}

/** Who a session belongs to; null when it has ended or never was. */
export async function sessionUser(store: Store, id: string): Promise<UserRow | null> {
  if (id.length > 200) return null;
  const row = await store.db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .selectAll('users')
    .where('sessions.hash', '=', secretHash(id))
    .where('sessions.expiresAt', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return row ?? null;
}

/** Ends a session. */
export async function closeSession(tx: Store, id: string): Promise<void> {
  await tx.db.deleteFrom('sessions').where('hash', '=', secretHash(id)).execute();
}
