import { fail, type Outcome, ok } from '../outcome/index.ts';

/** Where the data is: a folder for PGlite, or the address of a PostgreSQL. */
export type DatabasePlace =
  | { readonly engine: 'pglite'; readonly folder: string }
  | { readonly engine: 'postgres'; readonly url: string; readonly shown: string };

/**
 * The database to use: `DATABASE_URL` when it is set, else the folder. `shown` is the address without its password and
 * without its options, some of which are secrets too. The fault never repeats what was given.
 *
 * @example
 * const place = databasePlace(process.env['DATABASE_URL'], '/var/lib/abbot/database');
 */
export function databasePlace(url: string | undefined, folder: string): Outcome<DatabasePlace> {
  if (url === undefined || url === '') return ok({ engine: 'pglite', folder });
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:'))
    return fail('store/address', 'DATABASE_URL is not the address of a PostgreSQL database');
  const socket = parsed.searchParams.get('host');
  const host = socket ?? (parsed.host || 'localhost');
  const user = parsed.username === '' ? '' : `${parsed.username}@`;
  return ok({ engine: 'postgres', url, shown: `postgres://${user}${host}${parsed.pathname}` });
}
