import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { DatabasePlace } from './database-address.ts';
import { databaseFault, withoutSecrets } from './database-fault.ts';
import { diskFull, watchRoom } from './disk-room.ts';
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
  /** `false` leaves the schema as it is, for whoever only looks; a newer one is a fault all the same. */
  readonly migrate?: boolean;
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
    return prepare(await postgresPool(place.url, options), options, {
      engine: 'postgres',
      shown: place.shown,
      // A connection that breaks is replaced by another one.
      broken: new Promise(() => {}),
      after: async () => {},
    });
  const { folder } = place;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(folder);
    if (!lock.ok) return lock;
    const hasRoom = watchRoom(folder, Date.now);
    let onBroken: (error: Error) => void = () => {};
    const broken = new Promise<Error>((resolve) => {
      onBroken = resolve;
    });
    const opened = await openFolder(join(folder, 'pgdata'), folder, hasRoom, onBroken);
    const about = { engine: 'pglite', shown: folder, broken, after: lock.value.release } as const;
    const store = opened.ok ? await prepare(opened.value, options, about) : opened;
    if (!store.ok) await lock.value.release();
    return store;
  } catch (error) {
    const fault = databaseFault(error, folder);
    if (fault?.code === 'store/full') return { ok: false, fault };
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    return fail('store/unwritable', `${folder} cannot be used for the database`, error.message);
  }
}

/**
 * Opens what is in the folder, or makes it. A new one is made beside its place and put there when it is whole: what is
 * found there and is not whole has been damaged, and must not be overwritten.
 */
async function openFolder(
  data: string,
  folder: string,
  hasRoom: () => Promise<boolean>,
  onBroken: (error: Error) => void,
): Promise<Outcome<PostgresPool>> {
  if (!(await hasRoom())) throw diskFull();
  const { PGlite } = await import('@electric-sql/pglite');
  const damaged = (why: string) => fail('store/damaged', `the database in ${folder} cannot be opened`, why);
  try {
    const there = await stat(data).catch(() => null);
    if (there === null) {
      const beside = `${data}.new`;
      await rm(beside, { recursive: true, force: true });
      await (await PGlite.create(beside)).close();
      await rename(beside, data);
    } else if (!(await stat(join(data, 'PG_VERSION')).catch(() => null))?.isFile())
      return damaged('it is not whole: PG_VERSION is missing');
    return ok(pglitePool(await PGlite.create(data), hasRoom, onBroken));
  } catch (error) {
    const full = databaseFault(error, folder);
    return full?.code === 'store/full' ? { ok: false, fault: full } : damaged(reasonOf(error));
  }
}

/** PGlite throws errors, and things that are none. */
function reasonOf(error: unknown): string {
  const { message, name } = error as { readonly message?: unknown; readonly name?: unknown };
  return String(message ?? name ?? error).replace(/ Build with -sASSERTIONS.*$/, '');
}

async function prepare(
  pool: PostgresPool,
  options: StoreOptions,
  { engine, shown, broken, after }: Pick<OpenStore, 'engine' | 'shown' | 'broken'> & { after: () => Promise<void> },
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
    const migrated = await migrate(db, shown, options.migrate ?? true);
    if (migrated.ok) return ok({ db, engine, shown, broken, close });
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
