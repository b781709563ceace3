import { expect, test } from 'vitest';
import { reviewJsonSchema, reviewSchema } from '../../src/review/index.ts';
import { expectFile } from '../golden/golden.ts';
import { diffOnlyReview, emptyReview, richReview } from '../report/fixtures.ts';

test('the published JSON schema is the one of the source', () => {
  expectFile('schema/review.schema.json', reviewJsonSchema());
});

test.each([
  ['rich', richReview],
  ['empty', emptyReview],
  ['diff-only', diffOnlyReview],
])('the %s review fits the schema', (_name, review) => {
  expect(reviewSchema.safeParse(review).error).toBeUndefined();
});

test('a field that is not published is refused', () => {
  expect(reviewSchema.safeParse({ ...emptyReview, mood: 'good' }).success).toBe(false);
});

test('the schema names every part of a review as required', () => {
  const schema = JSON.parse(reviewJsonSchema()) as { required: string[] };
  expect(schema.required).toEqual(Object.keys(emptyReview));
});
