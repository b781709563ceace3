import type { LockIndex } from './lock-index.ts';
import { type Below, OrderSearch, type SearchBounds, type Witness } from './order-search.ts';
import type { RuleSet } from './rules/index.ts';

/** An order whose two locks are taken in different functions. */
export interface CalledOrder {
  readonly held: number;
  readonly taken: number;
  /** Calls between the two on the cheapest way. */
  readonly calls: number;
  /** Places from which it is reached, as far as they were counted. */
  readonly ways: number;
  /** A function of the order and the line in it where it happens. */
  readonly fn: number;
  readonly line: number;
}

/** The orders of a lock class through calls; `leftOut` counts candidates that were not looked at. */
export interface OrdersThroughCalls {
  readonly below: readonly CalledOrder[];
  readonly above: readonly CalledOrder[];
  readonly leftOut: { readonly below: number; readonly above: number };
  readonly boundsHit: boolean;
}

/** A walk for a picture goes a few calls far. */
const NEAR: SearchBounds = { cost: 7, nodes: 400 };
/** Ways of one order that are looked at closely before it is not believed. */
const TRIED = 5;

/**
 * The classes that are taken, through calls, while one is held (at the place where they are taken), and those that are
 * held while it is (at the place where they are held). Each is followed to a possible path; at most `limit` each way.
 *
 * @example
 * const { below } = ordersThroughCalls(index, rules, index.locks.find('device.mutex'), () => false, 40);
 */
export function ordersThroughCalls(
  index: LockIndex,
  rules: RuleSet,
  lock: number,
  isKnown: (held: number, taken: number) => boolean,
  limit: number,
): OrdersThroughCalls {
  const search = new OrderSearch(index, rules);
  const above = [...search.heldAbove(lock)]
    .filter(([held, { links }]) => held !== lock && links.length > 0 && !isKnown(held, lock))
    .sort(([, x], [, y]) => x.cost - y.cost || x.held.lock - y.held.lock);
  const below = [...search.takenUnder(lock)]
    .filter(([taken, { from }]) => taken !== lock && from.size > 0 && !isKnown(lock, taken))
    .sort(([a, x], [b, y]) => x.cost - y.cost || a - b);
  return {
    above: above.slice(0, limit).flatMap(([held]) => {
      const ways = search.paths(held, lock);
      const first = ways[0];
      return first ? [calledOrder(first, ways.length)] : [];
    }),
    below: below
      .slice(0, limit)
      .filter(([taken]) => search.exists(lock, taken))
      .map(([taken, where]) => {
        const calls = callsTo(where);
        return { held: lock, taken, calls, ways: 1, fn: where.fn, line: where.taken.line };
      }),
    leftOut: { above: Math.max(0, above.length - limit), below: Math.max(0, below.length - limit) },
    boundsHit: search.boundsHit,
  };
}

/**
 * The orders through calls whose both ends are in some functions, a few calls apart, for the `most` classes that are taken
 * there most often.
 *
 * @example
 * const { orders } = ordersInside(index, rules, (fn) => index.tree.symbols.t.fnFile.at(fn) === file, 100);
 */
export function ordersInside(
  index: LockIndex,
  rules: RuleSet,
  isInside: (fn: number) => boolean,
  most: number,
): { orders: CalledOrder[]; leftOut: number } {
  const search = new OrderSearch(index, rules);
  const classes: { lock: number; fns: readonly number[] }[] = [];
  for (let lock = 0; lock < index.locks.size; lock++) {
    const fns = index.locks.isClass(lock) ? index.acquirersOf(lock).filter(isInside) : [];
    if (fns.length > 0) classes.push({ lock, fns });
  }
  classes.sort((a, b) => b.fns.length - a.fns.length || a.lock - b.lock);
  const orders = classes.slice(0, most).flatMap(({ lock, fns }) => {
    const starts = fns.flatMap((fn) =>
      index.summaryOf(fn).acquisitions.flatMap((taken) => (taken.lock === lock && !taken.tries ? [{ fn, taken }] : [])),
    );
    const found = new Map<number, { holders: Set<number>; ways: Witness[] }>();
    search.upward(starts, NEAR, (witness) => {
      const { held, holder, links } = witness;
      if (links.length === 0 || held.lock === lock || !isInside(holder)) return true;
      const known = found.get(held.lock) ?? { holders: new Set(), ways: [] };
      found.set(held.lock, known);
      known.holders.add(holder);
      if (known.ways.length < TRIED) known.ways.push(witness);
      return true;
    });
    return [...found.values()].flatMap(({ holders, ways }) => {
      const first = search.possible(ways)[0];
      return first ? [calledOrder(first, holders.size)] : [];
    });
  });
  return { orders, leftOut: Math.max(0, classes.length - most) };
}

function calledOrder({ held, taken, holder, links }: Witness, ways: number): CalledOrder {
  const line = links[0]?.line ?? taken.line;
  return { held: held.lock, taken: taken.lock, calls: links.length, ways, fn: holder, line };
}

/** Calls on the way down to where a lock is taken. */
function callsTo({ fn, from }: Below): number {
  let calls = 1;
  for (let at = from.get(fn)?.caller ?? -1; at >= 0 && calls < from.size; at = from.get(at)?.caller ?? -1) calls++;
  return calls;
}
