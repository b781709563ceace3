import { sql } from 'kysely';
import type { Store } from './store.ts';

/** More places and subsystems than anybody chooses from. */
const MOST = 500;

/** The places that reviews come from, in order; read off the index, one step for each, and not counted out of all rows. */
export async function reviewPlaces(store: Store): Promise<readonly string[]> {
  const { rows } = await sql<{ place: string }>`
    with recursive steps as (
      (select place from reviews order by place limit 1)
      union all
      select (select place from reviews where place > steps.place order by place limit 1) from steps
      where steps.place is not null
    )
    select place from steps where place is not null limit ${MOST}`.execute(store.db);
  return rows.map(({ place }) => place);
}

/** The subsystems of the latest reviews, in order. */
export async function reviewSubsystems(store: Store): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct unnest(subsystems) as name
    from (select subsystems from reviews order by sent_at desc, id desc limit 5000) as latest
    order by name limit ${MOST}`.execute(store.db);
  return rows.map(({ name }) => name);
}

/** The number of the newest review; 0 when there is none. It grows whenever one is added. */
export async function newestReview(store: Store): Promise<number> {
  const row = await store.db
    .selectFrom('reviews')
    .select((of) => of.fn.max('id').as('id'))
    .executeTakeFirst();
  return Number(row?.id ?? 0);
}
