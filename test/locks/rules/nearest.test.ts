import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest } from '../../../src/locks/rules/nearest.ts';

test.each([
  ['aquire', 'acquire'],
  ['relase', 'release'],
  ['no_return', 'no-return'],
  ['Wait', 'wait'],
])('%s is taken for %s', (word, meant) => {
  expect(nearest(word, ['acquire', 'release', 'wait', 'no-return'])).toBe(meant);
});

test('a word that resembles none is taken for none', () => {
  expect(nearest('zebra', ['acquire', 'release'])).toBeNull();
});

test('the distance is a metric', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});
