import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assign } from '../../src/diff/assignment.ts';

function best(gains: number[][], row = 0, used = new Set<number>()): number {
  if (row === gains.length) return 0;
  let most = best(gains, row + 1, used);
  for (const [j, gain] of gains[row]!.entries()) {
    if (used.has(j)) continue;
    used.add(j);
    most = Math.max(most, gain + best(gains, row + 1, used));
    used.delete(j);
  }
  return most;
}

test('no other matching saves more', () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([r, c]) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: c, maxLength: c }), {
      minLength: r,
      maxLength: r,
    }),
  );
  fc.assert(
    fc.property(matrix, (gains) => {
      const columns = assign(gains.length, gains[0]!.length, (i, j) => gains[i]![j]!);
      const taken = columns.filter((j) => j >= 0);
      expect(new Set(taken).size).toBe(taken.length);
      const sum = columns.reduce((total, j, i) => total + (j < 0 ? 0 : gains[i]![j]!), 0);
      expect(sum).toBe(best(gains));
    }),
    { numRuns: 300 },
  );
});

test('nothing to match gives nothing', () => {
  expect(assign(0, 3, () => 1)).toEqual([]);
  expect(assign(2, 0, () => 1)).toEqual([-1, -1]);
});
