import type { CheckRunReport } from '../../report/index.ts';
import type { JobRun } from '../jobs.ts';
import type { Answer, GitHubApi } from './adapter.ts';
import { hasMarker, STICKY_MARKER } from './marker.ts';
import {
  CHECK_NAME,
  type CheckRequest,
  type CommentRequest,
  findCheckRun,
  type PresentCheckRun,
  type PresentComment,
  planEnd,
  planStart,
} from './publication.ts';
import { splitName } from './setup.ts';

// The requests of publication.ts, carried out. Whoever calls looks first and writes then, so that a process that died
// between the two leaves nothing that the next one would write again.

/** Where a check run belongs. */
export interface CheckPlace {
  readonly repository: string;
  readonly headSha: string;
  readonly externalId: string;
  readonly page: string | null;
}

interface CheckRunJson {
  readonly id: number;
  readonly head_sha: string;
  readonly external_id: string | null;
  readonly status: string;
  readonly output: { readonly annotations_count: number };
}

function present(run: CheckRunJson): PresentCheckRun {
  return {
    id: run.id,
    headSha: run.head_sha,
    externalId: run.external_id ?? '',
    status: run.status,
    annotations: run.output.annotations_count,
  };
}

/** Says that a review has begun: goes on with the check run that is there, or makes one. */
export async function beginCheck(api: GitHubApi, app: number, place: CheckPlace): Promise<Answer<PresentCheckRun>> {
  const at = splitName(place.repository);
  const query = { ...at, ref: place.headSha, check_name: CHECK_NAME, app_id: app, filter: 'all' };
  const runs = await api.pages<CheckRunJson>('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', query, () => false);
  if (!runs.ok) return runs;
  const found = findCheckRun(runs.value.map(present), place.externalId);
  const request = planStart(found, place);
  if (request !== null) return sendCheck(api, place.repository, request);
  // Only a run that is there needs no request.
  return { ok: true, value: found as PresentCheckRun };
}

/** Ends a check run with what a review says. */
export async function endCheck(
  api: GitHubApi,
  run: PresentCheckRun,
  place: CheckPlace,
  report: CheckRunReport,
): Promise<Answer<PresentCheckRun>> {
  let last: Answer<PresentCheckRun> = { ok: true, value: run };
  for (const request of planEnd(run, { ...place, report })) {
    last = await sendCheck(api, place.repository, request);
    if (!last.ok) return last;
  }
  return last;
}

/** Ends a check run whose head was superseded before its review was ready. */
export async function cancelCheck(api: GitHubApi, repository: string, id: number): Promise<Answer<unknown>> {
  const ended = await api.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
    ...splitName(repository),
    check_run_id: id,
    status: 'completed',
    conclusion: 'cancelled',
    output: { title: 'Superseded', summary: 'The branch was pushed to before this state was reviewed.' },
  });
  return ended.ok || ended.fault.code === 'github/gone' ? { ok: true, value: null } : ended;
}

async function sendCheck(api: GitHubApi, repository: string, request: CheckRequest): Promise<Answer<PresentCheckRun>> {
  const at = splitName(repository);
  const sent =
    request.kind === 'create'
      ? await api.request<CheckRunJson>('POST /repos/{owner}/{repo}/check-runs', { ...at, ...request.body })
      : await api.request<CheckRunJson>('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
          ...at,
          check_run_id: request.id,
          ...request.body,
        });
  return sent.ok ? { ok: true, value: present(sent.value) } : sent;
}

interface CommentJson {
  readonly id: number;
  readonly body?: string;
  readonly user: { readonly login: string; readonly type: string } | null;
  readonly performed_via_github_app?: { readonly id: number } | null;
}

/** Whether a comment was written by the App: a person who copies the marker is not taken for it. */
function isOurs(comment: CommentJson, app: number): boolean {
  return comment.performed_via_github_app?.id === app && comment.user?.type === 'Bot';
}

/** The comments of abbot on a pull request that begin with a marker, oldest first; all pages are looked through. */
export async function findComments(
  api: GitHubApi,
  app: number,
  repository: string,
  number: number,
  marker: string = STICKY_MARKER,
): Promise<Answer<readonly PresentComment[]>> {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const at = { ...splitName(repository), issue_number: number };
  const found: PresentComment[] = [];
  const all = await api.pages<CommentJson>(route, at, (page) => {
    for (const comment of page)
      if (isOurs(comment, app) && hasMarker(comment.body ?? '', marker))
        found.push({ id: comment.id, body: comment.body ?? '' });
    return found.length > 0;
  });
  return all.ok ? { ok: true, value: found } : all;
}

/** Writes or edits the comment; one that was deleted by hand meanwhile is written anew. Gives its id. */
export async function sendComment(
  api: GitHubApi,
  repository: string,
  number: number,
  request: CommentRequest,
  run: JobRun,
): Promise<Answer<number>> {
  const at = splitName(repository);
  if (request.kind === 'update') {
    const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
    const edited = await api.request<CommentJson>(route, { ...at, comment_id: request.id, body: request.body });
    if (edited.ok) return { ok: true, value: edited.value.id };
    if (edited.fault.code !== 'github/gone') return edited;
    run.log.info({ repository, number }, 'the comment was deleted by hand; it is written anew');
  }
  const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const made = await api.request<CommentJson>(route, { ...at, issue_number: number, body: request.body });
  return made.ok ? { ok: true, value: made.value.id } : made;
}
