import { createHash } from 'node:crypto';
import { explain, type Fault, fail, type Outcome, ok } from '../../outcome/index.ts';
import type { Review } from '../../review/index.ts';
import type { PullRequest, PullVersion } from '../../sources/index.ts';
import {
  answerTable,
  attempt,
  findInstallation,
  type PullRequestRow,
  pullVersions,
  pushVersion,
  rememberOnPull,
  savePullRequest,
  saveReview,
  suppressionsAt,
  transact,
} from '../../store/index.ts';
import { type Conclusion, handleJob, type JobHandler, type JobRun } from '../jobs.ts';
import type { Answer, GitHubApi } from './adapter.ts';
import { endWithout, isPassing, NOTHING_TO_KEEP, type PullData, reviewPullRequest } from './jobs.ts';
import { planComment } from './publication.ts';
import { beginCheck, type CheckPlace, cancelCheck, endCheck, findComments, sendComment } from './publish.ts';
import { type ConfigFault, DEFAULT_CONFIG, matchesBranch, type RepoConfig } from './repo-config.ts';
import { checkOf, checkOfFault, commentOf, type Ignored, type Notes, withoutIgnored } from './reports.ts';
import { type GitHubSetup, splitName } from './setup.ts';
import { bringState, bringVersions, openWorkplace, orderOf } from './workplace.ts';

// The work on a pull request is one story, told in one file: the steps that share its state are its functions.

/** What is read of a pull request. */
interface PullJson {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly draft?: boolean;
  readonly user: { readonly login: string } | null;
  readonly updated_at: string;
  readonly head: { readonly sha: string };
  readonly base: { readonly sha: string; readonly ref: string; readonly repo: { readonly clone_url: string } };
}

interface Task {
  readonly setup: GitHubSetup;
  readonly data: PullData;
  readonly run: JobRun;
  readonly api: GitHubApi;
  readonly pull: PullJson;
  readonly row: PullRequestRow;
}

/** What a pull request is reviewed as, and how far. */
interface State {
  readonly versions: readonly PullVersion[];
  readonly config: RepoConfig;
  readonly configFault: ConfigFault | null;
  readonly ignored: readonly Ignored[];
  /** Changes with everything that the review depends on. */
  readonly key: string;
}

/**
 * The handler of `review-pull-request`:
 *
 * 1. read the pull request as it is now: what the webhook said may be old;
 * 2. bring its commits, and end here when this very state was reviewed before;
 * 3. say that a review has begun, review, say what came of it;
 * 4. remember all of it in the transaction that ends the job.
 */
export function pullHandler(setup: () => GitHubSetup): JobHandler {
  return handleJob(reviewPullRequest, (data, run) => workOnPull(setup(), data, run));
}

async function workOnPull(setup: GitHubSetup, data: PullData, run: JobRun): Promise<Outcome<Conclusion>> {
  const { repository, number } = data;
  const installed = await attempt(run.store, () => findInstallation(run.store, data.installation));
  if (!installed.ok) return installed;
  if (installed.value !== null && (installed.value.suspendedAt !== null || installed.value.removedAt !== null))
    return NOTHING_TO_KEEP;
  const api = await setup.app.installation(data.installation);
  if (!api.ok) return endWithout(api, reviewPullRequest, data, run);
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
  const pull = await api.value.request<PullJson>(route, { ...splitName(repository), pull_number: number });
  if (!pull.ok) return endWithout(pull, reviewPullRequest, data, run);
  const { title, user, state } = pull.value;
  const about = { installationId: data.installation, repository, number, title, author: user?.login ?? 'ghost', state };
  const row = await transact(run.store, (tx) => savePullRequest(tx, about));
  if (!row.ok) return row;
  if (state !== 'open') return NOTHING_TO_KEEP;
  return workOnState({ setup, data, run, api: api.value, pull: pull.value, row: row.value });
}

async function workOnState(task: Task): Promise<Outcome<Conclusion>> {
  const { setup, data, run, api, pull, row } = task;
  const token = await api.token();
  if (!token.ok) return endWithout(token, reviewPullRequest, data, run);
  const workplace = await openWorkplace(setup, data.repository, pull.base.repo.clone_url, token.value);
  if (!workplace.ok) return workplace;
  const ref = `refs/pull/${data.number}/head`;
  const brought = await bringState(workplace.value, ref, pull.head.sha, pull.base.sha);
  if (!brought.ok) return isPassing(brought.fault) && !run.last ? brought : publishFault(task, null, brought.fault);
  const { config, start } = brought.value;
  if (config.branches !== undefined && !matchesBranch(config.branches, pull.base.ref)) return NOTHING_TO_KEEP;
  if (pull.draft === true && !config.drafts && data.again === null) return NOTHING_TO_KEEP;

  const state = await stateOf(task, start, config, brought.value.fault, brought.value.configText);
  if (!state.ok) return state;
  const same = row.reviewedHead === pull.head.sha && row.reviewedConfig === state.value.key;
  if (same && data.again === null) return NOTHING_TO_KEEP;

  const superseded = await endSuperseded(task);
  if (!superseded.ok) return endWithout(superseded, reviewPullRequest, data, run);
  const check = await beginCheck(api, setup.app.identity.appId, placeOf(task, state.value.key));
  if (!check.ok) return endWithout(check, reviewPullRequest, data, run);
  const begun = { checkRunId: check.value.id, checkRunHead: pull.head.sha };
  const noted = await attempt(run.store, () => rememberOnPull(run.store, row.id, begun));
  if (!noted.ok) return noted;
  const contents = await bringVersions(workplace.value, `pull-${data.number}`, state.value.versions);
  if (!contents.ok)
    return isPassing(contents.fault) && !run.last ? contents : publishFault(task, state.value, contents.fault);
  const ordered = await orderOf(setup, workplace.value, pullOf(task), state.value.versions);
  if (!ordered.ok) return publishFault(task, state.value, ordered.fault);
  const review = await run.reviewer.review(ordered.value.order, answerTable(run.store), run.signal);
  if (run.signal.aborted) return fail('job/review-died', 'the review was stopped');
  if (!review.ok) return isPassing(review.fault) && !run.last ? review : publishFault(task, state.value, review.fault);
  return publishReview(task, state.value, review.value);
}

/** A check run of an earlier head, whose review was never ended because its process died, is not left open. */
async function endSuperseded({ data, api, pull, row }: Task): Promise<Answer<unknown>> {
  const { checkRunId, checkRunHead, reviewedHead } = row;
  if (checkRunId === null || checkRunHead === pull.head.sha || checkRunHead === reviewedHead)
    return { ok: true, value: null };
  return cancelCheck(api, data.repository, checkRunId);
}

/** The versions up to now, and a name for everything that the review depends on. */
async function stateOf(
  { setup, data, run, pull, row }: Task,
  start: string,
  config: RepoConfig,
  configFault: ConfigFault | null,
  configText: string,
): Promise<Outcome<State>> {
  const known = await transact(run.store, async (tx) => {
    await pushVersion(tx, row.id, pull.head.sha, start, new Date(pull.updated_at));
    return { versions: await pullVersions(tx, row.id), ignored: await suppressionsAt(tx, data.repository) };
  });
  if (!known.ok) return known;
  const ignored = [...known.value.ignored.values()].map(({ fingerprint, reason, by }) => ({ fingerprint, reason, by }));
  // The base of the newest one is what it is now: the base branch may have moved, or been pushed by force.
  const versions = known.value.versions.map(({ version, head, base }, i, all) => ({
    version,
    head,
    start: i === all.length - 1 || base === null ? start : base,
  }));
  const parts = [
    pull.head.sha,
    start,
    configText,
    pull.title,
    pull.body,
    setup.order.version,
    setup.order.ruleDirs,
    ignored,
  ];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
  // Earlier versions than these say little about the newest, and each costs its share of reading.
  return ok({ versions: versions.slice(-MOST_VERSIONS), config, configFault, ignored, key });
}

const MOST_VERSIONS = 20;

function pullOf({ data, pull }: Task): PullRequest {
  return {
    ...splitName(data.repository),
    name: `pull-${data.number}`,
    title: pull.title,
    body: pull.body ?? '',
    author: pull.user?.login ?? 'ghost',
    head: pull.head.sha,
    base: pull.base.sha,
    cloneUrl: pull.base.repo.clone_url,
  };
}

function placeOf({ data, pull }: Task, key: string): CheckPlace {
  // Who asks for a review again gets a check run of its own, which is the same one for every try of that job.
  const externalId = data.again === null ? key : `${key}:${data.again}`.slice(0, 200);
  return { repository: data.repository, headSha: pull.head.sha, externalId, page: null };
}

async function publishReview(task: Task, state: State, whole: Review): Promise<Outcome<Conclusion>> {
  const { setup, data, run, api, pull, row } = task;
  const { review, met } = withoutIgnored(whole, state.ignored);
  const notes: Notes = { ignored: met, config: state.configFault };
  const page = setup.page(review.run);
  const place = { ...placeOf(task, state.key), page };
  const app = setup.app.identity.appId;
  // Looked up again: what the check run has may be from a process that died while it wrote.
  const check = await beginCheck(api, app, place);
  if (!check.ok) return endWithout(check, reviewPullRequest, data, run);
  const ended = await endCheck(api, check.value, place, checkOf(review, state.config, notes, page));
  if (!ended.ok) return endWithout(ended, reviewPullRequest, data, run);
  const comment = await publishComment(task, state, review, commentOf(review, notes, page));
  if (!comment.ok) return endWithout(comment, reviewPullRequest, data, run);
  run.log.info(
    { repository: data.repository, number: data.number, head: pull.head.sha, run: review.run, check: ended.value.id },
    'a pull request was reviewed',
  );
  return ok(async (tx) => {
    await saveReview(tx, { ...describe(task, state), result: { review: whole } });
    await rememberOnPull(tx, row.id, {
      ...comment.value,
      checkRunId: ended.value.id,
      checkRunHead: pull.head.sha,
      reviewedHead: pull.head.sha,
      reviewedConfig: state.key,
    });
  });
}

type CommentMemory = { readonly commentId: number | null; readonly commentHash: string | null };

/** A comment may be there that nobody remembers: its writer died before that. Stands where its hash would. */
const PENDING = 'pending';

async function publishComment(task: Task, state: State, review: Review, body: string): Promise<Answer<CommentMemory>> {
  const { setup, data, run, api, row } = task;
  const { repository, number } = data;
  const hash = createHash('sha256').update(body).digest('hex');
  if (row.commentId !== null && row.commentHash === hash)
    return { ok: true, value: { commentId: row.commentId, commentHash: hash } };
  const worthIt =
    review.findings.some((f) => f.reported) ||
    (review.comparison?.claims.some((c) => c.verdict === 'contradicted') ?? false);
  let present = row.commentId === null ? null : { id: row.commentId, body: '' };
  const unsure = row.commentId === null && (row.commentHash === PENDING || row.reviewedHead === null || worthIt);
  if (unsure) {
    const found = await findComments(api, setup.app.identity.appId, repository, number);
    if (!found.ok) return found;
    present = found.value[0] ?? null;
  }
  const request = planComment(present, body, state.config.comment, worthIt);
  const nothing = { commentId: present?.id ?? null, commentHash: present === null ? null : hash };
  if (request === null) return { ok: true, value: nothing };
  if (run.signal.aborted) return stopped();
  if (request.kind === 'create') {
    const noted = await attempt(run.store, () => rememberOnPull(run.store, row.id, { commentHash: PENDING }));
    if (!noted.ok) return { ok: false, fault: noted.fault, retryAfter: null };
  }
  const sent = await sendComment(api, repository, number, request, run);
  return sent.ok ? { ok: true, value: { commentId: sent.value, commentHash: hash } } : sent;
}

function stopped(): Answer<never> {
  return { ok: false, fault: fail('job/review-died', 'the review was stopped').fault, retryAfter: null };
}

/** Says in the check run why there is no review. An earlier comment stays as it is. */
async function publishFault(task: Task, state: State | null, fault: Fault): Promise<Outcome<Conclusion>> {
  const { setup, data, run, api, pull, row } = task;
  const key =
    state?.key ?? createHash('sha256').update(`${pull.head.sha} ${pull.base.sha} ${fault.code}`).digest('hex');
  run.log.warn({ repository: data.repository, number: data.number, head: pull.head.sha }, explain(fault));
  const place = placeOf(task, key);
  const check = await beginCheck(api, setup.app.identity.appId, place);
  if (!check.ok) return endWithout(check, reviewPullRequest, data, run);
  const notes: Notes = { ignored: [], config: state?.configFault ?? null };
  const ended = await endCheck(api, check.value, place, checkOfFault(fault, notes));
  if (!ended.ok) return endWithout(ended, reviewPullRequest, data, run);
  const blank: State = state ?? { versions: [], config: DEFAULT_CONFIG, configFault: null, ignored: [], key };
  return ok(async (tx) => {
    await saveReview(tx, { ...describe(task, blank), result: { fault } });
    await rememberOnPull(tx, row.id, {
      checkRunId: ended.value.id,
      checkRunHead: pull.head.sha,
      reviewedHead: pull.head.sha,
      // Without a state there was no review that could be the same one the next time.
      reviewedConfig: state === null ? null : key,
    });
  });
}

/** The columns of a stored review. */
function describe(task: Task, state: State) {
  const { data, pull } = task;
  const author = pull.user?.login ?? 'ghost';
  const lineage = `github:${data.repository}#${data.number}`;
  return {
    key: `${lineage}:${placeOf(task, state.key).externalId}`,
    origin: 'pull-request' as const,
    place: data.repository,
    title: pull.title,
    version: state.versions.at(-1)?.version ?? 1,
    messageId: null,
    author: { name: author, email: `${author}@users.noreply.github.com` },
    sentAt: new Date(pull.updated_at),
    total: 0,
    complete: true,
    beginnings: [lineage],
    subsystems: [],
  };
}
