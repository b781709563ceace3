import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patchId } from '../../src/diff/index.ts';
import { type Repository, repository } from './git-repository.ts';

let repo: Repository;
beforeAll(() => {
  repo = repository();
  repo.write('a.c', 'int a;\nint b;\nint c;\nint d;\nint e;\nint f;\nint g;\nint h;\nint i;\n');
  repo.write('sub/b c.c', 'void f(void)\n{\n\treturn;\n}\n');
  repo.write('gone.c', 'int gone;\n');
  repo.write('bin', new Uint8Array([0, 1, 2, 3]));
  repo.commit('base');
});
afterAll(() => repo.remove());

function gitId(diff: string): string {
  return repo.feed(diff, 'patch-id', '--stable').out.split(' ')[0] ?? '';
}

function diffOf(change: () => void, ...options: string[]): string {
  change();
  repo.git('add', '-A');
  const diff = repo.git('diff', '--cached', 'HEAD', '-M', ...options);
  repo.git('reset', '-q', '--hard');
  return diff;
}

test.each<[string, () => void, string[]]>([
  [
    'one changed line',
    () => repo.write('a.c', 'int a;\nint x;\nint c;\nint d;\nint e;\nint f;\nint g;\nint h;\nint i;\n'),
    [],
  ],
  [
    'two files',
    () => {
      repo.write('a.c', 'int a;\n');
      repo.write('sub/b c.c', 'void g(void);\n');
    },
    [],
  ],
  ['a new file', () => repo.write('new.c', 'int n;\n\n\tint m;\n'), []],
  ['a new empty file', () => repo.write('empty.c', ''), []],
  ['a deleted file', () => repo.git('rm', '-q', 'gone.c'), []],
  ['a pure rename', () => repo.git('mv', 'gone.c', 'here.c'), []],
  [
    'a rename before another file',
    () => {
      repo.git('mv', 'gone.c', 'a0.c');
      repo.write('a.c', 'int z;\n');
    },
    [],
  ],
  ['a mode change', () => chmodSync(join(repo.dir, 'a.c'), 0o755), []],
  [
    'a mode change before another file',
    () => {
      chmodSync(join(repo.dir, 'a.c'), 0o755);
      repo.write('gone.c', 'z\n');
    },
    [],
  ],
  ['a missing newline at the end', () => repo.write('gone.c', 'int gone;'), []],
  ['a binary file', () => writeFileSync(join(repo.dir, 'bin'), new Uint8Array([0, 9, 9])), []],
  ['a binary file in git form', () => writeFileSync(join(repo.dir, 'bin'), new Uint8Array([0, 9, 9])), ['--binary']],
  [
    'a binary file between others',
    () => {
      repo.write('a.c', 'z\n');
      repo.write('bin', new Uint8Array([0, 7]));
      repo.write('gone.c', 'y\n');
    },
    [],
  ],
])('the id of %s is the one git computes', (_, change, options) => {
  const diff = diffOf(change, ...options);
  expect(diff).not.toBe('');
  expect(patchId(diff)).toBe(gitId(diff));
});

test('the signature below a mail and the text above it do not count', () => {
  const diff = diffOf(() => repo.write('a.c', 'int z;\n'));
  expect(patchId(`prose\n---\n a.c | 2 +-\n\n${diff}-- \n2.53.0\n\n`)).toBe(gitId(diff));
});

test('blank context lines that lost their space count as what they were', () => {
  const diff = diffOf(() => repo.write('sub/b c.c', '\nvoid f(void)\n{\n\treturn;\n}\n\n'));
  const whole = '--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n int a;\n \n+int b;\n int c;\n';
  expect(patchId(`diff --git a/x b/x\n${whole.replace('\n \n', '\n\n')}${diff}`)).toBe(
    gitId(`diff --git a/x b/x\n${whole}${diff}`),
  );
});

test('text without a diff has no id', () => {
  expect(patchId('nothing\nhere\n')).toBe('');
});
