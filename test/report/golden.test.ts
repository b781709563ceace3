import { expect, test } from 'vitest';
import {
  renderB4,
  renderB4Fault,
  renderComparison,
  renderExplain,
  renderJson,
  renderMarkdown,
  renderText,
} from '../../src/report/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { diffOnlyReview, emptyReview, explanation, removeStore, richReview } from './fixtures.ts';

const plain = { width: 80, color: false, all: false };

test('a rich review reads well on a terminal of 80 columns', () => {
  expectGolden('review-rich.txt', renderText(richReview, plain));
});

test('--all shows every proof, the whole coverage and the range-diff', () => {
  expectGolden('review-rich-all.txt', renderText(richReview, { ...plain, all: true }));
});

test('a narrow terminal wraps prose and keeps the proof', () => {
  expectGolden('review-rich-narrow.txt', renderText(richReview, { ...plain, width: 48 }));
});

test('colours stand for meaning', () => {
  expectGolden('review-rich-color.txt', renderText(richReview, { ...plain, color: true }));
});

test('a review that found nothing says what could not be seen', () => {
  const text = renderText(emptyReview, plain);
  expectGolden('review-empty.txt', text);
  expect(text).toContain('15 calls could not be resolved');
});

test('a review without a tree says what a tree would add', () => {
  const text = renderText(diffOnlyReview, plain);
  expectGolden('review-diff-only.txt', text);
  expect(text).toContain('--tree DIR');
});

test('Markdown for a comment on GitHub', () => {
  expectGolden('review-rich.md', renderMarkdown(richReview));
  expectGolden('review-empty.md', renderMarkdown(emptyReview));
  expectGolden('review-diff-only.md', renderMarkdown(diffOnlyReview));
});

test('JSON', () => {
  expectGolden('review-rich.json', renderJson(richReview));
});

test('explain shows both directions', () => {
  expectGolden('explain.txt', renderExplain(explanation, plain));
  expectGolden('explain-one-way.txt', renderExplain({ ...explanation, forward: [removeStore], reverse: [] }, plain));
});

test('compare shows the versions and what changed', () => {
  const { lineage, comparison } = richReview;
  expectGolden('compare.txt', renderComparison({ lineage, comparison }, { ...plain, all: true }));
  expectGolden('compare-one-version.txt', renderComparison({ lineage: emptyReview.lineage, comparison: null }, plain));
});

test('findings that are not shown are counted, in the list or not', () => {
  const findings = richReview.findings.map((f, i) => ({
    ...f,
    reported: false,
    verdict: i === 0 ? ('pre-existing' as const) : f.verdict,
  }));
  const text = renderText({ ...richReview, findings }, plain);
  expect(text).toContain('Not listed: 4 pre-existing, 2 below the reporting threshold');
  expect(text).toContain('Nothing found in what could be seen.');
});

test("b4's table of checks, for a series and for one of its patches", () => {
  expectGolden('b4-rich.json', renderB4(richReview, null));
  expectGolden('b4-rich-patch-1.json', renderB4(richReview, 1));
  expectGolden('b4-empty.json', renderB4(emptyReview, null));
  expectGolden('b4-diff-only.json', renderB4(diffOnlyReview, null));
  expectGolden('b4-fault.json', renderB4Fault('the mail holds no patch', 'give the patch mails themselves'));
});
