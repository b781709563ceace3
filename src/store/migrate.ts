import { type Kysely, type Migration, Migrator } from 'kysely';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import * as begin from './migrations/0001-begin.ts';
import * as mail from './migrations/0002-mail.ts';

/** Every step of the schema, in order; a step that was released is never changed. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-begin': begin,
  '0002-mail': mail,
};

/**
 * Brings the schema up to this program's. A database with a step that this program does not know was made by a newer
 * one: `store/newer`, and nothing is touched. Without `change` that is all that is looked for. Several processes may do this at once; one of them does the work.
 */
export async function migrate<T>(db: Kysely<T>, shown: string, change: boolean): Promise<Outcome<readonly string[]>> {
  const untyped = db as unknown as Kysely<Record<string, Record<string, unknown>>>;
  const migrator = new Migrator({
    db: untyped.withoutPlugins(),
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  });
  const unknown = (await applied(untyped)).filter((name) => !(name in MIGRATIONS));
  if (unknown.length > 0)
    return fail('store/newer', `the database was made by a newer abbot (${shown})`, `it has the step ${unknown[0]}`);
  if (!change) return ok([]);
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return ok(results.map(({ migrationName }) => migrationName));
}

/** The steps that the database has. */
async function applied(db: Kysely<Record<string, Record<string, unknown>>>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const rows = await db.withoutPlugins().selectFrom('kysely_migration').select('name').orderBy('name').execute();
  return rows.map(({ name }) => String(name));
}
