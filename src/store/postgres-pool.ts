import type { PostgresPool } from 'kysely';
import type { StoreOptions } from './open-store.ts';

/** PostgreSQL's numbers for the types that JavaScript reads as text unless it is told otherwise (pg_type.dat). */
const INT8 = 20;

/** Seconds after which a server that does not answer is one that is away. */
const PATIENCE = 10;

/** Connections to a PostgreSQL server; `pg` is read only when there is one. */
export async function postgresPool(url: string, options: StoreOptions): Promise<PostgresPool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 8,
    application_name: 'abbot',
    connectionTimeoutMillis: PATIENCE * 1000,
    keepAlive: true,
    // Ids and counts, which are far from 2^53; PGlite reads them the same way.
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
    } as import('pg').CustomTypesConfig,
  });
  // Without a listener a server that restarts would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  return pool as unknown as PostgresPool;
}
