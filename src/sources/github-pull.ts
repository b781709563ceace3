import { z } from 'zod';
import type { MessageId, ReadItem } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { runGit } from './git-command.ts';
import { allowedHost } from './hosts.ts';
import type { HttpClient } from './http-client.ts';
import { fetchCommits, fetchContents, fetchObjects, keepCommit, type Mirror, openMirror } from './mirror.ts';
import { findMergeBase, type PullVersion, readPull } from './pull-mails.ts';

/** How pull requests are reached. */
export interface GitHubPlace {
  /** `https://api.github.com`, or that of a server of one's own. */
  readonly api: string;
  /** Folder of the mirrors; null when nothing may be kept. */
  readonly mirrors: string | null;
  readonly token: string | null;
  /** A git repository of this machine whose objects may be used, or null. */
  readonly lender: string | null;
}

/** The mails of a pull request. */
export interface FetchedPull {
  readonly items: readonly ReadItem[];
  readonly notes: readonly string[];
  readonly wanted: MessageId;
  readonly link: readonly (readonly [string, string])[];
}

const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const pullSchema = z.object({
  title: z.string(),
  body: z.string().nullable(),
  user: z.object({ login: z.string() }).nullable(),
  head: z.object({ sha }),
  base: z.object({ sha, repo: z.object({ clone_url: z.string() }) }),
});

/**
 * Brings a pull request: what the API says of it, its commits from its reference, and the heads that were seen here before
 * as its earlier versions. Fails with the codes of `source/`.
 *
 * @example
 * const pull = await fetchPull(client, { api, mirrors, token: null, lender: null }, 'o', 'r', 7);
 */
export async function fetchPull(
  client: HttpClient,
  place: GitHubPlace,
  owner: string,
  repo: string,
  number: number,
): Promise<Outcome<FetchedPull>> {
  const shown = `${owner}/${repo}#${number}`;
  if (place.mirrors === null)
    return fail(
      'source/not-served',
      `${shown} needs a place for its commits`,
      'the cache is off',
      'leave --no-cache out',
    );
  const answer = await client.get(`${place.api}/repos/${owner}/${repo}/pulls/${number}`, 'json', 'always');
  if (!answer.ok) return answer.fault.code === 'source/not-found' ? notThere(shown, place) : answer;
  const parsed = pullSchema.safeParse(safeJson(answer.value.bytes));
  if (!parsed.success) return fail('source/malformed', `what ${place.api} says of ${shown} cannot be read`);
  const { title, body, user, head, base } = parsed.data;
  const cloneUrl = base.repo.clone_url;
  if (!URL.canParse(cloneUrl)) return fail('source/malformed', `${shown} names no repository`);
  const allowed = allowedHost(client.hosts, new URL(cloneUrl));
  if (!allowed.ok) return allowed;
  const mirror = await openMirror(place.mirrors, `${owner}/${repo}`, cloneUrl, place.lender);
  if (!mirror.ok) return mirror;
  const leave = place.token === null ? {} : { token: place.token };
  const fetched = await fetchCommits(mirror.value, `refs/pull/${number}/head`, [head.sha, base.sha], leave);
  if (!fetched.ok) return fetched;
  const versions = await versionsOf(mirror.value, number, head.sha, base.sha);
  if (!versions.ok) return versions;
  for (const version of versions.value) {
    const changed = [version.head, `^${version.start}`];
    const contents = await fetchContents(mirror.value, changed, leave);
    if (!contents.ok && version.head === head.sha) return contents;
    await fetchOldSides(mirror.value, version, leave);
  }
  const pull = { owner, repo, name: `pull-${number}`, title, body: body ?? '', author: user?.login ?? 'ghost' };
  const mails = await readPull(mirror.value, { ...pull, head: head.sha, base: base.sha, cloneUrl }, versions.value);
  if (!mails.ok) return mails;
  const note = `fetched ${shown} at ${head.sha.slice(0, 12)}, version ${versions.value.at(-1)?.version ?? 1} as seen from here`;
  return ok({ ...mails.value, notes: [note, ...mails.value.notes] });
}

/** The heads that were seen here, oldest first, the present one last: each is kept under the number of its version. */
async function versionsOf(mirror: Mirror, number: number, head: string, base: string): Promise<Outcome<PullVersion[]>> {
  const under = `seen/pull-${number}`;
  const listed = await runGit(mirror.store, [
    'for-each-ref',
    '--format=%(refname) %(objectname)',
    `refs/abbot/${under}/`,
  ]);
  if (!listed.ok) return listed;
  const seen = [...listed.value.matchAll(/\/v(\d{1,6}) ([0-9a-f]{40,64})$/gm)]
    .map(([, version, id]) => ({ version: Number(version), head: id ?? '' }))
    .sort((a, b) => a.version - b.version);
  const last = seen.at(-1);
  if (last?.head !== head) {
    const next = { version: (last?.version ?? 0) + 1, head };
    const kept = await keepCommit(mirror, `${under}/v${next.version}`, head);
    if (!kept.ok) return kept;
    seen.push(next);
  }
  const versions: PullVersion[] = [];
  for (const one of seen.slice(-20)) {
    const start = await findMergeBase(mirror, base, one.head);
    if (start.ok) versions.push({ ...one, start: start.value });
    else if (one.head === head) return start;
  }
  return ok(versions);
}

/** What the changed files were before: for a diff both sides are needed, and for nothing more. */
async function fetchOldSides(mirror: Mirror, { start, head }: PullVersion, leave: { token?: string }): Promise<void> {
  const raw = await runGit(mirror.folder, ['diff-tree', '-r', '--raw', '--no-abbrev', '--no-renames', start, head]);
  if (!raw.ok) return;
  const blobs = [...raw.value.matchAll(/^:\d+ \d+ ([0-9a-f]{40,64})/gm)].map(([, id]) => id ?? '');
  const old = blobs.filter((id) => !/^0+$/.test(id));
  await fetchObjects(mirror, [...new Set(old)], leave);
}

function notThere(shown: string, { api, token }: GitHubPlace): Outcome<never> {
  const hint =
    token === null
      ? 'check the number; for a private repository set GITHUB_TOKEN'
      : 'check the number, and what the token may read';
  return fail('source/not-found', `${api} has no pull request ${shown}`, undefined, hint);
}

function safeJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
