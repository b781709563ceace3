import type { Finding, Review } from '../review/index.ts';
import { type FindingState, findingStates } from './finding-states.ts';
import type { Store } from './store.ts';
import type { FindingRow } from './tables.ts';

/** Verdicts that count against a series; the others speak of the tree, or in the series' favour. */
const CHARGES: ReadonlySet<string> = new Set(['introduced', 'new-path', 'transient']);

/** Enters the findings of a review, in its transaction. */
export async function saveFindings(
  tx: Store,
  review: { readonly id: number; readonly lineageId: number; readonly version: number },
  findings: Review['findings'],
): Promise<void> {
  const rows = findings.map((finding) => rowOf(finding, review));
  // PostgreSQL takes 65,535 parameters a statement.
  for (let i = 0; i < rows.length; i += 1000)
    await tx.db
      .insertInto('findings')
      .values(rows.slice(i, i + 1000))
      .onConflict((conflict) => conflict.columns(['reviewId', 'fingerprint']).doNothing())
      .execute();
}

function rowOf(finding: Finding, review: { id: number; lineageId: number; version: number }) {
  const { fingerprint, kind, verdict, locks, reported, confidence, summary } = finding;
  const { id: reviewId, lineageId, version } = review;
  return {
    reviewId,
    lineageId,
    version,
    fingerprint,
    kind,
    verdict,
    state: null,
    since: null,
    listed: true,
    locks: [...locks],
    reported,
    confidence,
    summary,
  };
}

/**
 * Says anew where each finding of a lineage stands at each version. Versions may be reviewed in any order, so it is done
 * whenever one was; a finding that is gone gets a row of its own in the version that fixed it.
 */
export async function followFindings(tx: Store, lineageId: number): Promise<void> {
  const reviews = await tx.db
    .selectFrom('reviews')
    .select(['id', 'version'])
    .where('lineageId', '=', lineageId)
    .where('review', 'is not', null)
    .orderBy('version')
    .orderBy('id')
    .execute();
  // Of a version that was reviewed twice (sent again with other patches) the later review counts.
  const latest = [...new Map(reviews.map((review) => [review.version, review])).values()];
  const rows = await tx.db
    .selectFrom('findings')
    .selectAll()
    .where('lineageId', '=', lineageId)
    .orderBy('id')
    .execute();
  const charged = rows.filter((row) => row.listed && row.reported && CHARGES.has(row.verdict));
  const of = (reviewId: number) => charged.filter((row) => row.reviewId === reviewId);
  const states = findingStates(
    latest.map(({ id, version }) => ({ version, charges: new Set(of(id).map((row) => row.fingerprint)) })),
  );
  await tx.db.deleteFrom('findings').where('lineageId', '=', lineageId).where('listed', '=', false).execute();
  await tx.db
    .updateTable('findings')
    .set({ state: null, since: null })
    .where('lineageId', '=', lineageId)
    .where('state', '=', 'fixed')
    .execute();
  for (const [i, { id: reviewId, version }] of latest.entries())
    for (const [fingerprint, state] of states[i] ?? [])
      await place(tx, { reviewId, version, lineageId, fingerprint }, state, charged);
}

async function place(
  tx: Store,
  at: Pick<FindingRow, 'reviewId' | 'version' | 'lineageId' | 'fingerprint'>,
  { state, since }: FindingState,
  charged: readonly FindingRow[],
): Promise<void> {
  if (state !== 'fixed') {
    const row = charged.find((one) => one.reviewId === at.reviewId && one.fingerprint === at.fingerprint);
    if (row !== undefined && (row.state !== state || row.since !== since))
      await tx.db.updateTable('findings').set({ state, since }).where('id', '=', row.id).execute();
    return;
  }
  const last = charged.findLast((one) => one.fingerprint === at.fingerprint && one.version < at.version);
  if (last === undefined) return;
  const { kind, verdict, locks, confidence, summary } = last;
  await tx.db
    .insertInto('findings')
    .values({ ...at, kind, verdict, locks, confidence, summary, reported: false, listed: false, state, since })
    // The newer version may list it as something else, such as one that stood there before: that row says more.
    .onConflict((conflict) => conflict.columns(['reviewId', 'fingerprint']).doUpdateSet({ state, since }))
    .execute();
}

/** The findings of one review, those that count against the series first. */
export function findingsOf(store: Store, reviewId: number): Promise<FindingRow[]> {
  return store.db
    .selectFrom('findings')
    .selectAll()
    .where('reviewId', '=', reviewId)
    .orderBy('reported', 'desc')
    .orderBy('confidence', 'desc')
    .orderBy('fingerprint')
    .execute();
}

/** Where a finding came up, the newest review first; with `origin`, only in reviews that came this way. */
export function findingsNamed(
  store: Store,
  fingerprint: string,
  limit: number,
  origin?: 'list' | 'pull-request',
): Promise<FindingRow[]> {
  return store.db
    .selectFrom('findings')
    .innerJoin('reviews', 'reviews.id', 'findings.reviewId')
    .selectAll('findings')
    .where('fingerprint', '=', fingerprint)
    .$if(origin !== undefined, (query) => query.where('reviews.origin', '=', origin as 'list'))
    .orderBy('findings.id', 'desc')
    .limit(limit)
    .execute();
}
