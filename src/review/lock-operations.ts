import { type FilePatch, type PatchSide, pathOf, rangeDiff, stitch } from '../diff/index.ts';
import { type FileSides, lockDelta, type RuleSet } from '../locks/index.ts';
import type { Series } from '../series/index.ts';
import { isAnalysed } from './apply-series.ts';

/**
 * Which lock operations the newer version of a series has and the older had not, one sentence a function, from the mails
 * alone: `2/2 remove_store(): added device_lock … device_unlock, …`.
 */
export function lockOperations(from: Series, to: Series, rules: RuleSet): string[] {
  return rangeDiff(from.patches, to.patches).pairs.flatMap((pair) => {
    if (pair.status === 'unchanged' || pair.status === 'rebased') return [];
    const paths = new Set([...analysed(pair.to), ...analysed(pair.from)].map(pathOf));
    const side = pair.to ?? pair.from;
    if (!side) return [];
    const label = pair.to
      ? `${side.patch.index}/${to.patches.length}`
      : `dropped ${side.patch.index}/${from.patches.length}`;
    return [...paths].flatMap((path) =>
      lockDelta(sidesOf(pair.from, path), sidesOf(pair.to, path), rules).map((sentence) => `${label} ${sentence}`),
    );
  });
}

function analysed(side: PatchSide | null): FilePatch[] {
  return (side?.files ?? []).filter((file) => isAnalysed(pathOf(file)));
}

function sidesOf(side: PatchSide | null, path: string): FileSides | null {
  const file = analysed(side).find((f) => pathOf(f) === path);
  if (!file) return null;
  const { before, after } = stitch(file);
  return { before, after };
}
