import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { DatabasePlace } from './database-address.ts';
import { databaseFault, withoutSecrets } from './database-fault.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate } from './migrate.ts';
import { pglitePool } from './pglite-pool.ts';
import { postgresPool } from './postgres-pool.ts';
import type { OpenStore } from './store.ts';
import type { Tables } from './tables.ts';
import { withoutNul } from './without-nul.ts';

/** What a process wants of the database. */
export interface StoreOptions {
  /** Connections to a PostgreSQL at the most; PGlite has one. */
  readonly connections?: number;
  /** Told when a connection that nobody uses breaks. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * Opens the database and brings its schema up to date. Faults: `store/in-use`, `store/newer`, `store/damaged`,
 * `store/away`, `store/refused`, `store/full`, `store/unwritable`.
 *
 * @example
 * const place = databasePlace(process.env['DATABASE_URL'], folder);
 * const store = place.ok ? await openStore(place.value) : place;
 */
export async function openStore(place: DatabasePlace, options: StoreOptions = {}): Promise<Outcome<OpenStore>> {
  if (place.engine === 'postgres')
    return prepare(await postgresPool(place.url, options), 'postgres', place.shown, async () => {});
  const { folder } = place;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(folder);
    if (!lock.ok) return lock;
    const opened = await openFolder(join(folder, 'pgdata'), folder);
    const store = opened.ok ? await prepare(opened.value, 'pglite', folder, lock.value.release) : opened;
    if (!store.ok) await lock.value.release();
    return store;
  } catch (error) {
    const fault = databaseFault(error, folder);
    if (fault?.code === 'store/full') return { ok: false, fault };
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    return fail('store/unwritable', `${folder} cannot be used for the database`, error.message);
  }
}

async function openFolder(data: string, folder: string): Promise<Outcome<PostgresPool>> {
  const { PGlite } = await import('@electric-sql/pglite');
  try {
    return ok(pglitePool(await PGlite.create(data)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const full = databaseFault(error, folder);
    if (full?.code === 'store/full') return { ok: false, fault: full };
    return fail('store/damaged', `the database in ${folder} cannot be opened`, why);
  }
}

async function prepare(
  pool: PostgresPool,
  engine: OpenStore['engine'],
  shown: string,
  after: () => Promise<void>,
): Promise<Outcome<OpenStore>> {
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: withoutNul(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  const close = async () => {
    await db.destroy();
    await after();
  };
  try {
    const migrated = await migrate(db, shown);
    if (migrated.ok) return ok({ db, engine, shown, close });
    await close();
    return migrated;
  } catch (error) {
    await db.destroy().catch(() => {});
    const fault = databaseFault(error, shown);
    if (fault !== null) return { ok: false, fault };
    if (engine === 'postgres') throw error;
    return fail('store/damaged', `the database in ${shown} cannot be read`, withoutSecrets(String(error)));
  }
}
