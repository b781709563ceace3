import type { Annotation, CheckRunReport } from '../../report/index.ts';

// What there is on a pull request, what there shall be, and the requests between the two: no clock, no network.

/** A check run as GitHub has it. */
export interface PresentCheckRun {
  readonly id: number;
  readonly headSha: string;
  readonly externalId: string;
  readonly status: string;
  readonly annotations: number;
}

/** abbot's comment as GitHub has it. */
export interface PresentComment {
  readonly id: number;
  readonly body: string;
}

/** The check run that shall be, complete. */
export interface DesiredCheckRun {
  readonly headSha: string;
  /** Names what was reviewed; a check run with the same name is the same one. */
  readonly externalId: string;
  readonly page: string | null;
  readonly report: CheckRunReport;
}

/** Fields of `output` of GitHub's check runs. */
export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
  readonly annotations?: readonly Annotation[];
}

export type CheckRequest =
  | { readonly kind: 'create'; readonly body: CheckBody & { readonly name: string; readonly head_sha: string } }
  | { readonly kind: 'update'; readonly id: number; readonly body: CheckBody };

export interface CheckBody {
  readonly external_id?: string;
  readonly status?: 'in_progress' | 'completed';
  readonly conclusion?: CheckRunReport['conclusion'];
  readonly details_url?: string;
  readonly output?: CheckOutput;
}

/** The name under which the check stands in a pull request; rules of branch protection name it. */
export const CHECK_NAME = 'abbot';

/**
 * Of the check runs of a head the one that a review goes on with: the newest, when it is of the same name or nobody ended
 * it. An older one of the same name does not count: people see the newest alone.
 */
export function findCheckRun(runs: readonly PresentCheckRun[], externalId: string): PresentCheckRun | null {
  const newest = runs.reduce<PresentCheckRun | null>((a, b) => (a && a.id > b.id ? a : b), null);
  return newest !== null && (newest.externalId === externalId || newest.status !== 'completed') ? newest : null;
}

/** The request that says that a review has begun; null when it is said already, or over. */
export function planStart(
  present: PresentCheckRun | null,
  desired: Pick<DesiredCheckRun, 'headSha' | 'externalId' | 'page'>,
): CheckRequest | null {
  const body = {
    external_id: desired.externalId,
    status: 'in_progress' as const,
    ...(desired.page === null ? {} : { details_url: desired.page }),
  };
  if (present === null) return { kind: 'create', body: { name: CHECK_NAME, head_sha: desired.headSha, ...body } };
  if (present.externalId === desired.externalId && present.status !== 'queued') return null;
  return { kind: 'update', id: present.id, body };
}

/**
 * The requests that end a check run. GitHub adds the annotations of each request to those it has, and takes 50 at once;
 * those that are there already, from a process that died in between, are not sent again.
 */
export function planEnd(present: PresentCheckRun, desired: DesiredCheckRun): CheckRequest[] {
  const { title, summary, conclusion, batches } = desired.report;
  const all = batches.flat();
  const done = present.externalId === desired.externalId;
  if (done && present.status === 'completed' && present.annotations >= all.length) return [];
  const left = all.slice(done ? present.annotations : 0);
  const size = batches[0]?.length ?? 50;
  const requests: CheckRequest[] = [];
  const details = desired.page === null ? {} : { details_url: desired.page };
  do {
    const annotations = left.splice(0, size);
    const last = left.length === 0;
    requests.push({
      kind: 'update',
      id: present.id,
      body: {
        external_id: desired.externalId,
        ...details,
        // The end is told with the last annotations, so that nobody sees half of them as the whole.
        ...(last ? { status: 'completed', conclusion } : { status: 'in_progress' }),
        output: { title, summary, ...(annotations.length > 0 ? { annotations } : {}) },
      },
    });
  } while (left.length > 0);
  return requests;
}

/** What to do about the comment. */
export type CommentRequest =
  | { readonly kind: 'create'; readonly body: string }
  | { readonly kind: 'update'; readonly id: number; readonly body: string };

/**
 * What to do about the one comment: written when there is something to say, edited in place afterwards, and left alone
 * when it says that already. A comment that is there is kept up to date even when there is nothing to say any more.
 */
export function planComment(
  present: PresentComment | null,
  body: string,
  when: 'findings' | 'always' | 'never',
  worthIt: boolean,
): CommentRequest | null {
  if (present !== null) return present.body.trim() === body.trim() ? null : { kind: 'update', id: present.id, body };
  if (when === 'never' || (when === 'findings' && !worthIt)) return null;
  return { kind: 'create', body };
}
