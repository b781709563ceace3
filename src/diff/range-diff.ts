import { type CommitText, commitText } from './commit-text.ts';
import type { ComparablePatch } from './comparable.ts';
import { type FilePatch, pathOf } from './file-patch.ts';
import { diffLines } from './line-diff.ts';
import { pairPatches } from './pair-patches.ts';
import { parseDiff } from './parse-diff.ts';
import { patchId } from './patch-id.ts';
import { groupChanges, markedLines } from './unified.ts';

/** `unchanged`: same patch id. `rebased`: only context or places differ. */
export type PairStatus = 'unchanged' | 'rebased' | 'changed' | 'new' | 'dropped';

/** One side of a pair: the patch, its diff read once, and its ids. */
export interface PatchSide {
  readonly patch: ComparablePatch;
  readonly files: readonly FilePatch[];
  readonly patchId: string;
  readonly text: CommitText;
}

/** A patch of one version and what became of it in the other. `interdiff` is the diff of both diffs, without indentation. */
export interface RangePair {
  readonly from: PatchSide | null;
  readonly to: PatchSide | null;
  readonly status: PairStatus;
  /** True when message, author and diff are the same to the letter (`=` in git's format). */
  readonly identical: boolean;
  readonly interdiff: readonly string[];
}

/** The pairs in the order in which `git range-diff` shows them. */
export interface RangeDiff {
  readonly pairs: readonly RangePair[];
}

/**
 * Compares two versions of a series from their patches alone.
 *
 * @example
 * const { pairs } = rangeDiff(v1.patches, v2.patches);
 * pairs.map((pair) => pair.status); // ['unchanged', 'changed', 'new']
 */
export function rangeDiff(from: readonly ComparablePatch[], to: readonly ComparablePatch[]): RangeDiff {
  const left = from.map(side);
  const right = to.map(side);
  const toOf = pairPatches(
    left.map((s) => s.text),
    right.map((s) => s.text),
  );
  const fromOf = new Map(toOf.flatMap((j, i) => (j >= 0 ? [[j, i] as const] : [])));
  const pairs: RangePair[] = [];
  const shown = new Set<number>();
  let i = 0;
  let j = 0;
  // The newer version gives the order; what was dropped stands where its predecessors have all been shown.
  while (i < left.length || j < right.length) {
    while (i < left.length && shown.has(i)) i++;
    if (i < left.length && toOf[i]! < 0) {
      pairs.push(pair(left[i++]!, null));
      continue;
    }
    while (j < right.length && !fromOf.has(j)) pairs.push(pair(null, right[j++]!));
    if (j < right.length) {
      const at = fromOf.get(j)!;
      shown.add(at);
      pairs.push(pair(left[at]!, right[j++]!));
    }
  }
  return { pairs };
}

function side(patch: ComparablePatch): PatchSide {
  const files = parseDiff(patch.diff);
  return { patch, files, patchId: patchId(patch.diff), text: commitText(patch, files) };
}

function pair(from: PatchSide | null, to: PatchSide | null): RangePair {
  if (from === null || to === null) {
    return { from, to, status: from ? 'dropped' : 'new', identical: false, interdiff: [] };
  }
  const interdiff = diffOfTexts(from.text, to.text);
  const status = from.patchId === to.patchId ? 'unchanged' : sameChange(from.files, to.files) ? 'rebased' : 'changed';
  return { from, to, status, identical: interdiff.length === 0, interdiff };
}

/** True when both add and remove the same lines in the same files: all else is where and between what. */
function sameChange(a: readonly FilePatch[], b: readonly FilePatch[]): boolean {
  const key = (files: readonly FilePatch[]): string =>
    JSON.stringify(
      files
        .map((file) => [
          file.oldPath,
          file.newPath,
          file.status,
          file.binary ? [file.oldBlob, file.newBlob] : null,
          file.oldMode === file.newMode ? null : [file.oldMode, file.newMode],
          file.hunks.flatMap((hunk) => hunk.lines.filter((l) => l.kind !== ' ').map((l) => l.kind + l.text)),
        ])
        .sort((x, y) => (String(x[1] ?? x[0]) < String(y[1] ?? y[0]) ? -1 : 1)),
    );
  return key(a) === key(b);
}

/** A unified diff of two commit texts, its hunk headers naming the section as git's do. */
function diffOfTexts(a: CommitText, b: CommitText): string[] {
  const out: string[] = [];
  let heading: string | null = null;
  let read = 0;
  for (const group of groupChanges(diffLines(a.lines, b.lines), 3, a.lines.length)) {
    for (; read < group.a0; read++) heading = sectionIn(a.lines[read]!) ?? heading;
    out.push(heading === null ? '@@' : `@@ ${heading}`, ...markedLines(group, a.lines, b.lines));
  }
  return out;
}

/** The section that a line begins, cut off as git does, or null. */
function sectionIn(line: string): string | null {
  const heading =
    line.startsWith(' ## ') && line.endsWith(' ##') ? line.slice(4, -3) : (/^.?@@ (.*)$/.exec(line)?.[1] ?? null);
  return heading === null ? null : heading.slice(0, 80).trimEnd();
}

/** The files that either side of a pair touches. */
export function filesOf(pair: RangePair): string[] {
  return [...new Set([...(pair.from?.files ?? []), ...(pair.to?.files ?? [])].map(pathOf))];
}
