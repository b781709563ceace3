import type { SiteCount } from './finding.ts';
import type { LockIndex } from './lock-index.ts';

/** At how many places, in how many files, single functions take one lock class under another. */
export function sitesOf(index: LockIndex, held: number, taken: number): SiteCount {
  const { orders, tree } = index;
  const files = new Set<number>();
  let sites = 0;
  for (let i = 0; i < orders.held.length; i++) {
    if (orders.held[i] !== held || orders.taken[i] !== taken) continue;
    sites++;
    files.add(tree.symbols.t.fnFile.at(orders.fn[i] as number));
  }
  return { sites, files: files.size };
}
