import { cheapest, type LockPair } from './lock-pair.ts';
import type { Below, OrderSearch, Witness } from './order-search.ts';

/** Pairs whose reverse order is looked for with the full search. */
const PAIRS = 24;
/** From this many held locks on, the reverse is first looked for downwards, which is cheap and sees less. */
const FEW = 4;
/** Both halves together may not cost more. */
const TOTAL_COST = 18;

/** Those pairs that are taken in both orders in some tree of the series, the cheapest first. */
export function invertedPairs(pairs: readonly LockPair[], searches: readonly OrderSearch[]): LockPair[] {
  const above = new Map<string, Map<number, Witness>>();
  const under = new Map<string, Map<number, Below>>();
  const heldAbove = (view: number, lock: number): Map<number, Witness> => {
    const key = `${view}|${lock}`;
    let map = above.get(key);
    if (!map) {
      const search = searches[view] as OrderSearch;
      map = search.heldAbove(lock);
      above.set(key, map);
    }
    return map;
  };
  const takenUnder = (view: number, lock: number): Map<number, Below> => {
    const key = `${view}|${lock}`;
    let map = under.get(key);
    if (!map) {
      map = (searches[view] as OrderSearch).takenUnder(lock);
      under.set(key, map);
    }
    return map;
  };
  const directions = new Set<string>();
  for (const pair of pairs)
    for (const list of [...pair.added, ...pair.gone]) for (const w of list) directions.add(`${w.held.lock}`);
  const many = directions.size > FEW;
  const ranked: { pair: LockPair; cost: number }[] = [];
  for (const pair of pairs) {
    let best = Number.POSITIVE_INFINITY;
    pair.added.forEach((list, i) => {
      best = Math.min(best, reverseCost(list, i + 1));
    });
    pair.gone.forEach((list, i) => {
      best = Math.min(best, reverseCost(list, i));
    });
    if (best <= TOTAL_COST) ranked.push({ pair, cost: best });
  }
  function reverseCost(list: readonly Witness[], view: number): number {
    let best = Number.POSITIVE_INFINITY;
    const seen = new Set<string>();
    for (const witness of list) {
      const key = `${witness.held.lock}|${witness.taken.lock}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const reverse = many
        ? takenUnder(view, witness.taken.lock).get(witness.held.lock)
        : heldAbove(view, witness.held.lock).get(witness.taken.lock);
      // both halves may be new: then each is the other's reverse
      if (reverse) best = Math.min(best, cheapest(list) + reverse.cost);
    }
    return best;
  }
  ranked.sort((x, y) => x.cost - y.cost || x.pair.a - y.pair.a || x.pair.b - y.pair.b);
  return ranked.slice(0, PAIRS).map(({ pair }) => pair);
}
