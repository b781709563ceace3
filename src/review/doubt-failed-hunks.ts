import type { CycleFinding, SeriesJudgement } from '../locks/index.ts';
import type { HunkOutcome } from './review.ts';

/** Kinds that one function proves: half a patch in it proves nothing. */
export const NEEDS_WHOLE_FUNCTION: ReadonlySet<CycleFinding['kind']> = new Set([
  'missing-unlock',
  'double-unlock',
  'unlock-not-held',
]);

/**
 * Doubts what was found in files where a hunk did not apply: they are neither as before nor as the author meant them. A
 * finding there says so, and is not reported when it is about the two ends of one lock in one function.
 */
export function doubtFailedHunks(judgement: SeriesJudgement, hunks: readonly HunkOutcome[]): SeriesJudgement {
  const failed = new Set(hunks.filter((hunk) => hunk.outcome === 'failed').map((hunk) => hunk.file));
  if (failed.size === 0) return judgement;
  const findings = judgement.findings.map((finding): CycleFinding => {
    const files = new Set(finding.paths.flatMap((path) => path.chain.map((step) => step.file)));
    const torn = [...files].filter((file) => failed.has(file));
    if (torn.length === 0) return finding;
    const note = `not every hunk of ${torn.join(', ')} applied, so this may come from half a patch`;
    const isReported = finding.reported && !NEEDS_WHOLE_FUNCTION.has(finding.kind);
    return { ...finding, reported: isReported, notes: [...finding.notes, note] };
  });
  return { ...judgement, findings };
}
