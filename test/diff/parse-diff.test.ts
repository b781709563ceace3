import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDiff } from '../../src/diff/index.ts';

const only = (text: string) => {
  const patches = parseDiff(text);
  expect(patches).toHaveLength(1);
  return patches[0]!;
};

test('a git diff gives paths, blob ids, mode, section and lines', () => {
  const patch = only(
    'diff --git a/x.c b/x.c\nindex 1111111..2222222 100644\n--- a/x.c\n+++ b/x.c\n@@ -3,2 +3,3 @@ int f(void)\n a\n-b\n+c\n+d\n-- \n2.53.0\n\n',
  );
  expect(patch).toEqual({
    oldPath: 'x.c',
    newPath: 'x.c',
    status: 'modified',
    oldBlob: '1111111',
    newBlob: '2222222',
    oldMode: '100644',
    newMode: '100644',
    binary: false,
    fault: null,
    hunks: [
      {
        oldStart: 3,
        oldLines: 2,
        newStart: 3,
        newLines: 3,
        section: 'int f(void)',
        damage: null,
        lines: [
          { kind: ' ', text: 'a' },
          { kind: '-', text: 'b' },
          { kind: '+', text: 'c' },
          { kind: '+', text: 'd' },
        ],
      },
    ],
  });
});

test.each(['-- \n2.53.0', '--\n2.53.0', '---\nbase-commit: 1234', '\nbase-commit: 1234'])(
  'what follows the last hunk is no part of it: %j',
  (tail) => {
    const patch = only(`--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n${tail}\n`);
    expect(patch.fault).toBeNull();
    expect(patch.hunks[0]?.lines).toHaveLength(2);
  },
);

test('a removed line that looks like a file name stays a removed line', () => {
  const patch = only('--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- a/y\n a\n');
  expect(patch.hunks[0]?.lines[0]).toEqual({ kind: '-', text: '-- a/y' });
});

test('a missing newline at the end of the file is kept with its line', () => {
  const patch = only(
    '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
  );
  expect(patch.hunks[0]?.lines).toEqual([
    { kind: '-', text: 'a', noNewline: true },
    { kind: '+', text: 'b', noNewline: true },
  ]);
});

test('new, deleted, renamed, copied and mode-changed files have their status and modes', () => {
  const patches = parseDiff(
    [
      'diff --git a/n b/n\nnew file mode 100755\nindex 0000000..1234567\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x',
      'diff --git a/d b/d\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-x',
      'diff --git a/r1 b/r2\nsimilarity index 100%\nrename from r1\nrename to r2',
      'diff --git a/c1 b/c2\nsimilarity index 100%\ncopy from c1\ncopy to c2',
      'diff --git a/m m b/m m\nold mode 100644\nnew mode 100755',
      'diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29',
    ].join('\n'),
  );
  expect(patches.map((p) => [p.status, p.oldPath, p.newPath, p.oldMode, p.newMode])).toEqual([
    ['added', null, 'n', null, '100755'],
    ['deleted', 'd', null, '100644', null],
    ['renamed', 'r1', 'r2', null, null],
    ['copied', 'c1', 'c2', null, null],
    ['modified', 'm m', 'm m', '100644', '100755'],
    ['added', null, 'e', null, '100644'],
  ]);
});

test('quoted names are read with their octal escapes', () => {
  const name = '"a/h\\303\\266f\\t\\"x\\".c"';
  const patch = only(
    `diff --git ${name} ${name.replace('a/', 'b/')}\nindex 1111111..2222222 100644\n--- ${name}\n+++ ${name.replace('a/', 'b/')}\n@@ -1 +1 @@\n-a\n+b\n`,
  );
  expect(patch.newPath).toBe('höf\t"x".c');
});

test('a binary patch is known as one, and what follows it is read', () => {
  const patches = parseDiff(
    'diff --git a/b b/b\nindex 1111111..2222222 100644\nGIT binary patch\nliteral 3\nKcmZP\n\nliteral 0\nHc\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n',
  );
  expect(patches.map((p) => [p.newPath, p.binary, p.hunks.length])).toEqual([
    ['b', true, 0],
    ['x', false, 1],
  ]);
});

test.each([
  ['diff --git a/../../etc/passwd b/../../etc/passwd', '--- a/../../etc/passwd\n+++ b/../../etc/passwd'],
  ['diff --git /etc/passwd /etc/passwd', '--- /etc/passwd\n+++ /etc/passwd'],
  ['diff --git a/.git/hooks/x b/.git/hooks/x', '--- a/.git/hooks/x\n+++ b/.git/hooks/x'],
  ['diff --git a/x b/x', '--- /dev/null\n+++ /dev/null'],
  ['diff --git "a/x\\000y" "b/x\\000y"', '--- "a/x\\000y"\n+++ "b/x\\000y"'],
])('an unsafe path is refused and not passed on: %s', (header, names) => {
  const patch = only(`${header}\n${names}\n@@ -1 +1 @@\n-a\n+b\n`);
  expect(patch.fault?.code).toBe('patch/unsafe-path');
  expect([patch.oldPath, patch.newPath]).toEqual([null, null]);
});

test.each([
  ['120000', 'patch/symlink'],
  ['160000', 'patch/submodule'],
])('mode %s is a fault of its own', (mode, code) => {
  const patch = only(`diff --git a/l b/l\nnew file mode ${mode}\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n`);
  expect(patch.fault?.code).toBe(code);
});

test('a hunk with fewer lines than its header promises says so and leaves the next file alone', () => {
  const patches = parseDiff('--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n a\n-b\n+c\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n');
  expect(patches[0]?.fault?.code).toBe('patch/mangled');
  const other = parseDiff(
    'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n a\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n',
  );
  expect(other.map((p) => [p.newPath, p.fault?.code ?? null])).toEqual([
    ['x', 'patch/mangled'],
    ['y', null],
  ]);
});

test('a hunk with more lines than its header promises says so', () => {
  expect(only('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n').fault?.code).toBe('patch/mangled');
});

test('a wrapped line is noticed', () => {
  expect(only('--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-int a, very\nlong;\n+int b;\n c\n').fault?.code).toBe(
    'patch/mangled',
  );
});

test('prose with dashes and pluses is no patch', () => {
  expect(parseDiff('--- a\n+++ b\nnothing\n\n@@ -1 +1 @@\n')).toEqual([]);
});

test('no text makes it throw, and all paths it passes on are safe', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'diff --git a/x b/x',
      'diff --git a/../x b/../x',
      '--- a/x',
      '+++ b/x',
      '--- /dev/null',
      '+++ /dev/null',
      '@@ -1,2 +1,2 @@',
      '@@ -0,0 +1 @@ f',
      ' a',
      '-b',
      '+c',
      '',
      '\\ No newline at end of file',
      'GIT binary patch',
      'rename from a',
      'rename to ../b',
      'new file mode 120000',
      'index 123..456',
      'index 1234567..89abcde 100644',
      '--- "a/\\',
      '+++ "b/\\777"',
      '-- ',
      '2.53',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (lines) => {
      for (const patch of parseDiff(lines.join('\n'))) {
        for (const path of [patch.oldPath, patch.newPath]) {
          if (path !== null && !patch.fault) expect(path.split('/')).not.toContain('..');
        }
        for (const hunk of patch.hunks) {
          if (!patch.fault) {
            expect(hunk.lines.filter((l) => l.kind !== '+')).toHaveLength(hunk.oldLines);
            expect(hunk.lines.filter((l) => l.kind !== '-')).toHaveLength(hunk.newLines);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('a megabyte of header-like lines is read in well under a second', () => {
  const line = `diff --git ${'a/'.repeat(50_000)} b/x\n`;
  const start = process.hrtime.bigint();
  parseDiff(line.repeat(10));
  parseDiff(`--- a/x\n+++ b/x\n@@ -${'1'.repeat(500_000)}`);
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(1000);
});
