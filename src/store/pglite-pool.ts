import type { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient } from 'kysely';

/**
 * PGlite as a pool of one connection, which is what kysely's own PostgreSQL dialect asks for: whoever has the connection
 * has it alone until it is given back, so that the statements of two transactions never mix.
 */
export function pglitePool(database: PGlite): PostgresPool {
  let free = Promise.resolve();
  let ended = false;
  const query = async (text: string, values: readonly unknown[] = []) => {
    if (values.length > 0) return answer(await database.query(text, [...values]));
    // Without values the simple protocol, which takes several statements at once: pg-boss sends them so.
    const results = await database.exec(text);
    return answer(results.at(-1));
  };
  return {
    async connect() {
      if (ended) throw new Error('the database is closed');
      const before = free;
      let release: () => void = () => {};
      free = new Promise((resolve) => {
        release = resolve;
      });
      await before;
      return { query: query as unknown as PostgresPoolClient['query'], release };
    },
    async end() {
      ended = true;
      await free;
      await database.close();
    },
  };
}

function answer(result: { rows: unknown[]; affectedRows?: number } | undefined) {
  // The dialect counts the rows of a command that changes some; which one it was does not matter to it.
  return { command: 'UPDATE', rowCount: result?.affectedRows ?? 0, rows: result?.rows ?? [] };
}
