import { type FilePatch, type PatchSide, pathOf, type RangeDiff, stitch } from '../diff/index.ts';
import { type FileSides, lockDelta, type RuleSet } from '../locks/index.ts';
import type { Series } from '../series/index.ts';
import { isAnalysed } from './apply-series.ts';

/**
 * Which lock operations the newer version of a series has and the older had not, one sentence a function, from the mails
 * alone: `2/2 remove_store(): added device_lock … device_unlock, …`.
 */
export function lockOperations(from: Series, to: Series, { pairs }: RangeDiff, rules: RuleSet): string[] {
  return pairs.flatMap((pair) => {
    if (pair.status === 'unchanged' || pair.status === 'rebased') return [];
    const paths = new Set([...analysed(pair.to), ...analysed(pair.from)].map(pathOf));
    const side = pair.to ?? pair.from;
    if (!side) return [];
    const label = pair.to
      ? `${side.patch.index}/${to.patches.length}`
      : `dropped ${side.patch.index}/${from.patches.length}`;
    return [...paths].flatMap((path) => {
      const files = [fileOf(pair.from, path), fileOf(pair.to, path)] as const;
      if (!files.some((file) => file !== null && saysLock(file, rules)) || sameHunks(...files)) return [];
      return lockDelta(sidesOf(files[0]), sidesOf(files[1]), rules).map((sentence) => `${label} ${sentence}`);
    });
  });
}

function analysed(side: PatchSide | null): FilePatch[] {
  return (side?.files ?? []).filter((file) => isAnalysed(pathOf(file)));
}

function fileOf(side: PatchSide | null, path: string): FilePatch | null {
  return analysed(side).find((file) => pathOf(file) === path) ?? null;
}

function sidesOf(file: FilePatch | null): FileSides | null {
  if (!file) return null;
  const { before, after } = stitch(file);
  return { before, after };
}

/** Whether any word of the hunks may be a lock operation; without one there is nothing to read the code for. */
function saysLock(file: FilePatch, rules: RuleSet): boolean {
  const says = (text: string): boolean =>
    /lock|guard/.test(text) ||
    (text.match(/\w+/g) ?? []).some((word) => rules.locks.has(word) || rules.guards.has(word));
  return file.hunks.some((hunk) => says(hunk.section) || hunk.lines.some((line) => says(line.text)));
}

/** Whether both versions show the same code: places and line numbers aside, nothing can have changed in it. */
function sameHunks(a: FilePatch | null, b: FilePatch | null): boolean {
  if (a === null || b === null || a.hunks.length !== b.hunks.length) return false;
  return a.hunks.every((hunk, i) => {
    const other = b.hunks[i]!;
    if (hunk.section !== other.section || hunk.lines.length !== other.lines.length) return false;
    return hunk.lines.every((line, at) => line.kind === other.lines[at]!.kind && line.text === other.lines[at]!.text);
  });
}
