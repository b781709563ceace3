import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderComparison, renderExplain, renderText } from '../../src/report/index.ts';
import type { WitnessPath } from '../../src/review/index.ts';
import { explanation, richReview } from './fixtures.ts';

const evilText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u001b]0;x\u0007', '\u001b[2J', '\r', '\n', '\t', '\u202e', '\u009b31m', '\u200b'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''));

const evilPath = (path: WitnessPath, evil: string): WitnessPath => ({
  ...path,
  holds: evil,
  waits: evil,
  condition: evil,
  assumptions: [evil],
  chain: path.chain.map((step) => ({ ...step, function: evil, file: evil, slot: step.slot === null ? null : evil })),
  acquire: path.acquire && { ...path.acquire, call: evil, file: evil },
  wait: path.wait && { ...path.wait, call: evil, file: evil },
});

/** Nothing but printable text and ends of lines. */
function expectTame(text: string): void {
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
}

test('whatever a mail or a source file says, a terminal has nothing to obey', () => {
  fc.assert(
    fc.property(evilText, (evil) => {
      const coverage = { ...richReview.coverage, unparsed: [evil], boundsHit: [evil], notes: [evil] };
      const comparison = richReview.comparison && {
        ...richReview.comparison,
        patches: [{ from: 1, to: 1, status: 'changed' as const, summary: evil }],
        claims: [{ text: evil, patch: null, verdict: 'contradicted' as const, evidence: evil }],
        unmentioned: [evil],
        lockDelta: [evil],
        followUp: [
          {
            messageId: evil,
            by: evil,
            patch: 1,
            quoted: evil,
            comment: evil,
            outcome: 'changed' as const,
            evidence: evil,
          },
        ],
        rangeDiff: evil,
      };
      const lineage = { versions: [{ version: 1, messageId: evil, title: evil, date: evil, evidence: [evil] }] };
      const review = {
        ...richReview,
        series: { ...richReview.series, title: evil, author: { name: evil, email: evil } },
        base: { ...richReview.base, revision: evil },
        findings: richReview.findings.map((f) => ({
          ...f,
          fingerprint: evil,
          locks: [evil, evil],
          summary: evil,
          notes: [evil],
          answered: [{ messageId: evil, by: evil, quote: evil, verdict: null }],
          diagram: evil,
          paths: f.paths.map((p) => evilPath(p, evil)),
          remaining: f.remaining.map((p) => evilPath(p, evil)),
        })),
        comparison,
        coverage,
      };
      const plain = { width: 80, color: false, all: true };
      expectTame(renderText(review, plain));
      expectTame(renderComparison({ lineage, comparison }, plain));
      expectTame(
        renderExplain(
          { ...explanation, locks: [evil, evil], forward: explanation.forward.map((p) => evilPath(p, evil)), coverage },
          plain,
        ),
      );
    }),
  );
});

test('prose keeps to the width; only names, places and diffs may be wider', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 120 }), (width) => {
      const summary = 'one two three four five six seven eight nine ten '.repeat(10);
      const review = { ...richReview, findings: [], coverage: { ...richReview.coverage, notes: [summary] } };
      for (const line of renderText(review, { width, color: false, all: false }).split('\n')) {
        if (!/\.[ch]\b|\(\)/.test(line)) expect(line.length).toBeLessThanOrEqual(width);
      }
    }),
  );
});

test('a review with very many findings is printed in time linear in them', () => {
  const findings = Array.from({ length: 2000 }, () => richReview.findings[0]!);
  expect(renderText({ ...richReview, findings }, { width: 80, color: true, all: true }).length).toBeGreaterThan(
    1_000_000,
  );
});
