import { describe, expect, test } from 'vitest';
import { type ComparablePatch, type ComparableSeries, compareVersions } from '../../src/diff/index.ts';

const BODY = (call: string, extra = '') =>
  `diff --git a/drivers/x.c b/drivers/x.c\nindex 1111111..2222222 100644\n--- a/drivers/x.c\n+++ b/drivers/x.c\n@@ -10,4 +10,${extra ? 6 : 5} @@ static int x_probe(struct x *x)\n \tint rc;\n \n+\t${call}\n${extra ? `+\t${extra}\n` : ''} \trc = x_start(x);\n \treturn rc;\n`;
const NEW_FILE =
  'diff --git a/drivers/y.c b/drivers/y.c\nnew file mode 100644\nindex 0000000..3333333\n--- /dev/null\n+++ b/drivers/y.c\n@@ -0,0 +1,3 @@\n+int y(void);\n+int z(void);\n+int w(void);\n';

const patch = (index: number, diff: string, more: Partial<ComparablePatch> = {}): ComparablePatch => ({
  index,
  title: `x: part ${index}`,
  author: { name: 'A U Thor', email: 'author@example.org' },
  message: 'Because.',
  trailers: [],
  diff,
  ...more,
});
const series = (
  version: number,
  patches: ComparablePatch[],
  bullets: (string | [string, number])[] = [],
): ComparableSeries => ({
  version,
  messageId: `<v${version}@example.org>`,
  patches,
  changelog: [
    {
      since: version - 1,
      version,
      bullets: bullets.map((b) => (typeof b === 'string' ? { text: b, patch: null } : { text: b[0], patch: b[1] })),
    },
  ],
});
/** The verdict on one claim about two versions. */
function verdict(from: ComparablePatch[], to: ComparablePatch[], claim: string | [string, number]) {
  const { claims } = compareVersions(series(1, from), series(2, to, [claim]));
  return claims[0]?.verdict;
}

const tagged = (...trailers: string[]) =>
  trailers.map((line) => ({ key: line.split(': ')[0]!, value: line.split(': ')[1]! }));

describe('claims about patches', () => {
  const same = [patch(1, BODY('x_lock(x);'))];
  const other = [patch(1, BODY('x_lock_nested(x);'))];
  test.each<[string, ComparablePatch[], ComparablePatch[], string | [string, number]]>([
    ['supported', same, same, 'No changes'],
    ['contradicted', same, other, 'No code changes from v1'],
    ['not-visible', same, other, 'No functional change'],
    ['not-visible', same, other, 'No changes since v0'],
    ['not-visible', same, other, 'No changes except for the lock'],
    ['not-visible', same, [patch(1, BODY('x_lock(x);', '/* why */'))], 'No code changes'],
    ['supported', same, [...same, patch(2, NEW_FILE)], ['New patch', 2]],
    ['contradicted', same, same, ['New patch', 1]],
    ['supported', [...same, patch(2, NEW_FILE)], same, 'Dropped patch 2'],
    ['contradicted', [...same, patch(2, NEW_FILE)], [...same, patch(2, NEW_FILE)], 'Dropped the patch "x: part 2"'],
    ['supported', same, other, 'No changes to include/linux/x.h'],
    ['contradicted', same, other, 'No changes to drivers/x.c'],
    ['supported', same, [patch(1, BODY('x_lock(x);'), { message: 'Because of that.' })], 'Reworded the commit message'],
    ['contradicted', same, same, ['Reworded the commit message', 1]],
    ['not-visible', same, same, 'Updated the cover letter'],
    ['not-visible', same, other, 'Rebased on v6.12'],
  ])('%s: %#', (expected, from, to, claim) => {
    expect(verdict(from, to, claim)).toBe(expected);
  });
});

describe('claims about tags', () => {
  const bare = [patch(1, NEW_FILE)];
  const signed = [
    patch(1, NEW_FILE, { trailers: tagged('Reviewed-by: Jane Doe <j@example.org>', 'Fixes: 0123456789ab ("x")') }),
  ];
  test.each<[string, ComparablePatch[], ComparablePatch[], string]>([
    ['supported', bare, signed, 'Picked up Reviewed-by from Jane Doe'],
    ['supported', bare, signed, 'Add R-b'],
    ['supported', bare, signed, 'Collected tags'],
    ['supported', bare, signed, 'Added a Fixes tag for 0123456789ab'],
    ['not-visible', bare, signed, 'Added a Fixes tag for ba9876543210'],
    ['contradicted', bare, signed, 'Added Acked-by from John Roe'],
    ['contradicted', bare, signed, 'Added Reviewed-by from John Roe'],
    ['not-visible', bare, signed, 'Added Reviewed-by from Jane D.'],
    ['supported', signed, bare, 'Dropped Reviewed-by, as the code changed'],
    ['contradicted', signed, signed, "Dropped Jane's Reviewed-by"],
    ['not-visible', bare, bare, 'Dropped Reviewed-by'],
    ['not-visible', bare, bare, 'Collected tags'],
  ])('%s: %#', (expected, from, to, claim) => {
    expect(verdict(from, to, claim)).toBe(expected);
  });
});

describe('claims about code', () => {
  const v = (...args: [string, string?]) => [patch(1, BODY(...args))];
  test.each<[string, ComparablePatch[], ComparablePatch[], string]>([
    ['supported', v('x_lock(x);'), v('x_lock_one(x);'), 'Renamed x_lock() to x_lock_one()'],
    ['supported', v('x_lock(x);'), v('x_lock_one(x);'), 's/x_lock/x_lock_one/'],
    ['contradicted', v('x_lock(x);'), v('x_lock(x);', 'x_go(x);'), 'Renamed x_lock() to x_hold()'],
    ['supported', v('x_lock(x);'), v('x_lock(x);', 'x_check(x);'), 'Added x_check() after x_lock() in x_probe()'],
    ['contradicted', v('x_lock(x);'), v('x_lock(x);', 'x_check(x);'), 'Added x_check() before x_lock()'],
    ['supported', v('x_lock(x);'), v('x_lock(x);', 'x_check(x);'), 'Added x_check() before x_start()'],
    ['contradicted', v('x_lock(x);'), v('x_lock(x);', 'x_check(x);'), 'Added x_verify() to x_probe()'],
    ['not-visible', v('x_lock(x);'), v('x_lock(x);', 'x_check(x);'), 'Added error handling for x_verify()'],
    ['not-visible', v('x_lock(x);'), v('x_lock(x);', 'x_check(x);'), 'Added x_check() to x_remove()'],
    ['supported', v('x_lock(x);', 'x_check(x);'), v('x_lock(x);'), 'Removed x_check() from x_probe()'],
    ['supported', v('x_lock(x);', 'x_check(x);'), v('x_lock(x);'), 'Dropped the check from x_probe()'],
    ['contradicted', v('x_lock(x);', 'x_check(x);'), v('x_lock(x);', 'x_check(x);'), 'Removed x_check()'],
    ['supported', v('x_lock(x);'), v('guard(x_class)(x);'), 'Use guard(x_class) instead of x_lock()'],
    ['supported', v('x_lock(x);'), v('x_hold(x);'), 'Replaced x_lock() with x_hold()'],
    ['contradicted', v('x_lock(x);'), v('x_lock(x);', 'x_go(x);'), 'Replaced x_lock() with x_hold()'],
    ['supported', v('struct a *a_ptr;'), v('const struct a *a_ptr;'), 'Declared a_ptr as const'],
    ['supported', v('x_lock(x);'), v('x_lock(x);', '/* x is shared */'), 'Added a comment on the lock'],
    ['not-visible', v('x_lock(x);'), v('x_hold(x);'), 'Simplified x_probe()'],
    ['not-visible', v('x_lock(x);'), v('x_hold(x);'), 'Fixed a race'],
  ])('%s: %#', (expected, from, to, claim) => {
    expect(verdict(from, to, claim)).toBe(expected);
  });

  test('lines that moved to another file support it', () => {
    const header = (path: string) =>
      `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1,2 @@\n int old(void);\n+int fresh(void);\n`;
    const [a, b] = [
      [patch(1, BODY('fresh();') + header('drivers/x.h'))],
      [patch(1, BODY('fresh();') + header('include/linux/x.h'))],
    ];
    const claim = 'Moved the declaration from drivers/x.h to include/linux/x.h';
    expect(verdict(a, b, claim)).toBe('supported');
    expect(verdict(a, [patch(1, BODY('fresher();') + header('drivers/x.h'))], claim)).toBe('contradicted');
  });
});

test('a claim names its evidence', () => {
  const { claims } = compareVersions(
    series(1, [patch(1, BODY('x_lock(x);'))]),
    series(2, [patch(1, BODY('x_lock(x);', 'x_check(x);'))], [['Patch 1/1: added x_check()', 1]]),
  );
  expect(claims).toEqual([
    {
      text: 'Patch 1/1: added x_check()',
      patch: 1,
      verdict: 'supported',
      evidence: '1/1 drivers/x.c, x_probe(): +x_check(x);',
    },
  ]);
});

test('the same bullet in cover and patch is decided once', () => {
  const to = series(2, [patch(1, NEW_FILE)], ['Added x_check()', ['Added x_check() (Jane Doe)', 1]]);
  expect(compareVersions(series(1, [patch(1, NEW_FILE)]), to).claims).toHaveLength(1);
});

test('bullets about versions in between never contradict', () => {
  const to = series(3, [patch(1, BODY('x_hold(x);'))], ['No code changes']);
  expect(compareVersions(series(1, [patch(1, BODY('x_lock(x);'))]), to).claims[0]?.verdict).toBe('not-visible');
});

test('sections about older versions are left alone', () => {
  const to = {
    ...series(3, [patch(1, NEW_FILE)]),
    changelog: [{ since: 1, version: 2, bullets: [{ text: 'Added x()', patch: null }] }],
  };
  expect(compareVersions(series(2, [patch(1, NEW_FILE)]), to).claims).toEqual([]);
});

test('what nobody speaks of is listed', () => {
  const from = series(1, [patch(1, BODY('x_lock(x);'), { trailers: tagged('Acked-by: Jane Doe <j@example.org>') })]);
  const to = series(
    2,
    [patch(1, BODY('x_lock(x);', 'x_check(x);'), { title: 'x: all' }), patch(2, NEW_FILE)],
    ['Added a comment'],
  );
  expect(compareVersions(from, to).unmentioned).toEqual([
    '1/2: the title was "x: part 1"',
    '1/2 x_probe(): added x_check()',
    '1/2: gone Acked-by: Jane Doe <j@example.org>',
    '2/2 is new: x: part 2',
  ]);
});

test('what is spoken of is not listed', () => {
  const from = series(1, [patch(1, BODY('x_lock(x);'))]);
  const to = series(
    2,
    [patch(1, BODY('x_lock(x);', 'x_check(x);')), patch(2, NEW_FILE)],
    ['Check in x_probe()', ['New patch', 2]],
  );
  expect(compareVersions(from, to).unmentioned).toEqual([]);
});

test('each patch has its numbers, status and a summary, and the text is a range-diff', () => {
  const long = (call: string) =>
    BODY(call)
      .replace('-10,4 +10,5', '-10,4 +10,25')
      .replace('+\tx', `${'+\twait(x);\n'.repeat(20)}+\tx`);
  const from = series(1, [patch(1, long('x_lock(x);')), patch(2, NEW_FILE)]);
  const to = series(2, [
    patch(1, NEW_FILE, { title: 'x: part 2' }),
    patch(2, long('x_hold(x);'), { title: 'x: part 1' }),
  ]);
  const comparison = compareVersions(from, to, ['2/2 x_probe(): x_hold']);
  expect(comparison.patches).toEqual([
    { from: 2, to: 1, status: 'unchanged', summary: 'unchanged, was 2' },
    { from: 1, to: 2, status: 'changed', summary: 'changed in x_probe(), was 1' },
  ]);
  expect(comparison.lockDelta).toEqual(['2/2 x_probe(): x_hold']);
  expect(comparison.from).toEqual({ version: 1, messageId: '<v1@example.org>' });
  expect(comparison.rangeDiff).toMatch(
    /^2: {2}[0-9a-f]{7} = 1: {2}[0-9a-f]{7} x: part 2\n1: {2}[0-9a-f]{7} ! 2: {2}[0-9a-f]{7} x: part 1\n {4}@@ drivers\/x\.c: static int x_probe/,
  );
});

test('a long line of blanks in a changelog costs nothing', () => {
  const start = process.hrtime.bigint();
  const claim = `Renamed${' '.repeat(300_000)}x_lock to ${'('.repeat(300_000)}`;
  verdict([patch(1, BODY('x_lock(x);'))], [patch(1, BODY('x_hold(x);'))], claim);
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(1000);
});

test('of two like lines the one in the function that had none is the new one', () => {
  const hunk = (at: number, name: string) =>
    `@@ -${at},3 +${at},4 @@ int ${name}(struct x *x)\n \tint rc;\n \n+\tx_lock();\n \treturn x_go(x);\n`;
  const rest = Array.from({ length: 12 }, (_, i) => `+\tx_step_${i}(x);\n`).join('');
  const tail = `@@ -90,1 +91,13 @@ int x_all(struct x *x)\n \tint rc;\n${rest}`;
  const head = 'diff --git a/drivers/x.c b/drivers/x.c\n--- a/drivers/x.c\n+++ b/drivers/x.c\n';
  const one = [patch(1, head + hunk(50, 'late') + tail)];
  const both = [patch(1, head + hunk(10, 'early') + hunk(50, 'late') + tail)];
  const { patches, claims } = compareVersions(series(1, one), series(2, both, ['Added x_lock() to early()']));
  expect(patches[0]?.summary).toBe('changed in early()');
  expect(claims[0]?.verdict).toBe('supported');
});
