import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, diffLines } from '../../src/diff/line-diff.ts';

function patched(a: string[], b: string[], changes: readonly Change[]): string[] {
  const out: string[] = [];
  let at = 0;
  for (const c of changes) {
    out.push(...a.slice(at, c.a0), ...b.slice(c.b0, c.b1));
    at = c.a1;
  }
  return [...out, ...a.slice(at)];
}

function longestCommon(a: string[], b: string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [j, y] of b.entries()) next.push(x === y ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    row = next;
  }
  return row[b.length]!;
}

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '\tx', '}'), { maxLength: 40 });

test('the changes turn the old lines into the new ones, and there are no fewer', () => {
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const changes = diffLines(a, b);
      expect(patched(a, b, changes)).toEqual(b);
      const removed = changes.reduce((sum, c) => sum + c.a1 - c.a0, 0);
      expect(a.length - removed).toBe(longestCommon(a, b));
    }),
    { numRuns: 1000 },
  );
});

test('a function added after one that ends alike is shown whole', () => {
  const a = ['void f(void)', '{', '\treturn;', '}', '', 'void h(void)', '{', '\treturn;', '}'];
  const b = [...a.slice(0, 5), 'void g(void)', '{', '\treturn;', '}', '', ...a.slice(5)];
  expect(diffLines(a, b)).toEqual([{ a0: 5, a1: 5, b0: 5, b1: 10 }]);
});

test('two long texts with nothing in order are given up in time', () => {
  const a = Array.from({ length: 20_000 }, (_, i) => String(i % 997));
  const b = Array.from({ length: 20_000 }, (_, i) => String((i * 613) % 997));
  const start = process.hrtime.bigint();
  expect(patched(a, b, diffLines(a, b))).toEqual(b);
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(3000);
});
