import type { PairExplanation } from './finding.ts';
import type { LockIndex } from './lock-index.ts';
import { OrderSearch } from './order-search.ts';
import { sitesOf } from './order-statistics.ts';
import type { RuleSet } from './rules/index.ts';
import { PathWriter } from './witness-path.ts';

/** Paths shown in one direction. */
const MOST = 40;

/**
 * Every way found in which one lock class is taken under another, in both directions; null when a class is not known.
 *
 * @example
 * const both = explainPair(index, rules, 'device.mutex', 'pci_rescan_remove_lock');
 */
export function explainPair(index: LockIndex, rules: RuleSet, a: string, b: string): PairExplanation | null {
  const first = index.locks.find(a);
  const second = index.locks.find(b);
  if (first < 0 || second < 0) return null;
  const search = new OrderSearch(index, rules);
  const writer = new PathWriter(search);
  const paths = (held: number, taken: number) =>
    writer
      .rank(search.paths(held, taken), new Set())
      .slice(0, MOST)
      .map((witness) => writer.write(witness));
  return {
    forward: paths(first, second),
    reverse: paths(second, first),
    statistics: { forward: sitesOf(index, first, second), reverse: sitesOf(index, second, first) },
    boundsHit: search.boundsHit ? ['the search ended at its bound; longer chains may exist'] : [],
  };
}
