import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderCheckRun } from '../../src/report/index.ts';
import type { Review } from '../../src/review/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { emptyReview, richReview } from './fixtures.ts';
import { hostile, hostileReview } from './hostile.ts';

const CONTROL = /[\p{Cc}\p{Cf}]/u;
const options = { blocking: false, page: null };
const [first] = richReview.findings;
if (!first) throw new Error('the fixture has findings');
const with_ = (...verdicts: Review['findings'][number]['verdict'][]): Review => ({
  ...richReview,
  findings: verdicts.map((verdict, i) => ({ ...first, verdict, fingerprint: `abba:${i}` })),
  coverage: emptyReview.coverage,
});

test('a check run has a title, a summary and an annotation for what the series makes worse', () => {
  expectGolden('check-run-rich.json', `${JSON.stringify(renderCheckRun(richReview, options), null, 2)}\n`);
});

test('an annotation stands at a line of a file that the introducing patch touches', () => {
  const [batch] = renderCheckRun(richReview, options).batches;
  expect(batch?.map(({ path, start_line }) => [path, start_line])[0]).toEqual(['drivers/widget/ports.c', 655]);
});

test.each([
  ['nothing', with_(), false, 'success'],
  ['an introduced deadlock', with_('introduced'), false, 'neutral'],
  ['an introduced deadlock where the repository says that it blocks', with_('introduced'), true, 'failure'],
  ['a new path, blocking or not', with_('new-path'), true, 'neutral'],
  ['what is fixed', with_('fixed'), true, 'success'],
])('%s concludes as it should', (_name, review, blocking, conclusion) => {
  expect(renderCheckRun(review, { ...options, blocking }).conclusion).toBe(conclusion);
});

test('what could not be read keeps a check from success', () => {
  const review = { ...emptyReview, coverage: { ...emptyReview.coverage, unparsed: ['a.c'] } };
  expect(renderCheckRun(review, options).conclusion).toBe('neutral');
});

test('annotations come in batches of 50, and of very many only so many that a person could read', () => {
  const review = with_(...Array.from({ length: 1234 }, () => 'introduced' as const));
  expect(renderCheckRun(review, options).batches.map((b) => b.length)).toEqual([50, 50, 50, 50]);
});

test('a huge review stays within the limits of GitHub and says where all of it is', () => {
  const long = 'x'.repeat(70_000);
  const review: Review = {
    ...with_(...Array.from({ length: 300 }, () => 'introduced' as const)),
    comparison: richReview.comparison && { ...richReview.comparison, rangeDiff: `${long}\n`.repeat(20) },
  };
  const { title, summary, batches } = renderCheckRun(
    { ...review, findings: review.findings.map((f) => ({ ...f, diagram: `${long}\n${long}`, summary: long })) },
    { blocking: false, page: 'https://abbot.example.org/api/reviews/1f2e/report' },
  );
  expect(title.length).toBeLessThanOrEqual(255);
  expect(summary.length).toBeLessThanOrEqual(65_535);
  expect(summary).toContain('https://abbot.example.org/api/reviews/1f2e/report');
  for (const a of batches.flat()) {
    expect(a.title.length).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(a.message)).toBeLessThanOrEqual(65_536);
    expect(a.raw_details.length).toBeLessThanOrEqual(65_536);
  }
});

test('whatever a series says, fields keep their shape', () => {
  fc.assert(
    fc.property(hostile, (evil) => {
      const { title, batches } = renderCheckRun(hostileReview(evil), options);
      expect(title).not.toMatch(CONTROL);
      for (const a of batches.flat()) {
        expect(a.start_line).toBeGreaterThan(0);
        expect(a.title).not.toMatch(CONTROL);
        expect(a.message.replaceAll('\n', '')).not.toMatch(CONTROL);
      }
    }),
    { numRuns: 100 },
  );
});
