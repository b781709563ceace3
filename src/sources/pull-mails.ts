import type { Mail, MessageId, ReadItem } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { readCommitRange } from './commit-range.ts';
import { runGit } from './git-command.ts';
import type { Mirror } from './mirror.ts';

/** A pull request as its host shows it; all text in it is data of strangers. */
export interface PullRequest {
  readonly owner: string;
  readonly repo: string;
  /** `pull-7`; for a push to a branch `push-<commit>`. Unique in the repository. */
  readonly name: string;
  readonly title: string;
  readonly body: string;
  /** Login of who opened it. */
  readonly author: string;
  readonly head: string;
  /** Commit that the base branch is at. */
  readonly base: string;
  readonly cloneUrl: string;
}

/** One state of a pull request: a push makes the next. */
export interface PullVersion {
  readonly version: number;
  readonly head: string;
  /** Merge base of head and base branch. */
  readonly start: string;
}

/** The mails that the versions of a pull request are read as. */
export interface PullMails {
  readonly items: readonly ReadItem[];
  readonly notes: readonly string[];
  /** The cover letter of the newest version. */
  readonly wanted: MessageId;
  /** The covers of two versions, from version to version: they belong together, whatever else their mails say. */
  readonly link: readonly (readonly [string, string])[];
}

const LONGEST_BODY = 70_000;

/** The commit that the pull request starts from: the merge base. Fails with `source/git-failed`. */
export async function findMergeBase(mirror: Mirror, base: string, head: string): Promise<Outcome<string>> {
  const found = await runGit(mirror.folder, ['merge-base', base, head]);
  if (found.ok && found.value.trim() !== '') return ok(found.value.trim());
  return fail(
    'source/git-failed',
    `${head.slice(0, 12)} has no commit in common with the base branch (${base.slice(0, 12)})`,
    undefined,
    'rebase the branch onto the base branch',
  );
}

/**
 * Reads the versions of a pull request as the patch series that they are: its title and description are the cover letter,
 * its commits over the merge base the patches. A branch with merges in it is read as one patch. An earlier version whose
 * commits are gone is told in the notes. Fails with the codes of `readCommitRange` for the newest one.
 *
 * @example
 * const mails = await readPull(mirror, pull, [{ version: 1, head, start }]);
 */
export async function readPull(
  mirror: Mirror,
  pull: PullRequest,
  versions: readonly PullVersion[],
): Promise<Outcome<PullMails>> {
  const newest = versions.at(-1);
  if (!newest) return fail('input/empty', `${pull.name} has no version`);
  const items: ReadItem[] = [];
  const notes: string[] = [];
  const covers: string[] = [];
  for (const version of versions) {
    const mails = await readVersion(mirror, pull, version);
    if (!mails.ok) {
      if (version === newest) return mails;
      notes.push(`version ${version.version} of the pull request cannot be read any more: ${mails.fault.what}`);
      continue;
    }
    covers.push(idOf(pull, version, 0));
    items.push(...mails.value.items);
    notes.push(...mails.value.notes);
  }
  const link = covers.slice(1).map((id, i) => [covers[i] ?? id, id] as const);
  return ok({ items, notes, wanted: idOf(pull, newest, 0), link });
}

async function readVersion(
  mirror: Mirror,
  pull: PullRequest,
  version: PullVersion,
): Promise<Outcome<{ items: ReadItem[]; notes: string[] }>> {
  const prefix = `PATCH v${version.version}`;
  const merges = await runGit(mirror.folder, ['rev-list', '--count', '--merges', `${version.start}..${version.head}`]);
  if (!merges.ok) return merges;
  const dated = await runGit(mirror.folder, ['show', '-s', '--format=%ct', '--end-of-options', version.head]);
  if (!dated.ok) return dated;
  const at = { pull, version, prefix, date: new Date(Number(dated.value) * 1000).toISOString() };
  if (Number(merges.value) > 0) {
    const squashed = await squash(mirror, at);
    if (!squashed.ok) return squashed;
    const note = `version ${version.version} has merges in it, so it is read as one patch`;
    return ok({ items: [cover(at, 1), squashed.value], notes: [note] });
  }
  const patches = await readCommitRange(mirror.folder, version.start, version.head, prefix);
  if (!patches.ok) return patches;
  const threaded = patches.value.map((item, i) =>
    item.ok ? { ok: true as const, value: place(item.value, at, i + 1) } : item,
  );
  return ok({ items: [cover(at, patches.value.length), ...threaded], notes: [] });
}

interface At {
  readonly pull: PullRequest;
  readonly version: PullVersion;
  readonly prefix: string;
  /** When the head was committed, ISO 8601. */
  readonly date: string;
}

/** `<pull-7-v2-0@r.o.github>`: the same for the same pull request and push, and like no other. */
function idOf({ owner, repo, name }: PullRequest, { version }: PullVersion, index: number): MessageId {
  return `${name}-v${version}-${index}@${repo}.${owner}.github`.toLowerCase() as MessageId;
}

function place(mail: Mail, { pull, version }: At, index: number): Mail {
  const parent = idOf(pull, version, 0);
  const origin = `${pull.owner}/${pull.repo}/${pull.name} v${version.version} ${index}`;
  return { ...mail, messageId: idOf(pull, version, index), inReplyTo: [parent], references: [parent], origin };
}

function cover(at: At, total: number): ReadItem {
  const { pull, version } = at;
  const body = pull.body.slice(0, LONGEST_BODY).replace(/\r\n?/g, '\n');
  const mail = written(at, `[${at.prefix} 0/${total}] ${pull.title}`, body);
  return { ok: true, value: { ...mail, messageId: idOf(pull, version, 0) } };
}

/** Everything between the merge base and the head as one patch, with the title of the pull request. */
async function squash(mirror: Mirror, at: At): Promise<Outcome<ReadItem>> {
  const { pull, version } = at;
  const diff = await runGit(mirror.folder, [
    ...['diff', '--no-ext-diff', '--no-textconv', '--full-index', '--binary', '--src-prefix=a/', '--dst-prefix=b/'],
    ...['--end-of-options', version.start, version.head],
  ]);
  if (!diff.ok) return diff;
  if (diff.value === '') return fail('input/empty', `${pull.name} changes nothing`);
  const mail = written(at, `[${at.prefix} 1/1] ${pull.title}`, `\n---\n\n${diff.value}`);
  return ok({ ok: true, value: place(mail, at, 1) });
}

/** A mail written by whoever opened the pull request. */
function written({ pull, date }: At, subject: string, body: string): Mail {
  const email = `${pull.author.replace(/[^A-Za-z0-9-]/g, '')}@users.noreply.github.com`;
  return {
    messageId: null,
    subject: subject.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 1000),
    from: { name: pull.author, email },
    date,
    inReplyTo: [],
    references: [],
    to: [],
    cc: [],
    headers: [],
    body: body.endsWith('\n') ? body : `${body}\n`,
    attachments: [],
    origin: `${pull.owner}/${pull.repo}/${pull.name}`,
    defects: [],
  };
}
