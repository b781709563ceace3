import { expect, test } from 'vitest';
import { renderPatchwork } from '../../src/report/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { emptyReview, richReview } from './fixtures.ts';
import { hostileReview } from './hostile.ts';

test('every patch gets a check of what it does itself', () => {
  const checks = renderPatchwork(richReview, 'https://abbot.example.org/api/reviews/1f2e/report');
  expectGolden('patchwork-rich.json', `${JSON.stringify(checks, null, 2)}\n`);
});

test('a patch that was read in full and has no finding is a success', () => {
  expect(renderPatchwork(emptyReview, null).map(({ state, target_url }) => [state, target_url])).toEqual([
    ['success', null],
  ]);
});

test('a description fits into its column and is one line, whatever the series says', () => {
  for (const { description } of renderPatchwork(hostileReview('x\n'.repeat(400)), null)) {
    expect(description.length).toBeLessThanOrEqual(255);
    expect(description).not.toContain('\n');
  }
});

test('a link that is too long for patchwork is left out', () => {
  expect(renderPatchwork(emptyReview, `https://abbot.example.org/${'x'.repeat(200)}`)[0]?.target_url).toBeNull();
});
