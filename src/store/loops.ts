import { sql } from 'kysely';
import type { Store } from './store.ts';

/**
 * Takes a loop for so many seconds, or keeps it; false while another process has it.
 *
 * @example
 * if (await claimLoop(store, 'watch-lists', worker, 30)) await round();
 */
export async function claimLoop(store: Store, name: string, worker: string, seconds: number): Promise<boolean> {
  const until = sql<Date>`now() + make_interval(secs => ${seconds})`;
  const row = await store.db
    .insertInto('loops')
    .values({ name, worker, until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ worker, until })
        .where((or) => or.or([or('loops.worker', '=', worker), or('loops.until', '<', sql<Date>`now()`)])),
    )
    .returning('name')
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives all loops of a process back. */
export async function releaseLoops(store: Store, worker: string): Promise<void> {
  await store.db.deleteFrom('loops').where('worker', '=', worker).execute();
}
