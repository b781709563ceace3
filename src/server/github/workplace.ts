import { type Outcome, ok } from '../../outcome/index.ts';
import {
  fetchCommits,
  fetchContents,
  fetchFile,
  findMergeBase,
  isKept,
  keepCommit,
  openMirror,
  type PullMails,
  type PullRequest,
  type PullVersion,
  readPull,
} from '../../sources/index.ts';
import type { ReviewOrder } from '../reviewer.ts';
import { CONFIG_PATH, type ConfigFault, MAX_CONFIG, type RepoConfig, readRepoConfig } from './repo-config.ts';
import type { GitHubSetup, Workplace } from './setup.ts';

/** Opens the mirror of a repository. */
export async function openWorkplace(
  setup: GitHubSetup,
  repository: string,
  cloneUrl: string,
  token: string,
): Promise<Outcome<Workplace>> {
  const mirror = await openMirror(setup.mirrors, repository, cloneUrl, setup.lender);
  return mirror.ok ? ok({ mirror: mirror.value, leave: { token } }) : mirror;
}

/** The commits of a state, their merge base, and what the repository wants; fetched where they are not there yet. */
export async function bringState(
  { mirror, leave }: Workplace,
  ref: string,
  head: string,
  base: string,
  /** The commit whose `.github/abbot.yml` counts: never that of a pull request itself. */
  configured: string = base,
): Promise<Outcome<{ start: string; config: RepoConfig; fault: ConfigFault | null; configText: string }>> {
  const fetched = await fetchCommits(mirror, ref, [head, base], leave);
  if (!fetched.ok) return fetched;
  const start = await findMergeBase(mirror, base, head);
  if (!start.ok) return start;
  const text = await fetchFile(mirror, configured, CONFIG_PATH, MAX_CONFIG, leave);
  if (!text.ok) return text;
  return ok({ start: start.value, ...readRepoConfig(text.value), configText: text.value ?? '' });
}

/** Fetches what reviewing the newest version reads, and what there still is of the earlier ones. */
export async function bringVersions(
  { mirror, leave }: Workplace,
  name: string,
  versions: readonly PullVersion[],
): Promise<Outcome<null>> {
  const newest = versions.at(-1);
  for (const version of versions) {
    const { head, start } = version;
    const kept = `${name}/v${version.version}`;
    // A kept commit was fetched whole before.
    if (await isKept(mirror, kept, head)) continue;
    const commits = version === newest ? ok(null) : await fetchCommits(mirror, head, [head, start], leave);
    const whole = commits.ok ? await bringTree({ mirror, leave }, start) : commits;
    const contents = whole.ok ? await fetchContents(mirror, [head, `^${start}`], leave) : whole;
    if (contents.ok) await keepCommit(mirror, kept, head);
    // Of an earlier version the host may have nothing any more; readPull says so.
    else if (version === newest) return contents;
  }
  return ok(null);
}

/** All files of the commit that a review starts from. */
async function bringTree({ mirror, leave }: Workplace, start: string): Promise<Outcome<null>> {
  if (await isKept(mirror, `whole/${start}`, start)) return ok(null);
  const fetched = await fetchContents(mirror, [`${start}^{tree}`], leave);
  return fetched.ok ? keepCommit(mirror, `whole/${start}`, start) : fetched;
}

/** What the reviewer is asked: the mails of the versions, on the mirror at the merge base. */
export async function orderOf(
  setup: GitHubSetup,
  { mirror }: Workplace,
  pull: PullRequest,
  versions: readonly PullVersion[],
): Promise<Outcome<{ order: ReviewOrder; mails: PullMails }>> {
  const mails = await readPull(mirror, pull, versions);
  if (!mails.ok) return mails;
  const { items, notes, wanted, link } = mails.value;
  const order: ReviewOrder = {
    ...setup.order,
    inputs: [],
    fetched: { items, notes, wanted },
    overrule: { link, unlink: [] },
    tree: mirror.folder,
    base: versions.at(-1)?.start ?? null,
    pick: null,
    all: false,
    today: setup.today(),
  };
  return ok({ order, mails: mails.value });
}
