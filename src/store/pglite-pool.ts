import type { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { diskFull } from './disk-room.ts';

/**
 * PGlite as a pool of one connection, which is what kysely's own PostgreSQL dialect asks for: whoever has the connection
 * has it alone until it is given back, so that the statements of two transactions never mix.
 *
 * A PostgreSQL that cannot write its log ends itself and is started again; this one goes on and may never come back from
 * the next statement (seen with PGlite 0.5.16). So nothing is asked of it while the disk has no room, and nothing more
 * once it has come to that: `onBroken` is told, and only a new process helps.
 */
export function pglitePool(
  database: PGlite,
  hasRoom: () => Promise<boolean>,
  onBroken: (error: Error) => void,
): PostgresPool {
  let free = Promise.resolve();
  let ended = false;
  let broken: Error | null = null;
  const query = async (text: string, values: readonly unknown[] = []) => {
    if (broken !== null) throw broken;
    try {
      if (values.length > 0) return answer(await database.query(text, [...values]));
      // Without values the simple protocol, which takes several statements at once: pg-boss sends them so.
      const results = await database.exec(text);
      return answer(results.at(-1));
    } catch (error) {
      if (breaks(error)) {
        broken = error;
        onBroken(error);
      }
      throw error;
    }
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
      try {
        if (broken !== null) throw broken;
        if (!(await hasRoom())) throw diskFull();
      } catch (error) {
        release();
        throw error;
      }
      return { query: query as unknown as PostgresPoolClient['query'], release };
    },
    async end() {
      ended = true;
      await free;
      // What was acknowledged is in the log; a broken one could not write its last words anyway.
      if (broken === null) await database.close();
    },
  };
}

/** Whether an error leaves a database that cannot go on: no room (class 53), or WebAssembly that gave up. */
function breaks(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return code === '53100' || severity === 'PANIC' || severity === 'FATAL' || error.name === 'RuntimeError';
}

function answer(result: { rows: unknown[]; affectedRows?: number } | undefined) {
  // The dialect counts the rows of a command that changes some; which one it was does not matter to it.
  return { command: 'UPDATE', rowCount: result?.affectedRows ?? 0, rows: result?.rows ?? [] };
}
