import { expect, test } from 'vitest';
import { renderSashiko } from '../../src/report/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { richReview } from './fixtures.ts';

test('findings stand at the patch that introduces them, inline, as b4 reads them', () => {
  const patchset = renderSashiko(richReview, 17);
  expectGolden('sashiko-rich.json', `${JSON.stringify(patchset, null, 2)}\n`);
  expect(patchset.reviews.map((r) => (JSON.parse(r.output) as { findings: unknown[] }).findings.length)).toEqual([
    2, 0,
  ]);
});

test('an incomplete series and one that does not apply are named so', () => {
  expect(renderSashiko({ ...richReview, series: { ...richReview.series, complete: false } }, 1).status).toBe(
    'Incomplete',
  );
  const [hunk] = richReview.base.applied;
  if (!hunk) throw new Error('the fixture has hunks');
  const base = { ...richReview.base, applied: [{ ...hunk, outcome: 'failed' as const }] };
  expect(renderSashiko({ ...richReview, base }, 1).status).toBe('Failed To Apply');
});
