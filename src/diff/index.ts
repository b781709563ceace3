/**
 * Diffs: a patch's text as a model, the model applied to bytes, and two versions of a series held against each other.
 *
 * Everything here is pure: text and bytes in, values out, nothing read from or written to disk. What a patch says about
 * paths is checked before anybody can follow it, and a damaged patch is a value with a fault, never an exception.
 */
export { type ApplyResult, applyPatch, type HunkRecord } from './apply-patch.ts';
export type { Verdict } from './claim-words.ts';
export type { Claim } from './claims.ts';
export type { ClaimedChange, ClaimedSection, ComparablePatch, ComparableSeries, TrailerLine } from './comparable.ts';
export { type Comparison, compareVersions, type PatchComparison, type VersionRef } from './compare-versions.ts';
export { type FilePatch, type FileStatus, type Hunk, type HunkLine, pathOf } from './file-patch.ts';
export type { FollowUp, FollowUpOutcome } from './follow-up.ts';
export { parseDiff } from './parse-diff.ts';
export { patchId } from './patch-id.ts';
export { type PairStatus, type PatchSide, type RangeDiff, type RangePair, rangeDiff } from './range-diff.ts';
export { rangeDiffText } from './range-diff-text.ts';
export { type ComparableReply, type ReviewComment, readComments } from './review-comments.ts';
export { type Stitched, stitch } from './stitch.ts';
