import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyPatch, parseDiff } from '../../src/diff/index.ts';
import { type Repository, repository } from './git-repository.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | null | undefined) => (value ? Buffer.from(value).toString('latin1') : value);

function run(files: Record<string, string | Uint8Array>, diff: string) {
  const tree = new Map(Object.entries(files).map(([p, c]) => [p, typeof c === 'string' ? bytes(c) : c]));
  const result = applyPatch((path) => tree.get(path) ?? null, parseDiff(diff));
  return {
    ...result,
    outcomes: result.records.map((r) => `${r.file}#${r.hunk} ${r.outcome} ${r.offset} ${r.fuzz}`),
  };
}

const FUNCTION =
  'int before;\n\nstatic int f(struct a *a)\n{\n\tint rc;\n\n\tlock(a);\n\trc = g(a);\n\tunlock(a);\n\treturn rc;\n}\n\nint after;\n';
const HUNK =
  '--- a/x.c\n+++ b/x.c\n@@ -5,7 +5,7 @@ static int f(struct a *a)\n \tint rc;\n \n \tlock(a);\n-\trc = g(a);\n+\trc = h(a);\n \tunlock(a);\n \treturn rc;\n }\n';

test('a hunk that fits where it says is exact', () => {
  const { outcomes, files } = run({ 'x.c': FUNCTION }, HUNK);
  expect(outcomes).toEqual(['x.c#1 exact 0 0']);
  expect(text(files.get('x.c'))).toBe(FUNCTION.replace('g(a)', 'h(a)'));
});

test('a hunk that fits elsewhere is offset by that many lines', () => {
  const { outcomes, files } = run({ 'x.c': `/* */\n/* */\n${FUNCTION}` }, HUNK);
  expect(outcomes).toEqual(['x.c#1 offset 2 0']);
  expect(text(files.get('x.c'))).toContain('h(a)');
});

test('of several places the nearest is taken', () => {
  const { outcomes } = run({ 'x.c': `${FUNCTION}\n${FUNCTION}` }, HUNK.replace('-5,7 +5,7', '-18,7 +18,7'));
  expect(outcomes).toEqual(['x.c#1 offset 1 0']);
});

test('outer context that changed costs fuzz', () => {
  const { outcomes, files } = run({ 'x.c': FUNCTION.replace('int rc', 'long rc') }, HUNK);
  expect(outcomes).toEqual(['x.c#1 fuzz 0 1']);
  expect(text(files.get('x.c'))).toBe(FUNCTION.replace('int rc', 'long rc').replace('g(a)', 'h(a)'));
});

test('all context may differ as long as the changed line is at one place', () => {
  const file = 'a\nb\nc\n\trc = g(a);\nd\ne\nf\n';
  const { outcomes, files } = run({ 'x.c': file }, HUNK);
  expect(outcomes).toEqual(['x.c#1 fuzz -4 3']);
  expect(text(files.get('x.c'))).toBe('a\nb\nc\n\trc = h(a);\nd\ne\nf\n');
});

test('without any context a changed line at two places is refused', () => {
  const { records, files } = run({ 'x.c': 'a\n\trc = g(a);\nb\n\trc = g(a);\nc\n' }, HUNK);
  expect(records[0]).toMatchObject({ outcome: 'failed', reason: 'with fuzz 3 it would fit at 2 places' });
  expect(files.size).toBe(0);
});

test('a hunk of additions needs context that says something', () => {
  const add = '--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,3 @@\n \treturn 0;\n+\tunlock(a);\n }\n';
  expect(run({ 'x.c': 'int f(void)\n{\n}\n' }, add).records[0]).toMatchObject({ outcome: 'failed' });
  expect(run({ 'x.c': '{\n\treturn 0;\n}\n' }, add).outcomes).toEqual(['x.c#1 offset 1 0']);
});

test('one hunk may fail and the others still go on', () => {
  const file = Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join('');
  const hunk = (at: number, old: string) =>
    `@@ -${at},3 +${at},3 @@\n line ${at}\n-${old}\n+changed ${at}\n line ${at + 2}\n`;
  const { outcomes, files, records } = run(
    { x: file },
    `--- a/x\n+++ b/x\n${hunk(5, 'line 6')}${hunk(20, 'nothing like it')}${hunk(40, 'line 41')}`,
  );
  expect(outcomes).toEqual(['x#1 exact 0 0', 'x#2 failed 0 0', 'x#3 exact 0 0']);
  expect(records[1]?.reason).toBe('the changed lines are not in the file');
  expect(text(files.get('x'))).toBe(file.replace('line 6\n', 'changed 5\n').replace('line 41\n', 'changed 40\n'));
});

test('a damaged hunk is not applied, and says why', () => {
  const { records, files } = run({ x: 'a\nb\nc\n' }, '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n');
  expect(records).toEqual([
    expect.objectContaining({
      outcome: 'failed',
      reason: 'the header promises 1 more old and 1 more new lines than there are',
    }),
  ]);
  expect(files.size).toBe(0);
});

test('a patch that is there already is told from one that does not fit', () => {
  const { records } = run({ 'x.c': FUNCTION.replace('g(a)', 'h(a)') }, HUNK);
  expect(records[0]?.reason).toBe('it is applied already');
});

test('bytes that are not UTF-8 stay what they are', () => {
  const file = Buffer.from('caf\xe9 1\ncaf\xe9 2\ncaf\xe9 3\n', 'latin1');
  const { outcomes, files } = run(
    { x: file },
    '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n café 1\n-café 2\n+thé 2\n café 3\n',
  );
  expect(outcomes).toEqual(['x#1 exact 0 0']);
  expect(text(files.get('x'))).toBe('caf\xe9 1\nth\xe9 2\ncaf\xe9 3\n');
});

test('a file with CR LF takes a patch that lost its CRs, and keeps them', () => {
  const { outcomes, files } = run({ x: 'a\r\nb\r\nc\r\n' }, '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n');
  expect(outcomes).toEqual(['x#1 exact 0 0']);
  expect(text(files.get('x'))).toBe('a\r\nB\r\nc\r\n');
});

test('a newline at the end of the file can come and go', () => {
  const diff = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n';
  expect(text(run({ x: 'a\n' }, diff).files.get('x'))).toBe('a');
});

test('files are created, deleted, renamed and copied', () => {
  const { files, outcomes } = run(
    { old: 'x\n', from: 'a\nb\nc\n', src: 's\n' },
    [
      'diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+1\n+2',
      'diff --git a/old b/old\ndeleted file mode 100644\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-x',
      'diff --git a/from b/to\nsimilarity index 60%\nrename from from\nrename to to\n--- a/from\n+++ b/to\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c',
      'diff --git a/src b/dst\nsimilarity index 100%\ncopy from src\ncopy to dst',
      'diff --git a/new b/new\n--- a/new\n+++ b/new\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n',
    ].join('\n'),
  );
  expect(Object.fromEntries([...files].map(([p, b]) => [p, text(b)]))).toEqual({
    new: '1\n3\n',
    old: null,
    to: 'a\nB\nc\n',
    from: null,
    dst: 's\n',
  });
  expect(outcomes.every((o) => o.includes('exact'))).toBe(true);
});

test.each([
  ['a file that is not there', '--- a/no\n+++ b/no\n@@ -1 +1 @@\n-a\n+b\n', 'there is no such file'],
  ['a file that is there already', '--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n', 'the file it creates exists already'],
  [
    'a binary patch',
    'diff --git a/x b/x\nindex 1111111..2222222 100644\nBinary files a/x and b/x differ\n',
    'it is a binary patch',
  ],
])('%s is one record for the file', (_, diff, reason) => {
  const { records, files } = run({ x: 'a\n' }, diff);
  expect(records).toEqual([expect.objectContaining({ hunk: 0, outcome: 'failed', reason })]);
  expect(files.size).toBe(0);
});

test('a refused path is not even asked for', () => {
  const asked: string[] = [];
  const { records } = applyPatch((path) => {
    asked.push(path);
    return null;
  }, parseDiff('--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n'));
  expect(asked).toEqual([]);
  expect(records[0]?.outcome).toBe('failed');
});

test('a long file of equal lines takes a long hunk without delay', () => {
  const file = '\t}\n'.repeat(40_000);
  const body = ' \t}\n'.repeat(15_000);
  const start = process.hrtime.bigint();
  run({ x: file }, `--- a/x\n+++ b/x\n@@ -1,30001 +1,30001 @@\n${body}-gone\n+here\n${body}`);
  run({ x: file }, `--- a/x\n+++ b/x\n@@ -9000,30000 +9000,30001 @@\n${body}+here\n${body}`);
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(2000);
});

let repo: Repository;
beforeAll(() => {
  repo = repository();
});
afterAll(() => repo.remove());

test('what git makes of two texts, applied to the one, gives the other', () => {
  const line = fc.constantFrom('a\n', 'b\n', '\n', '{\n', '}\n', '\treturn 0;\n', 'ä\n', 'c\r\n');
  const file = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 25 }), fc.constantFrom('', 'end'))
    .map(([l, e]) => l.join('') + e);
  fc.assert(
    fc.property(file, file, (before, after) => {
      repo.write('before', before);
      repo.write('after', after);
      const { out } = repo.feed('', 'diff', '--no-index', 'before', 'after');
      const diff = out.replaceAll('b/after', 'b/before').replaceAll('a/after', 'a/before');
      const { files, records } = applyPatch(() => bytes(before), parseDiff(diff));
      if (before === after) return;
      expect(records.map((r) => r.outcome)).not.toContain('failed');
      expect(records.map((r) => r.outcome)).not.toContain('fuzz');
      expect(Buffer.from(files.get('before') ?? []).toString('utf8')).toBe(after);
    }),
    { numRuns: 60 },
  );
});

test('where git apply puts a hunk into a shifted file, it goes here too', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 12, maxLength: 30 }),
      fc.nat(29),
      fc.array(name, { maxLength: 6 }),
      (lines, at, extra) => {
        const place = at % lines.length;
        const changed = lines.map((l, i) => (i === place ? `${l}${l}` : l));
        repo.write('before', `${lines.join('\n')}\n`);
        repo.write('after', `${changed.join('\n')}\n`);
        const diff = repo.feed('', 'diff', '--no-index', 'before', 'after').out.replaceAll('b/after', 'b/before');
        const shifted = `${[...extra, ...lines].join('\n')}\n`;
        repo.write('before', shifted);
        if (repo.feed(diff, 'apply').status !== 0) return;
        const { files } = applyPatch(() => bytes(shifted), parseDiff(diff));
        expect(text(files.get('before'))).toBe(readFileSync(join(repo.dir, 'before'), 'utf8'));
      },
    ),
    { numRuns: 60 },
  );
});
