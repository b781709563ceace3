import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { explain, type Fault } from '../../src/outcome/index.ts';
import { runReview } from '../../src/review/index.ts';
import {
  absent,
  fetchCommits,
  fetchContents,
  findMergeBase,
  keepCommit,
  type Mirror,
  openMirror,
  type PullRequest,
  type PullVersion,
  readCommitFile,
  readPull,
  tidyMirror,
} from '../../src/sources/index.ts';
import { FakeGitHub } from '../github/fake-github.ts';
import { revision, writeCommits } from '../github/git-repository.ts';
import { BASE_FILES, HARMLESS, INVERTING } from '../github/sources.ts';
import type { FakePull, FakeRepository } from '../github/state.ts';

const fake = new FakeGitHub();
let folder = '';
let repository: FakeRepository;
beforeAll(() => fake.start());
afterAll(() => fake.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'abbot-mirror-'));
  repository = fake.repository('o', `r${fake.id()}`, BASE_FILES);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

const must = async <T>(outcome: Promise<{ ok: true; value: T } | { ok: false; fault: Fault }>): Promise<T> => {
  const got = await outcome;
  if (!got.ok) throw new Error(explain(got.fault));
  return got.value;
};
const mirrorOf = (lender: string | null = null): Promise<Mirror> =>
  must(openMirror(folder, `o/${repository.name}`, `${fake.url}/o/${repository.name}.git`, lender));
const requestOf = (pull: FakePull): PullRequest => ({
  owner: 'o',
  repo: repository.name,
  name: `pull-${pull.number}`,
  title: pull.title,
  body: pull.body ?? '',
  author: pull.author,
  head: pull.head.sha,
  base: pull.base.sha,
  cloneUrl: `${fake.url}/o/${repository.name}.git`,
});
const bring = async (mirror: Mirror, pull: FakePull, version = 1): Promise<PullVersion> => {
  await must(fetchCommits(mirror, `refs/pull/${pull.number}/head`, [pull.head.sha, pull.base.sha]));
  const start = await must(findMergeBase(mirror, pull.base.sha, pull.head.sha));
  await must(fetchContents(mirror, [pull.head.sha, `^${start}`]));
  await must(fetchContents(mirror, [`${start}^{tree}`]));
  return { version, head: pull.head.sha, start };
};

describe('a pull request in a mirror', () => {
  test('is reviewed as a series on its merge base, and its pushes are its versions', async () => {
    const pull = fake.pull(repository, [HARMLESS, INVERTING], { title: 'Drop entries sooner' });
    const mirror = await mirrorOf();
    const first = await bring(mirror, pull);
    pull.body = 'Changes since v1:\n- dropped the change of other.c\n';
    fake.push(repository, pull, [INVERTING]);
    const second = await bring(mirror, pull, 2);
    const mails = await must(readPull(mirror, requestOf(pull), [first, second]));
    const review = await must(
      runReview({
        inputs: [],
        fetched: mails,
        overrule: { link: mails.link, unlink: [] },
        tree: mirror.folder,
        base: second.start,
        pick: null,
        all: false,
        version: '0',
        ruleDirs: [],
        today: '2026-01-01',
        cacheDir: null,
        workers: 1,
        onProgress: () => {},
      }),
    );
    expect(review.series).toMatchObject({ title: 'Drop entries sooner', version: 2, total: 1, complete: true });
    expect(review.findings.filter((f) => f.reported).map((f) => [f.kind, f.verdict])).toEqual([['abba', 'introduced']]);
    expect(review.base.revision).toBe(second.start);
    expect(review.comparison?.from.version).toBe(1);
    expect(review.comparison?.patches.map((p) => p.status).sort()).toEqual(['dropped', 'unchanged']);
  });

  test('with merges in it is read as one patch', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    const tip = fake.pushBranch(
      repository,
      'refs/heads/master',
      [{ message: 'elsewhere', files: { x: 'x\n' } }],
      pull.base.sha,
    );
    const [merged = ''] = writeCommits(
      repository.folder,
      'refs/pull/1/head',
      pull.head.sha,
      [{ message: 'merge', files: { x: 'x\n' } }],
      tip,
    );
    pull.head.sha = merged;
    const mirror = await mirrorOf();
    const version = await bring(mirror, pull);
    expect(version.start).toBe(tip);
    const mails = await must(readPull(mirror, requestOf(pull), [version]));
    expect(mails.notes).toEqual(['version 1 has merges in it, so it is read as one patch']);
    expect(mails.items.map((item) => item.ok && item.value.subject)).toEqual([
      '[PATCH v1 0/1] other: return two',
      '[PATCH v1 1/1] other: return two',
    ]);
  });

  test('is fetched without the contents of files that nobody needs', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    const mirror = await mirrorOf();
    await must(fetchCommits(mirror, 'refs/pull/1/head', [pull.head.sha, pull.base.sha]));
    await must(fetchContents(mirror, [pull.head.sha, `^${pull.base.sha}`]));
    expect(await readCommitFile(mirror, pull.head.sha, 'drivers/other.c', 1000)).toContain('return 2');
    expect(await readCommitFile(mirror, pull.head.sha, 'drivers/table.c', 1000)).toBeNull();
  });

  test('borrows what a repository of this machine has', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    const mirror = await mirrorOf(repository.folder);
    expect(await absent(mirror, [pull.base.sha, pull.head.sha])).toEqual([]);
  });

  test('keeps its commits when the mirror is tidied', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    const mirror = await mirrorOf();
    const version = await bring(mirror, pull);
    await must(keepCommit(mirror, 'pull/1/v1', version.head));
    await must(tidyMirror(mirror));
    expect(await absent(mirror, [version.head])).toEqual([]);
  });

  test('of a fork that vanished is a clear fault', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    fake.removeRef(repository, 'refs/pull/1/head');
    pull.head.sha = 'f'.repeat(40);
    const got = await fetchCommits(await mirrorOf(), 'refs/pull/1/head', [pull.head.sha]);
    expect(got).toMatchObject({ ok: false, fault: { code: 'source/not-found' } });
  });

  test('that shares no commit with its base is a clear fault', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    const [stranger = ''] = writeCommits(repository.folder, 'refs/pull/1/head', null, [HARMLESS]);
    pull.head.sha = stranger;
    const mirror = await mirrorOf();
    await must(fetchCommits(mirror, 'refs/pull/1/head', [stranger, pull.base.sha]));
    expect(await findMergeBase(mirror, pull.base.sha, stranger)).toMatchObject({
      ok: false,
      fault: { code: 'source/git-failed', what: expect.stringContaining('no commit in common') },
    });
  });

  test('of a repository that is gone is a clear fault, and the token is on no command line', async () => {
    const pull = fake.pull(repository, [HARMLESS]);
    const mirror = await mirrorOf();
    await must(fetchCommits(mirror, 'refs/pull/1/head', [pull.head.sha], { token: 'ghs_secret' }));
    expect(fake.gitAuthorizations.at(-1)).toBe(`Basic ${Buffer.from('x-access-token:ghs_secret').toString('base64')}`);
    repository.gone = true;
    const got = await fetchCommits(mirror, 'refs/pull/1/head', ['e'.repeat(40)]);
    expect(got).toMatchObject({ ok: false, fault: { code: 'source/not-found' } });
  });

  test.each(['../x', 'a/b/c', 'a/..', '.git/x', 'a/-'.padEnd(200, 'x')])('of %s is no repository', async (name) => {
    expect(await openMirror(folder, name, `${fake.url}/x.git`)).toMatchObject({
      ok: false,
      fault: { code: 'source/address' },
    });
  });

  test('is one mirror when two make it at once', async () => {
    const [a, b] = await Promise.all([mirrorOf(), mirrorOf()]);
    expect(a).toEqual(b);
    expect(revision(repository.folder, 'refs/heads/master')).toMatch(/^[0-9a-f]{40}$/);
  });
});
