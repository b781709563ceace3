import type { RangeDiff, RangePair } from './range-diff.ts';

/**
 * A range-diff in git's text format. Mails carry no commit ids, so the first seven digits of the patch id stand in their
 * place (or what `idOf` gives), and `-------` where there is no patch; for the rest it reads as git's own.
 *
 * @example
 * rangeDiffText(rangeDiff(v10.patches, v11.patches));
 * // 1:  670f42a = 1:  670f42a PCI/IOV: Make pci_lock_rescan_remove() reentrant …
 */
export function rangeDiffText(
  diff: RangeDiff,
  idOf: (patchId: string, side: 'from' | 'to') => string = (id) => id,
): string {
  const count = (side: 'from' | 'to'): number => diff.pairs.filter((pair) => pair[side] !== null).length;
  const width = String(1 + Math.max(count('from'), count('to'))).length;
  const order = new Map<unknown, number>();
  for (const side of ['from', 'to'] as const) {
    const sides = diff.pairs.flatMap((pair) => pair[side] ?? []);
    for (const [i, s] of [...sides].sort((a, b) => a.patch.index - b.patch.index).entries()) order.set(s, i + 1);
  }
  const column = (pair: RangePair, side: 'from' | 'to'): string => {
    const at = pair[side];
    const number = at === null ? '-' : String(order.get(at));
    const id = at === null ? '-------' : idOf(at.patchId, side).slice(0, 7).padEnd(7, '-');
    return `${number.padStart(width)}:  ${id}`;
  };
  return diff.pairs
    .map((pair) => {
      const sign = pair.from === null ? '>' : pair.to === null ? '<' : pair.identical ? '=' : '!';
      const title = (pair.from ?? pair.to)?.patch.title ?? '';
      const lines = [`${column(pair, 'from')} ${sign} ${column(pair, 'to')} ${title}`];
      return [...lines, ...pair.interdiff.map((line) => `    ${line}`)].join('\n').concat('\n');
    })
    .join('');
}
