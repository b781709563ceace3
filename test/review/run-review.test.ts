import { expect, test } from 'vitest';
import { renderJson, renderText } from '../../src/report/index.ts';
import { type Review, type ReviewRequest, reviewSchema, runReview } from '../../src/review/index.ts';
import { folderWith, hunk, mails, request } from './request.ts';

async function reviewed(more: Partial<ReviewRequest> & Pick<ReviewRequest, 'inputs'>): Promise<Review> {
  const review = await runReview(request(more));
  if (!review.ok) throw new Error(review.fault.what);
  return review.value;
}

const example = { inputs: ['examples/series'], tree: 'examples/tree' };

test.each([1, 2])('version %i of the example introduces a deadlock by patch 2', async (pick) => {
  const { findings, series } = await reviewed({ ...example, pick });
  expect(series.version).toBe(pick);
  const [finding] = findings;
  expect(findings.map((f) => f.fingerprint)).toEqual(['abba:port.lock:port_topology_mutex']);
  expect(finding).toMatchObject({
    kind: 'abba',
    verdict: 'introduced',
    introducedBy: 2,
    fixedBy: null,
    reported: true,
  });
  expect([...(finding?.locks ?? [])].sort()).toEqual(['port.lock', 'port_topology_mutex']);
  expect(finding?.perPatch).toMatchObject([{ patch: 2, verdict: 'introduced' }]);
});

test('both halves of the proof are there, and each waits for what the other holds', async () => {
  const [finding] = (await reviewed(example)).findings;
  const [one, two] = finding?.paths ?? [];
  expect([one?.holds, one?.waits]).toEqual([two?.waits, two?.holds]);
  for (const path of finding?.paths ?? []) {
    expect(path.chain.length).toBeGreaterThan(1);
    for (const step of path.chain)
      expect(step).toMatchObject({ file: expect.stringMatching(/^(drivers|include)\/port\//) });
  }
});

test('the diagram has the path that was there on CPU0 and what the series adds on CPU1', async () => {
  const [finding] = (await reviewed(example)).findings;
  expect(finding?.diagram).toMatch(/CPU0 \(rescan_store\) +CPU1 \(/);
  expect(finding?.diagram.match(/<-- WAITS/g)).toHaveLength(2);
});

test('the summary names the patch, both entries and both locks', async () => {
  const [finding] = (await reviewed(example)).findings;
  expect(finding?.summary).toMatch(
    /^With patch 2\/2, \w+\(\) takes port_topology_mutex with port\.lock held, and \w+\(\) /,
  );
});

test('version 2 is compared with version 1, its false claim contradicted and its true one supported', async () => {
  const { comparison, lineage } = await reviewed(example);
  expect(lineage.versions.map((v) => v.version)).toEqual([1, 2]);
  expect(comparison?.from.version).toBe(1);
  expect(comparison?.claims.map((claim) => [claim.patch, claim.verdict])).toEqual([
    [1, 'contradicted'],
    [2, 'supported'],
    [null, 'not-visible'],
  ]);
  expect(comparison?.lockDelta).toEqual([
    '2/2 port_enable_channels(): added port_lock_topology … port_unlock_topology … port_unlock_topology',
  ]);
});

test('the first version has nothing to be compared with', async () => {
  expect((await reviewed({ ...example, pick: 1 })).comparison).toBeNull();
});

test('the review fits the schema and can be shown', async () => {
  const review = await reviewed(example);
  expect(reviewSchema.safeParse(review).error).toBeUndefined();
  expect(renderText(review, { width: 80, color: false, all: false })).toContain('1 finding introduced.');
});

test('the same input twice gives the same bytes, with another name too', async () => {
  const one = renderJson(await reviewed(example));
  expect(renderJson(await reviewed(example))).toBe(one);
  const files = { inputs: ['examples/series/v2.mbox', 'examples/series/v1.mbox'] };
  expect(renderJson(await reviewed({ ...example, ...files }))).toBe(one);
});

test('the run id depends on the version of the program, the tree and the patches', async () => {
  const { run } = await reviewed(example);
  const others = [
    await reviewed({ ...example, version: '0.2.0' }),
    await reviewed({ ...example, tree: null }),
    await reviewed({ ...example, pick: 1 }),
  ];
  expect(new Set([run, ...others.map((r) => r.run)]).size).toBe(4);
});

test('a suppression by fingerprint hides a finding and counts it', async () => {
  const rules = folderWith({
    'mine.yaml':
      'schema: abbot.rules/1\nsuppressions:\n  - fingerprint: abba:port.lock:port_topology_mutex\n    reason: the example is meant to have it\n',
  });
  const review = await reviewed({ ...example, ruleDirs: [rules] });
  expect(review.coverage.notes.filter((note) => note.startsWith('rules:'))).toEqual([]);
  expect(review.findings).toEqual([]);
  expect(review.unlisted.suppressed).toBe(1);
});

const TREE = { 'x.c': 'int a;\nint b;\nint c;\n', README: 'one\ntwo\nthree\n' };
const patch = (diff: string, tag = 'PATCH', title = 'x: more', minute = 0) => ({
  tag,
  title,
  minute,
  body: `Why.\n---\n${diff}`,
});

test('a series that touches no C is applied and says that no lock order was looked at', async () => {
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(patch(hunk('README', [' one', '+more', ' two']))) });
  const review = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(review.base.applied).toMatchObject([{ outcome: 'exact', file: 'README' }]);
  expect(review.coverage.notes).toContainEqual(expect.stringContaining('no lock order was looked at'));
  expect(review.coverage.notes).toContainEqual(
    expect.stringMatching(/^patch 1 also changes files that are not .* looked into: README$/),
  );
});

test('a hunk that fails is told, and the rest goes on', async () => {
  const diff = hunk('x.c', [' int a;', '+int more;', ' int b;']) + hunk('README', [' nothing', '+like', ' it']);
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(patch(diff)) });
  const { base, coverage } = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(base.applied.map((h) => [h.file, h.outcome])).toEqual([
    ['x.c', 'exact'],
    ['README', 'failed'],
  ]);
  expect(coverage.notes).toContainEqual(expect.stringMatching(/^patch 1 README hunk 1 was not applied: /));
});

test('a hunk of a file that is not there is a hunk that failed', async () => {
  const diff = hunk('x.c', [' int a;', '+int more;', ' int b;']) + hunk('gone.c', [' int a;', '+int c;']);
  const folder = folderWith({ ...TREE, 'in/a.mbox': mails(patch(diff)) });
  const { base, coverage } = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(base.applied).toContainEqual({ patch: 1, file: 'gone.c', hunk: 1, outcome: 'failed', offset: 0, fuzz: 0 });
  expect(coverage.notes).toContainEqual('patch 1 gone.c was not applied: there is no such file');
});

test('fuzz above 2 is a warning', async () => {
  const diff =
    'diff --git a/y.c b/y.c\n--- a/y.c\n+++ b/y.c\n@@ -1,6 +1,6 @@\n int other1;\n int other2;\n int other3;\n-int old;\n+int young;\n int b;\n int c;\n';
  const folder = folderWith({ 'y.c': 'int a;\nint old;\nint b;\nint c;\n', 'in/a.mbox': mails(patch(diff)) });
  const { base, coverage } = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(base.applied).toMatchObject([{ outcome: 'fuzz', fuzz: 3 }]);
  expect(coverage.notes).toContainEqual(expect.stringMatching(/^warning: patch 1 y\.c hunk 1 went in with fuzz 3/));
});

test('a second patch builds on what the first one made', async () => {
  const folder = folderWith({
    ...TREE,
    'in/a.mbox': mails(patch(hunk('x.c', [' int a;', '+int more;', ' int b;']), 'PATCH 1/2', 'x: one', 1), {
      ...patch(hunk('x.c', [' int a;', ' int more;', '+int most;', ' int b;']), 'PATCH 2/2', 'x: two', 2),
      replyTo: 'patch-1-2-x-one@example.org',
    }),
  });
  const { base } = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(base.applied.map((h) => [h.patch, h.outcome])).toEqual([
    [1, 'exact'],
    [2, 'exact'],
  ]);
});

test('a missing patch of a series is told', async () => {
  const folder = folderWith({
    ...TREE,
    'in/a.mbox': mails(patch(hunk('x.c', [' int a;', '+int more;', ' int b;']), 'PATCH 2/2')),
  });
  const { series, coverage } = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(series.complete).toBe(false);
  expect(coverage.notes).toContainEqual(expect.stringContaining('the series is not complete: patch 1 of 2'));
});

test('a finding names the patch by its number in the series, also when the first is missing', async () => {
  const first =
    'void first(void)\n{\n\tmutex_lock(&one);\n\tmutex_lock(&two);\n\tmutex_unlock(&two);\n\tmutex_unlock(&one);\n}\n';
  const source = `static DEFINE_MUTEX(one);\nstatic DEFINE_MUTEX(two);\nvoid second(void)\n{\n\tmutex_lock(&two);\n\tmutex_unlock(&two);\n}\n${first}`;
  const diff =
    'diff --git a/y.c b/y.c\n--- a/y.c\n+++ b/y.c\n@@ -3,5 +3,7 @@\n void second(void)\n {\n \tmutex_lock(&two);\n+\tmutex_lock(&one);\n+\tmutex_unlock(&one);\n \tmutex_unlock(&two);\n }\n';
  const folder = folderWith({ 'y.c': source, 'in/a.mbox': mails(patch(diff, 'PATCH 2/2')) });
  const review = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(review.findings).toMatchObject([{ verdict: 'introduced', introducedBy: 2, perPatch: [{ patch: 2 }] }]);
});

test('a version like v2.1 is a version', async () => {
  const folder = folderWith({
    ...TREE,
    'in/a.mbox': mails(patch(hunk('x.c', [' int a;', '+int more;', ' int b;']), 'PATCH v2.1')),
  });
  const review = await reviewed({ inputs: [`${folder}/in`], tree: folder });
  expect(review.series.version).toBe(2.1);
  expect(reviewSchema.safeParse(review).error).toBeUndefined();
});

test('half a patch is doubted: an unlock whose hunk failed is not reported as missing', async () => {
  const body = (...lines: string[]) => lines.map((line) => `\t${line}\n`).join('');
  const source = `static DEFINE_MUTEX(one);\nint f(int x)\n{\n${body('if (x)', '\treturn 0;', 'g(1);', 'g(2);', 'g(3);', 'g(4);', 'g(5);')}\treturn 1;\n}\n`;
  const diff = `diff --git a/y.c b/y.c\n--- a/y.c\n+++ b/y.c\n@@ -2,4 +2,5 @@\n int f(int x)\n {\n+\tmutex_lock(&one);\n \tif (x)\n \t\treturn 0;\n@@ -9,3 +10,4 @@\n \tg(other);\n \tg(another);\n+\tmutex_unlock(&one);\n \tnothing(like, it);\n`;
  const folder = folderWith({ 'y.c': source, 'in/a.mbox': mails(patch(diff)) });
  const { findings, base } = await reviewed({ inputs: [`${folder}/in`], tree: folder, all: true });
  expect(base.applied.map((h) => h.outcome)).toEqual(['exact', 'failed']);
  for (const finding of findings) {
    expect(finding.reported).toBe(false);
    expect(finding.notes).toContainEqual(expect.stringContaining('half a patch'));
  }
});

test('the kinds that are looked for are named in every review', async () => {
  expect((await reviewed(example)).coverage.notes).toContainEqual(expect.stringMatching(/^looked for: lock orders/));
});

test('standard input is read for -', async () => {
  const diff = hunk('x.c', [' int a;', '+int more;', ' int b;']);
  const folder = folderWith(TREE);
  async function* stdin() {
    yield new TextEncoder().encode(mails(patch(diff)));
  }
  const review = await reviewed({ inputs: ['-'], stdin: stdin(), tree: folder });
  expect(review.series.title).toBe('x: more');
});
