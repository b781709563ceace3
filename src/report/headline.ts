import type { HunkOutcome, Review, ReviewBase } from '../review/index.ts';
import { many } from './words.ts';

/** `v3 (v1 to v3 at hand), 2 patches`, and what is missing. */
export function versionPhrase(review: Review): string {
  const { version, total, patches, complete } = review.series;
  const size = complete
    ? many(total, 'patch', 'patches')
    : `${patches.length} of ${many(total, 'patch', 'patches')} at hand`;
  const known = review.lineage.versions.map((v) => v.version);
  const range = known.length > 1 ? ` (v${Math.min(...known)} to v${Math.max(...known)} at hand)` : '';
  return `v${version}${range}, ${size}`;
}

const HOW: Readonly<Record<ReviewBase['how'], string>> = {
  'base-commit': "the series' base-commit",
  'blob-ids': 'found by the blob ids of the diff',
  named: 'named in the cover letter',
  given: 'given',
  none: 'no tree',
};

/** The base and how the series applied to it, in one line. */
export function basePhrase(base: ReviewBase): string {
  if (base.how === 'none') return 'no tree: the diff alone was read';
  return `on ${base.revision ?? 'the tree as it is'} (${HOW[base.how]}): ${appliedPhrase(base.applied)}`;
}

function appliedPhrase(hunks: readonly HunkOutcome[]): string {
  if (hunks.length === 0) return 'no hunk to apply';
  const of = (outcome: HunkOutcome['outcome']) => hunks.filter((h) => h.outcome === outcome);
  const fuzz = Math.max(0, ...of('fuzz').map((h) => h.fuzz));
  const parts = [
    of('exact').length > 0 ? `${of('exact').length} exact` : '',
    of('offset').length > 0 ? `${of('offset').length} with an offset` : '',
    of('fuzz').length > 0 ? `${of('fuzz').length} with fuzz up to ${fuzz}` : '',
    of('failed').length > 0 ? `${of('failed').length} did not apply` : '',
  ].filter((part) => part !== '');
  return `${many(hunks.length, 'hunk')}, ${parts.join(', ')}`;
}
