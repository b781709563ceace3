import type { Coverage, Finding, Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { wrap } from './display-width.ts';
import type { Paint } from './paint.ts';
import { many } from './words.ts';

/** Items of one list that are shown before the rest is only counted. */
const SHOWN = 5;

/** What was looked at and what could not be seen, as sentences; always there, with a finding or without. */
export function coverageSentences(coverage: Coverage, all: boolean): string[] {
  const read = `${many(coverage.functions, 'function')} of ${many(coverage.files, 'file')} read`;
  const blind = [
    coverage.unresolvedCalls > 0 ? `${many(coverage.unresolvedCalls, 'call')} could not be resolved` : '',
    coverage.unknownLocks > 0 ? `${many(coverage.unknownLocks, 'lock')} could not be told apart` : '',
  ].filter((part) => part !== '');
  const sentences = [`${read}; ${blind.length > 0 ? blind.join(', ') : 'every call and lock in them was resolved'}.`];
  if (coverage.mode === 'diff-only') {
    sentences.push(
      'There was no tree: callers, callees, callback slots and the other order of the locks outside the diff were not seen. ' +
        'To see them: abbot review … --tree DIR with the sources that the series applies to.',
    );
  }
  sentences.push(...some('Not parsed', coverage.unparsed, all));
  sentences.push(...some('Stopped at a bound', coverage.boundsHit, all));
  sentences.push(...coverage.notes.map((note) => sentence(clean(note, 600))));
  return sentences;
}

/** How many findings are not shown, in the value or not, and `how` to see them; null when none is left out. */
export function unlistedSentence(review: Review, how = ' (--all lists them)'): string | null {
  const hidden = review.findings.filter((f) => !f.reported);
  const of = (verdict: Finding['verdict']) => hidden.filter((f) => f.verdict === verdict).length;
  const unlisted = {
    preExisting: review.unlisted.preExisting + of('pre-existing'),
    gated: review.unlisted.gated + of('gated'),
    belowThreshold: review.unlisted.belowThreshold + hidden.length - of('pre-existing') - of('gated'),
    suppressed: review.unlisted.suppressed,
  };
  const parts = [
    unlisted.preExisting > 0 ? `${unlisted.preExisting} pre-existing` : '',
    unlisted.gated > 0 ? `${unlisted.gated} gated by a third lock` : '',
    unlisted.belowThreshold > 0 ? `${unlisted.belowThreshold} below the reporting threshold` : '',
    unlisted.suppressed > 0 ? `${unlisted.suppressed} suppressed by a rule` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : `Not listed: ${parts.join(', ')}${how}.`;
}

/** The coverage paragraph of the terminal. */
export function coverageText(coverage: Coverage, width: number, colors: Paint, all: boolean): string[] {
  const prose = coverageSentences(coverage, all).flatMap((s) => wrap(s, width - 2).map((line) => `  ${line}`));
  return [colors.title('Coverage'), ...prose];
}

function some(label: string, items: readonly string[], all: boolean): string[] {
  const shown = all ? items : items.slice(0, SHOWN);
  const rest = items.length - shown.length;
  return [
    ...shown.map((item) => sentence(`${label}: ${clean(item, 600)}`)),
    ...(rest > 0 ? [`${label}: ${rest} more (--all lists them).`] : []),
  ];
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
