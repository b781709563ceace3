import { assign } from './assignment.ts';
import type { CommitText } from './commit-text.ts';
import { diffLines } from './line-diff.ts';
import { diffSize } from './unified.ts';

/** How willingly a patch is called new rather than changed, in per cent: the default of `git range-diff`. */
export const CREATION_FACTOR = 60;

/**
 * Pairs the patches of two versions as `git range-diff` does: first those with equal diffs, then the rest so that the
 * total cost is least, where a pair costs the size of the diff between both diffs and a patch left alone costs 60 % of
 * its own size. Answers with the place in `to` of each patch of `from`, or -1.
 */
export function pairPatches(from: readonly CommitText[], to: readonly CommitText[]): number[] {
  const left = from.map((text) => text.lines.slice(text.diffStart));
  const right = to.map((text) => text.lines.slice(text.diffStart));
  const pairs = from.map(() => -1);
  const waiting = new Map<string, number[]>();
  for (const [i, lines] of left.entries()) {
    const key = lines.join('\n');
    waiting.set(key, [...(waiting.get(key) ?? []), i]);
  }
  const freeRight: number[] = [];
  for (const [j, lines] of right.entries()) {
    const i = waiting.get(lines.join('\n'))?.shift();
    if (i === undefined) freeRight.push(j);
    else pairs[i] = j;
  }
  const freeLeft = pairs.flatMap((j, i) => (j < 0 ? [i] : []));
  const alone = (lines: readonly string[]): number => Math.floor((lines.length * CREATION_FACTOR) / 100);
  const gains = freeLeft.map((i) =>
    freeRight.map((j) => {
      const a = left[i]!;
      const b = right[j]!;
      const limit = alone(a) + alone(b);
      // Lines that one side lacks altogether are in any diff: often enough to know that the pair saves nothing.
      if (differentLines(a, b) >= limit) return 0;
      return limit - diffSize(diffLines(a, b), a.length);
    }),
  );
  for (const [row, column] of assign(freeLeft.length, freeRight.length, (i, j) => gains[i]![j]!).entries()) {
    if (column >= 0) pairs[freeLeft[row]!] = freeRight[column]!;
  }
  return pairs;
}

/** A lower bound of the edits between two lists of lines: how their bags of lines differ. */
function differentLines(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) - 1);
  let sum = 0;
  for (const count of counts.values()) sum += Math.abs(count);
  return sum;
}
