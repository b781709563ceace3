import type { CheckedClaim, CompareResult, Comparison, ReviewedLineage, ReviewFollowUp } from '../review/index.ts';
import { clean, cleanLines } from './clean.ts';
import { pad, wrap } from './display-width.ts';
import { type Paint, paint } from './paint.ts';
import { FOLLOW_UP } from './words.ts';

const MARK: Readonly<Record<CheckedClaim['verdict'], string>> = {
  supported: '✓',
  contradicted: '✗',
  'not-visible': '·',
};

export interface ComparisonStyle {
  readonly width: number;
  readonly colors: Paint;
  /** Show the range-diff too. */
  readonly all: boolean;
}

/** What changed between two versions: patches, claims, what the changelog does not mention, the locks. */
export function comparisonText(comparison: Comparison, style: ComparisonStyle): string[] {
  const { colors, width } = style;
  const out = [colors.title(`Since v${comparison.from.version}`)];
  for (const p of comparison.patches) {
    const pair = `${p.from ?? '-'} → ${p.to ?? '-'}`;
    out.push(...hanging(`  ${pad(pair, 9)}${pad(p.status, 10)}`, clean(p.summary), width));
  }
  if (comparison.claims.length > 0) out.push('', colors.title(`The changelog of v${comparison.to.version} says`));
  for (const claim of comparison.claims) out.push(...claimText(claim, width, colors));
  out.push(...listed('Changed but not mentioned', comparison.unmentioned, style));
  if (comparison.followUp.length > 0) out.push('', colors.title(`What reviewers of v${comparison.from.version} said`));
  for (const followUp of comparison.followUp) out.push(...followUpText(followUp, style));
  out.push(...listed('Lock operations', comparison.lockDelta, style));
  if (style.all && comparison.rangeDiff !== '') {
    out.push('', colors.title('Range-diff'), ...cleanLines(comparison.rangeDiff.trimEnd()).map((line) => `  ${line}`));
  }
  return out;
}

function claimText(claim: CheckedClaim, width: number, colors: Paint): string[] {
  const tone =
    claim.verdict === 'supported' ? colors.good : claim.verdict === 'contradicted' ? colors.bad : colors.quiet;
  const [first = '', ...rest] = hanging(`  ${MARK[claim.verdict]} `, clean(claim.text, 600), width);
  const evidence = claim.verdict === 'not-visible' ? `not visible in the diff: ${claim.evidence}` : claim.evidence;
  return [tone(first), ...rest.map(tone), ...hanging('      ', clean(evidence, 600), width).map(colors.quiet)];
}

function followUpText(followUp: ReviewFollowUp, { width, colors, all }: ComparisonStyle): string[] {
  const { outcome } = followUp;
  const place = followUp.patch === null ? '' : ` on patch ${followUp.patch}`;
  const quoted = followUp.quoted === '' ? [] : hanging('      > ', clean(followUp.quoted, 120), width);
  const tone = outcome === 'unchanged' ? colors.bad : colors.good;
  return [
    ...hanging('  - ', `${clean(followUp.by)}${place}: ${FOLLOW_UP[outcome]}`, width).map(tone),
    ...quoted.map(colors.quiet),
    ...hanging('      ', clean(followUp.comment, all ? 600 : 160), width),
    ...hanging('      ', clean(followUp.evidence, 300), width).map(colors.quiet),
  ];
}

function listed(title: string, items: readonly string[], style: ComparisonStyle): string[] {
  if (items.length === 0) return [];
  return ['', style.colors.title(title), ...items.flatMap((item) => hanging('  - ', clean(item, 600), style.width))];
}

/** Text behind a label, its further lines indented as far as the label is wide. */
function hanging(label: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, Math.max(width - label.length, 16));
  return [`${label}${first}`, ...rest.map((line) => ' '.repeat(label.length) + line)];
}

function lineageText(lineage: ReviewedLineage, colors: Paint, width: number): string[] {
  const out = [colors.title('Versions')];
  for (const v of lineage.versions) {
    const date = v.date === null ? '' : `${clean(v.date.slice(0, 10))}  `;
    out.push(...hanging(`  ${pad(`v${v.version}`, 5)}`, `${date}${clean(v.title)}`, width));
    if (v.evidence.length > 0) out.push(...hanging('       ', clean(v.evidence.join('; ')), width).map(colors.quiet));
  }
  return out;
}

/**
 * What `abbot compare` prints on a terminal: the versions at hand, then what changed between the two that were asked for.
 *
 * @example
 * process.stdout.write(renderComparison(result, { width: 80, color: false, all: true }));
 */
export function renderComparison(
  result: CompareResult,
  options: { readonly width: number; readonly color: boolean; readonly all: boolean },
): string {
  const colors = paint(options.color);
  const width = Math.max(options.width, 40);
  const comparison = result.comparison
    ? comparisonText(result.comparison, { width, colors, all: options.all })
    : wrap('Only one version is at hand: there is nothing to compare it with.', width);
  return `${[...lineageText(result.lineage, colors, width), '', ...comparison].join('\n')}\n`;
}
