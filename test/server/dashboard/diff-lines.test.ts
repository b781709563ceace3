import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRangeDiff } from '../../../src/server/dashboard/series/diff-lines.ts';

test('a range-diff is read pair by pair, with the marks of both diffs', () => {
  const text =
    '1:  aaa = 1:  bbb same\n2:  ccc ! 2:  ddd other\n    @@ f.c: int f(void)\n      int a;\n    -+	old\n    ++	new\n';
  const [same, other] = readRangeDiff(text);
  expect([same?.mark, same?.lines]).toEqual(['=', []]);
  expect(other?.lines.map(({ kind, outer, inner }) => [kind, outer, inner])).toEqual([
    ['hunk', null, null],
    ['text', null, null],
    ['text', 'del', 'add'],
    ['text', 'add', 'add'],
  ]);
});

test('any text is read to its end', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(readRangeDiff(text))));
});
