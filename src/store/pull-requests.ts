import { sql, type Updateable } from 'kysely';
import type { Store } from './store.ts';
import type { PullRequestRow, PullVersionRow, Tables } from './tables.ts';

/** What a webhook tells of a pull request. */
export type PullRequest = Pick<
  PullRequestRow,
  'installationId' | 'repository' | 'number' | 'title' | 'author' | 'state'
>;

/** What abbot remembers of its own doings on a pull request: its comment, its check run, and the head it reviewed. */
export type PullRequestMemory = Partial<
  Pick<PullRequestRow, 'commentId' | 'commentHash' | 'checkRunId' | 'checkRunHead' | 'reviewedHead' | 'reviewedConfig'>
>;

/** Enters a pull request or what is new of it, and gives all that is known of it. */
export async function savePullRequest(tx: Store, pull: PullRequest): Promise<PullRequestRow> {
  return tx.db
    .insertInto('pullRequests')
    .values(pull)
    .onConflict((conflict) =>
      conflict.columns(['repository', 'number']).doUpdateSet({ ...pull, updatedAt: sql<Date>`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** All that is known of a pull request, or null. */
export async function findPullRequest(
  store: Store,
  repository: string,
  number: number,
): Promise<PullRequestRow | null> {
  const row = await store.db
    .selectFrom('pullRequests')
    .selectAll()
    .where('repository', '=', repository)
    .where('number', '=', number)
    .executeTakeFirst();
  return row ?? null;
}

/** Remembers what abbot did on a pull request. */
export async function rememberOnPull(tx: Store, id: number, memory: PullRequestMemory): Promise<void> {
  const change: Updateable<Tables['pullRequests']> = { ...memory, updatedAt: new Date(0) };
  await tx.db
    .updateTable('pullRequests')
    .set({ ...change, updatedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

/**
 * The version that a head is: pushes of a pull request are its versions, counted from 1. A head that is the latest
 * already stays that version; one that came before and comes again is a new version.
 */
export async function pushVersion(
  tx: Store,
  pullRequestId: number,
  head: string,
  base: string | null,
  pushedAt: Date,
): Promise<number> {
  // Two pushes at once count one after the other.
  await tx.db.selectFrom('pullRequests').select('id').where('id', '=', pullRequestId).forUpdate().execute();
  const last = await tx.db
    .selectFrom('pullVersions')
    .select(['version', 'head'])
    .where('pullRequestId', '=', pullRequestId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.head === head) return last.version;
  const version = (last?.version ?? 0) + 1;
  await tx.db.insertInto('pullVersions').values({ pullRequestId, version, head, base, pushedAt }).execute();
  return version;
}

/** The versions of a pull request, the oldest first. */
export function pullVersions(store: Store, pullRequestId: number): Promise<PullVersionRow[]> {
  return store.db
    .selectFrom('pullVersions')
    .selectAll()
    .where('pullRequestId', '=', pullRequestId)
    .orderBy('version')
    .execute();
}
