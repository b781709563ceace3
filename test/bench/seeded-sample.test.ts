import { expect, test } from 'vitest';

interface Sampling {
  sample<T>(items: readonly T[], number: number, seed: number): T[];
}
const { sample }: Sampling = await import(new URL('../../bench/seeded-sample.mjs', import.meta.url).href);

const ITEMS = Array.from({ length: 100 }, (_, i) => i);

test('the same seed gives the same sample, another seed another', () => {
  expect(sample(ITEMS, 20, 1)).toEqual(sample(ITEMS, 20, 1));
  expect(sample(ITEMS, 20, 1)).not.toEqual(sample(ITEMS, 20, 2));
});

test('nothing is drawn twice', () => {
  expect(new Set(sample(ITEMS, 60, 3)).size).toBe(60);
});

test('a sample larger than what there is holds everything', () => {
  expect(sample(ITEMS, 1000, 4).sort((a, b) => a - b)).toEqual(ITEMS);
});

test('a smaller sample is the beginning of a larger one', () => {
  expect(sample(ITEMS, 50, 5).slice(0, 10)).toEqual(sample(ITEMS, 10, 5));
});
