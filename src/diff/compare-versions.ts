import { type Claim, checkClaims } from './claims.ts';
import { type CodeDelta, codeDelta, isCode } from './code-delta.ts';
import type { ComparableSeries } from './comparable.ts';
import { type FollowUp, followUps } from './follow-up.ts';
import { type PairStatus, type RangeDiff, rangeDiff } from './range-diff.ts';
import { rangeDiffText } from './range-diff-text.ts';
import { rewrittenAs } from './rewritten.ts';
import { unmentioned } from './unmentioned.ts';

/** Which version a comparison means. */
export interface VersionRef {
  readonly version: number;
  readonly messageId: string | null;
}

/** What became of one patch; `from` and `to` are its numbers in both versions. */
export interface PatchComparison {
  readonly from: number | null;
  readonly to: number | null;
  readonly status: PairStatus;
  readonly summary: string;
}

/** What really changed between two versions: the `comparison` of a review. */
export interface Comparison {
  readonly from: VersionRef;
  readonly to: VersionRef;
  readonly patches: readonly PatchComparison[];
  readonly claims: readonly Claim[];
  /** Changes that the changelog does not speak of, one line each. */
  readonly unmentioned: readonly string[];
  /** What reviewers of the older version wrote below code that they quoted, and what became of it. */
  readonly followUp: readonly FollowUp[];
  /** What changed in the locking; comes from the lock analysis. */
  readonly lockDelta: readonly string[];
  /** As `git range-diff` prints it, with patch ids for commit ids. */
  readonly rangeDiff: string;
}

/**
 * Holds two versions of a series against each other and against the changelog of the newer one; `diff` is their
 * range-diff, for who has it already.
 *
 * @example
 * const comparison = compareVersions(v10, v11);
 * comparison.claims.filter((claim) => claim.verdict === 'contradicted');
 */
export function compareVersions(
  from: ComparableSeries,
  to: ComparableSeries,
  lockDelta: readonly string[] = [],
  diff: RangeDiff = rangeDiff(from.patches, to.patches),
): Comparison {
  const deltas = diff.pairs.map(codeDelta);
  return {
    from: { version: from.version, messageId: from.messageId },
    to: { version: to.version, messageId: to.messageId },
    patches: deltas.map((delta) => ({
      from: delta.pair.from?.patch.index ?? null,
      to: delta.pair.to?.patch.index ?? null,
      status: delta.pair.status,
      summary: summarize(delta, deltas),
    })),
    claims: checkClaims({ from, to, deltas }),
    unmentioned: unmentioned({ from, to, deltas }),
    followUp: followUps(from, to, deltas),
    lockDelta,
    rangeDiff: rangeDiffText(diff),
  };
}

function summarize(delta: CodeDelta, all: readonly CodeDelta[]): string {
  const { pair, appeared, vanished } = delta;
  const { from, to, status } = pair;
  const place = rewrittenAs(delta, all);
  if (status === 'new')
    return `new: ${to?.patch.title ?? ''}${place === null ? '' : `, in the place of patch ${place}`}`;
  if (status === 'dropped')
    return `dropped: ${from?.patch.title ?? ''}${place === null ? '' : `, patch ${place} is in its place`}`;
  const moved = from?.patch.index === to?.patch.index ? '' : `, was ${from?.patch.index}`;
  if (status === 'rebased') return `rebased${moved}`;
  if (status === 'unchanged') {
    const what = pair.identical ? 'unchanged' : 'same code, message or tags changed';
    return what + moved;
  }
  const lines = [...appeared, ...vanished].filter(isCode);
  if (lines.length === 0) return `changed in comments or white space${moved}`;
  const places = [...new Set(lines.map((line) => (line.inside ? `${line.inside}()` : line.file)))];
  const shown = places.slice(0, 4).join(', ');
  return `changed in ${shown}${places.length > 4 ? ` and ${places.length - 4} more` : ''}${moved}`;
}
