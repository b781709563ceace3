import { explain, type Outcome, ok } from '../../outcome/index.ts';
import { code, renderMarkdown } from '../../report/index.ts';
import type { Review } from '../../review/index.ts';
import { attempt, latestReviewAt, suppress, unsuppress } from '../../store/index.ts';
import { type Conclusion, handleJob, type JobHandler, type JobRun, sendJob } from '../jobs.ts';
import type { Answer, GitHubApi } from './adapter.ts';
import { HELP } from './commands.ts';
import { type CommandData, endWithout, NOTHING_TO_KEEP, obeyCommand, reviewPullRequest } from './jobs.ts';
import { answerMarker, HELP_MARKER, withMarker } from './marker.ts';
import { findComments, sendComment } from './publish.ts';
import { type GitHubSetup, splitName } from './setup.ts';

type Given = CommandData['commands'][number];

/** The handler of `github-command`: obeys people with write access, and acknowledges by a reaction. */
export function commandHandler(setup: () => GitHubSetup): JobHandler {
  return handleJob(obeyCommand, (data, run) => obey(setup(), data, run));
}

async function obey(setup: GitHubSetup, data: CommandData, run: JobRun): Promise<Outcome<Conclusion>> {
  const api = await setup.app.installation(data.installation);
  if (!api.ok) return endWithout(api, obeyCommand, data, run);
  const allowed = await mayWrite(api.value, data);
  if (!allowed.ok) return endWithout(allowed, obeyCommand, data, run);
  const known = allowed.value && data.commands.some((command) => command.kind !== 'unknown');
  const reacted = await react(api.value, data, known ? '+1' : 'confused');
  if (!reacted.ok) return endWithout(reacted, obeyCommand, data, run);
  if (!allowed.value) {
    run.log.info({ repository: data.repository, user: data.user }, 'a command of somebody without write access');
    return NOTHING_TO_KEEP;
  }
  const answered = await answer(setup, api.value, data, run);
  if (!answered.ok) return endWithout(answered, obeyCommand, data, run);
  return ok(async (tx) => {
    const { repository, number, installation, user, comment } = data;
    for (const { kind, finding = '', because = '' } of data.commands) {
      const ignoring = { place: repository, fingerprint: finding, reason: because, by: user, expiresAt: null };
      if (kind === 'ignore') await suppress(tx, ignoring);
      if (kind === 'unignore') await unsuppress(tx, repository, finding, user);
    }
    const again = data.commands.some(({ kind }) => kind === 'rerun') ? `comment-${comment}` : null;
    if (again !== null || data.commands.some(({ kind }) => kind === 'ignore' || kind === 'unignore'))
      await sendJob(run.queue, tx, reviewPullRequest, { installation, repository, number, again }, { priority: 1 });
  });
}

async function mayWrite(api: GitHubApi, { repository, user }: CommandData): Promise<Answer<boolean>> {
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
  const got = await api.request<{ permission: string }>(route, { ...splitName(repository), username: user });
  if (!got.ok) return got.fault.code === 'github/gone' ? { ok: true, value: false } : got;
  return { ok: true, value: got.value.permission === 'admin' || got.value.permission === 'write' };
}

async function react(api: GitHubApi, { repository, comment }: CommandData, content: string): Promise<Answer<unknown>> {
  const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
  const reacted = await api.request(route, { ...splitName(repository), comment_id: comment, content });
  // A comment that was deleted meanwhile has said what it said.
  return reacted.ok || reacted.fault.code === 'github/gone' ? { ok: true, value: null } : reacted;
}

/** Writes what a command wants to know; each comment is answered once, and the list of commands is shown once. */
async function answer(setup: GitHubSetup, api: GitHubApi, data: CommandData, run: JobRun): Promise<Answer<null>> {
  const { repository, number } = data;
  const app = setup.app.identity.appId;
  const asked = data.commands.some(({ kind }) => kind === 'help');
  const lost = !asked && data.commands.some(({ kind }) => kind === 'unknown');
  const explained = await explainAll(data.commands, data, run);
  if (!explained.ok) return explained;
  const say = async (marker: string, text: string): Promise<Answer<null>> => {
    const there = await findComments(api, app, repository, number, marker);
    if (!there.ok) return there;
    if (there.value.length > 0) return { ok: true, value: null };
    const sent = await sendComment(api, repository, number, { kind: 'create', body: withMarker(text, marker) }, run);
    return sent.ok ? { ok: true, value: null } : sent;
  };
  const parts = [...(asked ? [HELP] : []), ...explained.value];
  if (parts.length > 0) {
    const said = await say(answerMarker(data.comment), parts.join('\n\n'));
    if (!said.ok) return said;
  }
  if (!lost) return { ok: true, value: null };
  const unknown = data.commands.find(({ kind }) => kind === 'unknown')?.said ?? '';
  return say(HELP_MARKER, `${unknown === '' ? 'That' : code(unknown, 100)} is no command of mine.\n\n${HELP}`);
}

async function explainAll(commands: readonly Given[], data: CommandData, run: JobRun): Promise<Answer<string[]>> {
  const wanted = commands.flatMap(({ kind, finding }) =>
    kind === 'explain' && finding !== undefined ? [finding] : [],
  );
  if (wanted.length === 0) return { ok: true, value: [] };
  const lineage = `github:${data.repository}#${data.number}`;
  const review = await attempt(run.store, () => latestReviewAt(run.store, lineage));
  if (!review.ok) {
    run.log.warn(explain(review.fault));
    return { ok: false, fault: review.fault, retryAfter: null };
  }
  return { ok: true, value: wanted.map((name) => explainOne(review.value, name)) };
}

function explainOne(review: Review | null, name: string): string {
  if (review === null) return `There is no review of this pull request yet, so ${code(name, 300)} is not known.`;
  const findings = review.findings.filter((f) => f.fingerprint === name);
  if (findings.length === 0) {
    const names = review.findings.slice(0, 20).map((f) => `- ${code(f.fingerprint, 300)}`);
    const list = names.length === 0 ? 'It has no findings.' : `Its findings are:\n\n${names.join('\n')}`;
    return `The latest review has no finding ${code(name, 300)}. ${list}`;
  }
  return renderMarkdown({ ...review, findings, comparison: null }, { limit: 30_000, page: null });
}
