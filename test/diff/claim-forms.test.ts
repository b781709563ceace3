import { expect, test } from 'vitest';
import { type ComparablePatch, compareVersions } from '../../src/diff/index.ts';

function patch(index: number, title: string, added: string[], file = `drivers/f${index}.c`): ComparablePatch {
  const lines = [' int a;', ...added.map((line) => `+${line}`), ' int z;'];
  const diff = `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n@@ -10,2 +10,${2 + added.length} @@ int f(void)\n${lines.join('\n')}\n`;
  return { index, title, message: `Says ${title}.`, trailers: [], diff };
}

const lock = ['\tmutex_lock(&a->m);', '\t/* The mutex also keeps b. */', '\trun(a);'];
const split = ['\tif (!b)', '\t\treturn -EINVAL;', '\twalk(b);'];
const old = [patch(1, 'x: take the lock', lock, 'drivers/x.c'), patch(2, 'y: walk', split, 'drivers/y.c')];

function decide(text: string, patches: ComparablePatch[], of: number | null = null): string {
  const from = { version: 1, messageId: null, patches: old, changelog: [] };
  const changelog = [{ since: 1, version: 2, bullets: [{ text, patch: of }] }];
  return compareVersions(from, { version: 2, messageId: null, patches, changelog }).claims[0]?.verdict ?? 'none';
}

const swapped = [
  { ...old[1]!, index: 1 },
  { ...old[0]!, index: 2 },
];
const third = [...old, patch(3, 'z: document the lock order', ['\tThe lock comes first.'], 'drivers/z.c')];
const remarked = [
  patch(1, 'x: take the lock', [lock[0]!, '\t/* The mutex keeps b and c. */', lock[2]!], 'drivers/x.c'),
  old[1]!,
];
const retitled = [{ ...old[0]!, title: 'x: take the mutex' }, old[1]!];

test.each([
  ['Patch 1 moved to 2', swapped, 'supported'],
  ['Moved patch 2 to the front', swapped, 'supported'],
  ['Reordered patches', swapped, 'supported'],
  ['Reordered patches', old, 'not-visible'],
  ['Move checks in x.c to the second patch', swapped, 'not-visible'],
  ['Added small patch "z: document the lock order"', third, 'supported'],
  ['Split out a patch', third, 'supported'],
  ['Fixed a typo in the comment', remarked, 'supported'],
  ['Fixed a typo in the comment', old, 'not-visible'],
  ['Added a comment that run() needs the mutex', remarked, 'supported'],
  ['Reword title', retitled, 'supported'],
  ['Some commit message changes', retitled, 'supported'],
  ['Improved the text of the commit message of patch #2', retitled, 'not-visible'],
])('%s: %#', (text, patches, verdict) => {
  expect(decide(text, patches)).toBe(verdict);
});

test('the evidence for a patch that a claim quotes is that patch alone', () => {
  const fourth = patch(4, 'w: another', ['\tother(c);'], 'drivers/w.c');
  const changelog = [{ since: 1, version: 2, bullets: [{ text: 'New patch "w: another"', patch: null }] }];
  const from = { version: 1, messageId: null, patches: old, changelog: [] };
  const { claims } = compareVersions(from, { version: 2, messageId: null, patches: [...third, fourth], changelog });
  expect(claims).toMatchObject([{ verdict: 'supported', evidence: 'patch 4 has no counterpart: w: another' }]);
});
