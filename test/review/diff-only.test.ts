import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDiff } from '../../src/diff/index.ts';
import { alignSides } from '../../src/review/align-sides.ts';
import { type Review, reviewSchema, runReview } from '../../src/review/index.ts';
import { folderWith, mails, request } from './request.ts';

/** A patch that takes two global locks in both orders, in whole functions of the diff. */
const INVERSION = `diff --git a/drivers/x.c b/drivers/x.c
--- a/drivers/x.c
+++ b/drivers/x.c
@@ -10,9 +10,11 @@ static DEFINE_MUTEX(one);
 static DEFINE_MUTEX(two);
 
 void first(void)
 {
 	mutex_lock(&one);
+	mutex_lock(&two);
 	count++;
+	mutex_unlock(&two);
 	mutex_unlock(&one);
 }
 
@@ -40,7 +42,9 @@ static int unrelated(void)
 void second(void)
 {
 	mutex_lock(&two);
+	mutex_lock(&one);
 	count--;
+	mutex_unlock(&one);
 	mutex_unlock(&two);
 }
 
`;

async function reviewed(diff: string, ruleDirs: string[] = []): Promise<Review> {
  const folder = folderWith({ 'a.mbox': mails({ tag: 'PATCH', title: 'x: lock more', body: `Why.\n---\n${diff}` }) });
  const review = await runReview(request({ inputs: [`${folder}/a.mbox`], ruleDirs }));
  if (!review.ok) throw new Error(`${review.fault.what}: ${review.fault.why}`);
  return review.value;
}

test('an inversion that lies wholly in the diff is found without a tree, with lower confidence and a reason', async () => {
  const review = await reviewed(INVERSION);
  expect(review.findings).toMatchObject([{ kind: 'abba', verdict: 'introduced', introducedBy: 1 }]);
  const [finding] = review.findings;
  expect(finding?.confidence).toBeLessThan(0.6);
  expect(finding?.paths[0]?.assumptions).toContainEqual(
    expect.stringContaining('only the lines of the diff were read'),
  );
  expect(reviewSchema.safeParse(review).error).toBeUndefined();
});

test('places are those of the file after the patch', async () => {
  const { findings } = await reviewed(INVERSION);
  const places = findings[0]?.paths.map((p) => [p.chain[0]?.function, p.chain[0]?.line, p.acquire?.line]).sort();
  expect(places).toEqual([
    ['first', 15, 14],
    ['second', 45, 44],
  ]);
});

test('the coverage says what a tree would add, and the command', async () => {
  const { coverage, base } = await reviewed(INVERSION);
  expect(coverage.mode).toBe('diff-only');
  expect(coverage.notes).toContainEqual(expect.stringContaining('--tree ~/src/linux'));
  expect(base).toEqual({ revision: null, how: 'none', applied: [] });
});

test('an order against a documented one is a note', async () => {
  const rules = folderWith({
    'orders.yaml':
      'schema: abbot.rules/1\norders:\n  - order: [two, one]\n    because: the core does so\n    source: Documentation/x.rst\n',
  });
  const { coverage } = await reviewed(INVERSION, [rules]);
  expect(coverage.notes.filter((note) => note.startsWith('rules:'))).toEqual([]);
  expect(coverage.notes).toContainEqual(
    'first() takes two with one held, against a documented order: the core does so (Documentation/x.rst)',
  );
});

test('a file that two patches touch is read patch by patch', async () => {
  const [head = '', one = '', two = ''] = INVERSION.split(/^(?=@@)/m);
  const folder = folderWith({
    'a.mbox': mails(
      { tag: 'PATCH 1/2', title: 'x: one', minute: 1, body: `Why.\n---\n${head}${one}` },
      {
        tag: 'PATCH 2/2',
        title: 'x: two',
        minute: 2,
        body: `Why.\n---\n${head}${two}`,
        replyTo: 'patch-1-2-x-one@example.org',
      },
    ),
  });
  const review = await runReview(request({ inputs: [`${folder}/a.mbox`] }));
  expect(review).toMatchObject({ ok: true, value: { findings: [{ verdict: 'introduced', introducedBy: 2 }] } });
});

test('a comparison is as complete as with a tree', async () => {
  const bare = await runReview(request({ inputs: ['examples/series'] }));
  const full = await runReview(request({ inputs: ['examples/series'], tree: 'examples/tree' }));
  expect(bare.ok && full.ok && bare.value.comparison).toEqual(full.ok && full.value.comparison);
});

const line = fc.oneof(
  fc.constantFrom(
    ' {',
    ' }',
    ' \tif (x) {',
    ' \t}',
    '+\tlock(a);',
    '-\tunlock(a);',
    ' /* why',
    ' */',
    '+int f(void)',
    ' ',
  ),
  fc.string({ maxLength: 12 }).map((text) => ` ${text.replace(/[\r\n]/g, '')}`),
);
test('both sides of any hunks are of one height, and every line of the diff keeps its number', () => {
  fc.assert(
    fc.property(fc.array(fc.array(line, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 }), (hunks) => {
      let at = 1;
      const text = hunks.map((lines) => {
        const count = (other: string) => lines.filter((l) => !l.startsWith(other)).length;
        const from = at;
        at += 40;
        return `@@ -${from},${count('+')} +${from},${count('-')} @@ int g(void)\n${lines.map((l) => `${l}\n`).join('')}`;
      });
      const [patch] = parseDiff(`--- a/x.c\n+++ b/x.c\n${text.join('')}`);
      if (!patch) return;
      const sides = alignSides(patch);
      expect(sides.before.length).toBe(sides.lines.length);
      expect(sides.after.length).toBe(sides.lines.length);
      const real = sides.lines.filter((number) => number > 0).length;
      expect(real).toBe(patch.hunks.reduce((sum, h) => sum + h.lines.length, 0));
    }),
  );
});
