import type { CodeDelta } from './code-delta.ts';

/**
 * The new patch that seems to take the place of a dropped one, or the other way round; null when there is none. The costs
 * of `git range-diff` call a patch that was written anew dropped and new: the same title, or the only place left, tells.
 */
export function rewrittenAs(delta: CodeDelta, all: readonly CodeDelta[]): number | null {
  const { status } = delta.pair;
  if (status !== 'new' && status !== 'dropped') return null;
  const others = all.filter(({ pair }) => pair.status === (status === 'new' ? 'dropped' : 'new'));
  const patchOf = ({ pair }: CodeDelta) => (pair.to ?? pair.from)!.patch;
  const same = others.filter((other) => patchOf(other).title === patchOf(delta).title);
  if (same.length === 1) return patchOf(same[0]!).index;
  const alone = others.length === 1 && all.filter(({ pair }) => pair.status === status).length === 1;
  if (!alone) return null;
  const files = (d: CodeDelta) => [...d.from, ...d.to].map((line) => line.file);
  const touched = new Set(files(delta));
  return files(others[0]!).some((file) => touched.has(file)) ? patchOf(others[0]!).index : null;
}
