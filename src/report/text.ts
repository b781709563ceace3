import type { Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { wrap } from './display-width.ts';
import { basePhrase, versionPhrase } from './headline.ts';
import { paint } from './paint.ts';
import { comparisonText } from './text-comparison.ts';
import { coverageText, unlistedSentence } from './text-coverage.ts';
import { ALARMING, findingText } from './text-finding.ts';
import { verdictLine } from './words.ts';

export interface TextOptions {
  /** Columns of the terminal; below 40 counts as 40. */
  readonly width: number;
  readonly color: boolean;
  /** Whole proofs of every finding, unshortened coverage, and the range-diff. */
  readonly all: boolean;
}

/**
 * A review for a terminal: headline, verdict, findings with both halves of each proof, comparison, coverage.
 *
 * @example
 * process.stdout.write(renderText(review, { width: 80, color: false, all: false }));
 */
export function renderText(review: Review, options: TextOptions): string {
  const colors = paint(options.color);
  const width = Math.max(options.width, 40);
  const { series, coverage } = review;
  const listed = review.findings.filter((f) => options.all || f.reported);
  const out = [
    ...wrap(clean(series.title), width).map(colors.title),
    ...wrap(`${versionPhrase(review)}, by ${clean(series.author.name)} <${clean(series.author.email)}>`, width),
    ...wrap(clean(basePhrase(review.base)), width).map(colors.quiet),
    '',
    ...wrap(verdictLine(listed, coverage.mode === 'diff-only'), width).map(
      listed.some((f) => ALARMING.has(f.verdict)) ? colors.bad : colors.good,
    ),
  ];
  listed.forEach((finding, i) => {
    const number = `${i + 1}. `;
    const lines = findingText(finding, { width: width - number.length, colors, total: series.total, all: options.all });
    out.push('', ...lines.map((line, n) => (line === '' ? '' : (n === 0 ? number : ' '.repeat(number.length)) + line)));
  });
  const unlisted = options.all ? null : unlistedSentence(review);
  if (unlisted !== null) out.push('', ...wrap(unlisted, width).map(colors.quiet));
  if (review.comparison) out.push('', ...comparisonText(review.comparison, { width, colors, all: options.all }));
  out.push('', ...coverageText(coverage, width, colors, options.all));
  return `${out.join('\n')}\n`;
}
