import { createHash } from 'node:crypto';
import { explain, type Outcome, ok } from '../../outcome/index.ts';
import type { PullRequest } from '../../sources/index.ts';
import { answerTable, saveReview } from '../../store/index.ts';
import { type Conclusion, handleJob, type JobHandler, type JobRun } from '../jobs.ts';
import { endWithout, isPassing, NOTHING_TO_KEEP, type PushData, reviewPush } from './jobs.ts';
import { beginCheck, endCheck } from './publish.ts';
import { matchesBranch } from './repo-config.ts';
import { checkOf, checkOfFault } from './reports.ts';
import { type GitHubSetup, splitName } from './setup.ts';
import { bringState, bringVersions, openWorkplace, orderOf } from './workplace.ts';

/** The handler of `review-push`: what was pushed to a watched branch is a series, and its last commit gets a check run. */
export function pushHandler(setup: () => GitHubSetup): JobHandler {
  return handleJob(reviewPush, (data, run) => workOnPush(setup(), data, run));
}

interface RepositoryJson {
  readonly clone_url: string;
}

async function workOnPush(setup: GitHubSetup, data: PushData, run: JobRun): Promise<Outcome<Conclusion>> {
  const { repository, branch, before, after } = data;
  // A new branch has no commits of its own that anybody could name.
  if (/^0+$/.test(before)) return NOTHING_TO_KEEP;
  const api = await setup.app.installation(data.installation);
  if (!api.ok) return endWithout(api, reviewPush, data, run);
  const token = await api.value.token();
  if (!token.ok) return endWithout(token, reviewPush, data, run);
  const found = await api.value.request<RepositoryJson>('GET /repos/{owner}/{repo}', splitName(repository));
  if (!found.ok) return endWithout(found, reviewPush, data, run);
  const workplace = await openWorkplace(setup, repository, found.value.clone_url, token.value);
  if (!workplace.ok) return workplace;
  // After a push by force the older commit may be in no branch any more; it is asked for by its name.
  const brought = await bringState(workplace.value, `refs/heads/${branch}`, after, before, after);
  if (!brought.ok) {
    if (isPassing(brought.fault) && !run.last) return brought;
    // Whether the branch is watched is not known, so there is nobody to tell.
    run.log.warn({ repository, branch, after }, explain(brought.fault));
    return NOTHING_TO_KEEP;
  }
  const { config, start } = brought.value;
  if (!matchesBranch(config.watch, branch) || start === after) return NOTHING_TO_KEEP;

  const notes = { ignored: [], config: brought.value.fault };
  const externalId = createHash('sha256').update(`${start} ${after} ${setup.order.version}`).digest('hex').slice(0, 40);
  const place = { repository, headSha: after, externalId, page: null };
  const app = setup.app.identity.appId;
  const check = await beginCheck(api.value, app, place);
  if (!check.ok) return endWithout(check, reviewPush, data, run);
  const pushed: PullRequest = {
    ...splitName(repository),
    name: `push-${after.slice(0, 12)}`,
    title: `${branch}: a push`,
    body: '',
    author: splitName(repository).owner,
    head: after,
    base: before,
    cloneUrl: found.value.clone_url,
  };
  const versions = [{ version: 1, head: after, start }];
  const contents = await bringVersions(workplace.value, pushed.name, versions);
  const ordered = contents.ok ? await orderOf(setup, workplace.value, pushed, versions) : contents;
  const review = ordered.ok
    ? await run.reviewer.review(ordered.value.order, answerTable(run.store), run.signal)
    : ordered;
  if (!review.ok && isPassing(review.fault) && !run.last) return review;
  const page = review.ok ? setup.page(review.value.run) : null;
  const report = review.ok ? checkOf(review.value, config, notes, page) : checkOfFault(review.fault, notes);
  const ended = await endCheck(api.value, check.value, { ...place, page }, report);
  if (!ended.ok) return endWithout(ended, reviewPush, data, run);
  return ok(async (tx) => {
    await saveReview(tx, {
      key: `github:${repository}:${after}:${externalId}`,
      origin: 'pull-request',
      place: repository,
      title: pushed.title,
      version: 1,
      messageId: null,
      author: { name: pushed.author, email: `${pushed.author}@users.noreply.github.com` },
      sentAt: new Date(review.ok ? (review.value.lineage.versions[0]?.date ?? 0) : 0),
      total: 0,
      complete: true,
      beginnings: [`github:${repository}:${after}`],
      subsystems: [],
      result: review.ok ? { review: review.value } : { fault: review.fault },
    });
  });
}
