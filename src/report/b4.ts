import type { Comparison, Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { basePhrase } from './headline.ts';
import { lacks } from './lacks.ts';
import { paint } from './paint.ts';
import { partOf, patchLine, statusOf } from './part-of-patch.ts';
import { comparisonText } from './text-comparison.ts';
import { coverageText } from './text-coverage.ts';
import { findingText } from './text-finding.ts';
import { many, verdictLine } from './words.ts';

/** One result of a check, as `b4 review` reads it (b4's docs/maintainer/review.rst, "Writing an external check script"). */
export interface B4Result {
  /** Heads a column of b4's table. */
  readonly tool: 'abbot' | 'abbot-changelog';
  readonly status: 'pass' | 'warn' | 'fail';
  readonly summary: string;
  readonly url: string;
  readonly details: string;
}

const STYLE = { width: 78, colors: paint(false), all: false };

/**
 * A review as the JSON array that `b4.review-series-check-cmd` and `b4.review-perpatch-check-cmd` print: the locks, and for
 * a series what its changelog says. `fail` means that a deadlock is introduced, `warn` a new path into one that was there,
 * or that not all could be read.
 *
 * @param patch number of the patch that b4 asks about, or null for the series; its findings are those it has a part in.
 * @example
 * process.stdout.write(renderB4(review, null));
 */
export function renderB4(review: Review, patch: number | null): string {
  const results: B4Result[] = [lockResult(review, patch)];
  if (patch === null && review.comparison) results.push(changelogResult(review.comparison));
  return print(results);
}

/**
 * The answer to b4 when nothing could be analysed: a warning that says so, for silence would read as a pass.
 *
 * @example
 * process.stdout.write(renderB4Fault('the mail holds no patch', 'give the patch mails themselves'));
 */
export function renderB4Fault(what: string, details: string): string {
  const summary = `not analysed: ${clean(what, 300)}`;
  return print([{ tool: 'abbot', status: 'warn', summary, url: '', details: clean(details, 2000) }]);
}

function print(results: readonly B4Result[]): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

function lockResult(review: Review, patch: number | null): B4Result {
  const { series, coverage, base } = review;
  const about = review.findings.filter((f) => f.reported && (patch === null || partOf(f, patch)));
  const summary = patch === null ? verdictLine(about, coverage.mode === 'diff-only') : patchLine(about, patch, review);
  const only = series.patches.length < series.total ? `${atHand(series)} at hand: ` : '';
  const status = statusOf(about, patch);
  const partly = lacks(review, patch);
  const details = [
    ...(partly.length > 0 ? [`Not all could be read: ${partly.join('; ')}.`, ''] : []),
    ...about.flatMap((finding) => [...findingText(finding, { ...STYLE, total: series.total }), '']),
    clean(basePhrase(base)),
    '',
    ...coverageText(coverage, STYLE.width, STYLE.colors, false),
  ];
  return {
    tool: 'abbot',
    status: status === 'pass' && partly.length > 0 ? 'warn' : status,
    summary: clean(`${only}${summary}`, 300),
    url: '',
    details: details.join('\n'),
  };
}

function atHand(series: Review['series']): string {
  const [patch] = series.patches;
  return series.patches.length === 1 && patch
    ? `only patch ${patch.index}/${series.total}`
    : `only ${series.patches.length} of ${many(series.total, 'patch', 'patches')}`;
}

function changelogResult(comparison: Comparison): B4Result {
  const of = (verdict: string) => comparison.claims.filter((c) => c.verdict === verdict).length;
  const open = comparison.followUp.filter((f) => f.outcome === 'unchanged').length;
  const parts = [
    of('supported') > 0 ? `${many(of('supported'), 'claim')} borne out` : '',
    of('contradicted') > 0 ? `${of('contradicted')} contradicted` : '',
    of('not-visible') > 0 ? `${of('not-visible')} not visible in a diff` : '',
    comparison.unmentioned.length > 0 ? `${many(comparison.unmentioned.length, 'change')} not mentioned` : '',
    open > 0 ? `${many(open, 'review comment')} on code that is as it was` : '',
  ].filter((part) => part !== '');
  return {
    tool: 'abbot-changelog',
    status: of('contradicted') > 0 ? 'warn' : 'pass',
    summary: `since v${comparison.from.version}: ${parts.length > 0 ? parts.join(', ') : 'nothing is claimed, and nothing changed'}`,
    url: '',
    details: comparisonText(comparison, STYLE).join('\n'),
  };
}
