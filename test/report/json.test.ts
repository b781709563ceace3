import { expect, test } from 'vitest';
import { renderJson } from '../../src/report/index.ts';
import { emptyReview, explanation, richReview } from './fixtures.ts';

test('keys come in the order of the schema, however the value was put together', () => {
  const turned = Object.fromEntries(Object.entries(emptyReview).reverse()) as typeof emptyReview;
  expect(renderJson(turned)).toBe(renderJson(emptyReview));
});

test('a review survives JSON', () => {
  expect(JSON.parse(renderJson(richReview))).toEqual(richReview);
});

test('an explanation has the published keys', () => {
  const parsed = JSON.parse(renderJson(explanation)) as object;
  expect(Object.keys(parsed)).toEqual(['locks', 'forward', 'reverse', 'statistics', 'coverage']);
});

test('a comparison has the published keys', () => {
  const { lineage, comparison } = richReview;
  expect(Object.keys(JSON.parse(renderJson({ comparison, lineage })) as object)).toEqual(['lineage', 'comparison']);
});
