import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '../../src/outcome/index.ts';
import { type DatabasePlace, databasePlace, type OpenStore, openStore } from '../../src/store/index.ts';
import { hasPostgres, type PostgresServer, startPostgres } from './postgres.ts';

/** One of the two engines, ready to give databases. */
export interface Databases {
  readonly engine: 'pglite' | 'postgres';
  /** An empty database, not opened yet. */
  readonly place: () => DatabasePlace;
  /** An opened one with its schema; closed by `remove`. */
  readonly store: () => Promise<OpenStore>;
  readonly server: PostgresServer | null;
  readonly remove: () => Promise<void>;
}

/** The engines to test: PGlite, and PostgreSQL where it is installed. */
export const ENGINES: readonly Databases['engine'][] = hasPostgres() ? ['pglite', 'postgres'] : ['pglite'];

/** Starts an engine; a new PGlite is copied from one that was made once, since making one takes seconds. */
export async function startDatabases(engine: Databases['engine']): Promise<Databases> {
  const folder = mkdtempSync(join(tmpdir(), 'abbot-db-'));
  const server = engine === 'postgres' ? await startPostgres() : null;
  const model = server === null ? await modelFolder() : '';
  let made = 0;
  const opened: OpenStore[] = [];
  const place = (): DatabasePlace => {
    const copy = join(folder, `${++made}`);
    if (server === null) cpSync(model, copy, { recursive: true });
    const found = databasePlace(server?.database(), copy);
    if (!found.ok) throw new Error(explain(found.fault));
    return found.value;
  };
  return {
    engine,
    server,
    place,
    async store() {
      const store = await openStore(place());
      if (!store.ok) throw new Error(explain(store.fault));
      opened.push(store.value);
      return store.value;
    },
    async remove() {
      for (const store of opened) await store.close().catch(() => {});
      server?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A PGlite that nobody has used yet, kept beside the packages: to make one takes seconds. */
export async function modelFolder(): Promise<string> {
  const packages = join(import.meta.dirname, '..', '..', 'node_modules');
  const about = readFileSync(join(packages, '@electric-sql', 'pglite', 'package.json'), 'utf8');
  const { version } = JSON.parse(about) as { version: string };
  const cache = join(packages, '.cache', 'abbot');
  const model = join(cache, `pglite-${version}`);
  if (existsSync(model)) return model;
  mkdirSync(cache, { recursive: true });
  const beside = mkdtempSync(join(cache, 'making-'));
  const { PGlite } = await import('@electric-sql/pglite');
  await (await PGlite.create(join(beside, 'pgdata'))).close();
  try {
    renameSync(beside, model);
  } catch {
    // Another test was first.
    rmSync(beside, { recursive: true, force: true });
  }
  return model;
}
