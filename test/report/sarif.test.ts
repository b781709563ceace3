import { readFileSync } from 'node:fs';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderSarif } from '../../src/report/index.ts';
import type { Review } from '../../src/review/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { diffOnlyReview, emptyReview, richReview } from './fixtures.ts';
import { hostile, hostileReview } from './hostile.ts';

// The schema of the standard, as Microsoft's SARIF packages carry it.
const schema = JSON.parse(
  readFileSync('node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', 'utf8'),
) as object;
const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv as never);
const validate = ajv.compile(schema);

function faults(review: Review): string[] {
  const log: unknown = JSON.parse(renderSarif(review));
  // The schema of rtm.5 names itself by a URI of that draft; ours names the published standard, which it became.
  return validate(log) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

test('a rich review is valid SARIF 2.1.0', () => {
  expect(faults(richReview)).toEqual([]);
  expectGolden('review-rich.sarif', renderSarif(richReview));
});

test.each([
  ['nothing found', emptyReview],
  ['no tree', diffOnlyReview],
])('%s is valid SARIF without results', (_name, review) => {
  expect(faults(review)).toEqual([]);
  expect(JSON.parse(renderSarif(review)).runs[0].results).toEqual([]);
});

test('a finding has one thread flow for each CPU, and a fingerprint that line numbers do not move', () => {
  const moved: Review = {
    ...richReview,
    findings: richReview.findings.map((f) => ({
      ...f,
      paths: f.paths.map((p) => ({ ...p, chain: p.chain.map((s) => ({ ...s, line: s.line + 7 })) })),
    })),
  };
  const [before, after] = [richReview, moved].map((review) => JSON.parse(renderSarif(review)).runs[0].results[0]);
  expect(before.codeFlows[0].threadFlows.map((flow: { id: string }) => flow.id)).toEqual(['CPU0', 'CPU1']);
  expect(after.partialFingerprints).toEqual(before.partialFingerprints);
  expect(after.locations).not.toEqual(before.locations);
});

test('what the series fixes is no result', () => {
  const findings = richReview.findings.map((f) => ({ ...f, verdict: 'fixed' as const }));
  expect(JSON.parse(renderSarif({ ...richReview, findings })).runs[0].results).toEqual([]);
});

test('whatever a series says, it stays valid, and no path leaves the tree', () => {
  fc.assert(
    fc.property(hostile, (evil) => {
      const review = hostileReview(evil);
      expect(faults(review)).toEqual([]);
      expect(renderSarif(review)).not.toMatch(/"uri": "(?:[^"]*\/)?\.\.(?:\/|")|"uri": "(?:\/|[a-z]+:)/);
    }),
    { numRuns: 60 },
  );
});
