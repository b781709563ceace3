import { expect, test } from 'vitest';
import { runReview } from '../../src/review/index.ts';
import { git } from '../tree/repository.ts';
import { folderWith, hunk, mails, request } from './request.ts';

const diff = hunk('x.c', [' int a;', '+int more;', ' int b;']);
const mail = (tag: string, title: string, minute: number, body = '') => ({
  tag,
  title,
  minute,
  body: `Why.\n${body}---\n${diff}`,
});
const TREE = { 'x.c': 'int a;\nint b;\nint c;\n' };

test('of two series the more recent one is reviewed, and the review says so', async () => {
  const folder = folderWith({
    ...TREE,
    'in/a.mbox': mails(mail('PATCH', 'clk: round rates up', 9)),
    'in/b.mbox': mails(mail('PATCH', 'usb: forget about hubs', 3)),
  });
  const review = await runReview(request({ inputs: [`${folder}/in`], tree: folder }));
  expect(review).toMatchObject({ ok: true, value: { series: { title: 'clk: round rates up' } } });
  expect(review.ok && review.value.coverage.notes).toContainEqual(
    "the input holds 2 series; this is the most recent one, 'clk: round rates up'",
  );
});

test('the version asked for is reviewed, compared with the one before it', async () => {
  const versions = ['PATCH', 'PATCH v2', 'PATCH v3'].map((tag, i) => mail(tag, 'clk: round rates up', i));
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(...versions) });
  const review = await runReview(request({ inputs: [`${folder}/in`], tree: folder, pick: 2 }));
  expect(review).toMatchObject({
    ok: true,
    value: { series: { version: 2 }, comparison: { from: { version: 1 }, to: { version: 2 } } },
  });
});

test('a version that is not at hand is a fault that names those that are', async () => {
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(mail('PATCH v3', 'clk: round rates up', 1)) });
  const review = await runReview(request({ inputs: [`${folder}/in`], tree: folder, pick: 2 }));
  expect(review).toMatchObject({ ok: false, fault: { code: 'input/no-such-version', why: 'it holds v3' } });
});

test('one bad file among good ones is told and does not stop the review', async () => {
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(mail('PATCH', 'x: more', 1)), 'in/b.mbox': '' });
  const review = await runReview(request({ inputs: [`${folder}/in`], tree: folder }));
  expect(review.ok && review.value.coverage.unparsed).toEqual([expect.stringMatching(/b\.mbox is empty$/)]);
});

test('a place that was named and is not there stops the review', async () => {
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(mail('PATCH', 'x: more', 1)) });
  const review = await runReview(request({ inputs: [`${folder}/in`, `${folder}/nowhere`], tree: folder }));
  expect(review).toMatchObject({ ok: false, fault: { code: 'input/not-found' } });
});

test.each([
  ['input/no-patch', 'a cover letter alone', mails({ tag: 'PATCH 0/1', title: 'x: more', body: 'Soon.' })],
  [
    'patch/does-not-apply',
    'a diff for another tree',
    mails({ tag: 'PATCH', title: 'x', body: `W.\n---\n${hunk('x.c', [' int nothing;', '+int b;', ' int like_it;'])}` }),
  ],
  [
    'patch/mangled',
    'a diff that is cut off',
    mails({ tag: 'PATCH', title: 'x', body: `W.\n---\n${diff.slice(0, -8)}` }),
  ],
  ['input/no-mail', 'text that is no mail', 'Hello.\n'],
])('%s: %s', async (code, _name, text) => {
  const folder = folderWith({ ...TREE, 'in/a.mbox': text });
  expect(await runReview(request({ inputs: [`${folder}/in/a.mbox`], tree: folder }))).toMatchObject({
    ok: false,
    fault: { code },
  });
});

function repository(): { folder: string; old: string } {
  const folder = folderWith(TREE);
  git(folder, 'init', '-q');
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'one');
  const old = git(folder, 'rev-parse', 'HEAD').trim();
  git(folder, '-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'two', '--allow-empty');
  return { folder, old };
}

test('the base-commit of the series is the base when the repository has it', async () => {
  const { folder, old } = repository();
  const input = folderWith({
    'a.mbox': mails({ ...mail('PATCH', 'x: more', 1), body: `Why.\n---\n${diff}\nbase-commit: ${old}\n` }),
  });
  const review = await runReview(request({ inputs: [`${input}/a.mbox`], tree: folder }));
  expect(review).toMatchObject({ ok: true, value: { base: { how: 'base-commit', revision: old } } });
});

test('a base-commit that the repository does not have is told, and HEAD is read', async () => {
  const { folder } = repository();
  const other = '1234567890123456789012345678901234567890';
  const input = folderWith({
    'a.mbox': mails({ ...mail('PATCH', 'x: more', 1), body: `Why.\n---\n${diff}\nbase-commit: ${other}\n` }),
  });
  const review = await runReview(request({ inputs: [`${input}/a.mbox`], tree: folder }));
  expect(review).toMatchObject({
    ok: true,
    value: { base: { how: 'given', revision: git(folder, 'rev-parse', 'HEAD').trim() } },
  });
  expect(review.ok && review.value.coverage.notes).toContainEqual(expect.stringContaining(`base-commit ${other}`));
});

test('the revision asked for outranks the base-commit', async () => {
  const { folder, old } = repository();
  const input = folderWith({ 'a.mbox': mails(mail('PATCH', 'x: more', 1)) });
  const review = await runReview(request({ inputs: [`${input}/a.mbox`], tree: folder, base: 'HEAD~1' }));
  expect(review).toMatchObject({ ok: true, value: { base: { how: 'given', revision: old } } });
});

test('a review writes nothing into the tree', async () => {
  const { folder } = repository();
  const input = folderWith({ 'a.mbox': mails(mail('PATCH', 'x: more', 1)) });
  await runReview(request({ inputs: [`${input}/a.mbox`], tree: folder }));
  expect(git(folder, 'status', '--porcelain')).toBe('');
});
