import type { Context } from 'hono';
import { type Scope, tokenOf } from '../../store/index.ts';
import type { Host, WebEnv } from '../part.ts';

/** Why a request may not do what it asks. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/**
 * Null when the request's `Authorization: Bearer` token may do that. Tokens are looked up by their SHA-256, so how long a
 * wrong one takes says nothing about a right one; cookies are not looked at, so no other page can make a browser do it.
 */
export async function refusal(c: Context<WebEnv>, host: Host, scope: Scope): Promise<Refusal | null> {
  const given = /^Bearer ([\w-]{20,200})$/.exec(c.req.header('authorization') ?? '')?.[1];
  if (given === undefined) return { status: 401, error: 'this needs a token: Authorization: Bearer …' };
  const token = await tokenOf(host.store, given);
  if (token === null) return { status: 401, error: 'the token is not known, or not in force any more' };
  const may = token.scopes.includes(scope) || (scope === 'read' && token.scopes.includes('write'));
  return may ? null : { status: 403, error: `the token may not ${scope}` };
}

/** An address that ends up in a query: what PostgreSQL cannot hold, and what nobody writes, is not looked for. */
export function isSearchable(text: string): boolean {
  return text.length > 0 && text.length <= 300 && !/[\p{Cc}\p{Cs}]/u.test(text);
}
