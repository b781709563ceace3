import { confidenceOf, THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderVerdict } from './finding.ts';
import type { LockIndex } from './lock-index.ts';
import { cheapest, type LockPair } from './lock-pair.ts';
import type { OrderSearch, Witness } from './order-search.ts';
import { sitesOf } from './order-statistics.ts';
import type { RuleSet } from './rules/index.ts';
import { MODE } from './summary.ts';
import { PathWriter } from './witness-path.ts';

/** How far the two orders that close a ring may be away, each; what is farther joins all locks with all locks. */
const NEAR = { cost: 2.5, nodes: 1500 };
/** Changed orders that are asked for a ring, the cheapest first. */
const ORDERS = 8;
/** Third locks that are tried for one order. */
const THIRDS = 6;
/** What an order that changed may cost itself. */
const OWN_COST = 4;
/** A ring asks for three tasks that meet. */
const DOUBT = 0.08;

/** One order that a series changes: in which trees it is there, and how. */
interface ChangedOrder {
  readonly held: number;
  readonly taken: number;
  readonly witness: Witness;
  /** The tree in which the witness is. */
  readonly view: number;
}

/**
 * Cycles of three lock classes that the series closes or opens: it changes A→B, which nothing takes the other way round,
 * and the tree has B→X and X→A.
 */
export function judgeRings(
  pairs: readonly LockPair[],
  inverted: ReadonlySet<LockPair>,
  searches: readonly OrderSearch[],
  rules: RuleSet,
): CycleFinding[] {
  const orders = pairs.flatMap((pair) => (inverted.has(pair) ? [] : changedOrders(pair)));
  orders.sort(
    (x, y) =>
      x.witness.cost - y.witness.cost || x.held - y.held || x.taken - y.taken || x.witness.holder - y.witness.holder,
  );
  const near = new NearOrders();
  const findings: CycleFinding[] = [];
  for (const order of orders.slice(0, ORDERS)) {
    const finding = judgeRing(order, near, searches, rules);
    if (finding) findings.push(finding);
  }
  return findings;
}

/** Both directions of a pair, as far as they changed. */
function changedOrders(pair: LockPair): ChangedOrder[] {
  const best = new Map<number, ChangedOrder>();
  const offer = (list: readonly Witness[], view: number): void => {
    for (const witness of list) {
      if (witness.cost > OWN_COST) continue;
      const known = best.get(witness.held.lock);
      if (known && known.witness.cost <= witness.cost) continue;
      best.set(witness.held.lock, { held: witness.held.lock, taken: witness.taken.lock, witness, view });
    }
  };
  pair.added.forEach((list, i) => {
    if (cheapest(list) <= OWN_COST) offer(list, i + 1);
  });
  pair.gone.forEach((list, i) => {
    if (cheapest(list) <= OWN_COST) offer(list, i);
  });
  return [...best.values()];
}

function judgeRing(
  { held, taken, witness, view }: ChangedOrder,
  near: NearOrders,
  searches: readonly OrderSearch[],
  rules: RuleSet,
): CycleFinding | null {
  const search = searches[view] as OrderSearch;
  const { locks } = search.index;
  const text = (lock: number): string => locks.text(lock);
  const [first] = search.possible([witness]);
  if (!first || witness.cost > OWN_COST) return null;
  const there = searches.map((one) => one.exists(held, taken));
  const verdict = verdictOf(there);
  if (verdict === null) return null;
  const ring = near.closing(search, held, taken);
  if (!ring) return null;
  const third = ring.back.held.lock;
  const halves = [first, ring.on, ring.back];
  const confidence = Math.round(Math.max(0.05, confidenceOf(halves, search, rules) - DOUBT) * 100) / 100;
  const gate = gateOf(halves, search.index);
  const writer = new PathWriter(search);
  const patch = changeOf(there);
  return {
    kind: [held, taken, third].some((lock) => search.isWait(lock)) ? 'wait-under-lock' : 'abba',
    locks: [text(held), text(taken), text(third)],
    verdict: gate !== null && verdict === 'introduced' ? 'gated' : verdict,
    introducedBy: verdict === 'fixed' ? null : patch,
    fixedBy: verdict === 'introduced' ? null : verdict === 'fixed' ? patch : there.lastIndexOf(true) + 1,
    perPatch: [
      { patch, verdict, added: verdict === 'fixed' ? 0 : 1, closed: verdict === 'fixed' ? 1 : 0, remaining: 0 },
    ],
    paths: halves.map((half) => writer.write(half)),
    remaining: [],
    statistics: {
      forward: sitesOf(search.index, held, taken),
      reverse: sitesOf(search.index, taken, held),
      remaining: verdict === 'fixed' ? 0 : 1,
      closed: verdict === 'fixed' ? 1 : 0,
    },
    confidence,
    reported: confidence >= THRESHOLD,
    notes: [
      `three locks in a ring: ${text(held)}, ${text(taken)}, ${text(third)}`,
      ...(gate === null ? [] : [`all paths hold ${text(gate)}: this cannot deadlock, though lockdep would complain`]),
    ],
  };
}

/** What became of an order that was there in some trees; null when it was there before and is there after. */
function verdictOf(there: readonly boolean[]): OrderVerdict | null {
  const after = there.at(-1) as boolean;
  if (there[0]) return after ? null : 'fixed';
  return after ? 'introduced' : there.includes(true) ? 'transient' : null;
}

/** The first patch after which it is not as it was before the series. */
function changeOf(there: readonly boolean[]): number {
  return there.findIndex((now) => now !== there[0]);
}

/** A lock of which there is one, and that is held exclusively on all ways. */
function gateOf(halves: readonly Witness[], { locks }: LockIndex): number | null {
  const [first, ...others] = halves as [Witness, ...Witness[]];
  for (const { lock, instance, mode } of first.together) {
    if (mode !== MODE.EXCLUSIVE || !instance.startsWith(':') || !locks.isClass(lock)) continue;
    if (halves.some((half) => half.held.lock === lock || half.taken.lock === lock)) continue;
    const holds = (half: Witness): boolean =>
      half.together.some((one) => one.lock === lock && one.instance === instance && one.mode === MODE.EXCLUSIVE);
    if (others.every(holds)) return lock;
  }
  return null;
}

/** Orders near a lock, each looked for once. */
class NearOrders {
  private readonly above = new Map<OrderSearch, Map<number, Map<number, Witness>>>();

  /**
   * The cheapest two orders that lead from `taken` over a third lock back to `held`; null when none is near. Where two of the
   * three are taken both ways already, the ring is no news.
   */
  closing(search: OrderSearch, held: number, taken: number): { on: Witness; back: Witness } | null {
    const above = this.heldAbove(search, held);
    if (above.size === 0) return null;
    const below = search.takenUnder(taken, NEAR);
    const thirds = [...above]
      .filter(([third]) => third !== taken && third !== held && below.has(third))
      .map(([third, back]) => ({ third, back, cost: back.cost + (below.get(third) as { cost: number }).cost }))
      .sort((x, y) => x.cost - y.cost || x.third - y.third);
    for (const { third, back } of thirds.slice(0, THIRDS)) {
      const under = this.heldAbove(search, third);
      const on = under.get(taken);
      if (on && !under.has(held) && !this.heldAbove(search, taken).has(third)) return { on, back };
    }
    return null;
  }

  /** What is held not far above where a lock is taken, with the cheapest way that can be. */
  private heldAbove(search: OrderSearch, lock: number): Map<number, Witness> {
    let known = this.above.get(search);
    if (!known) {
      known = new Map();
      this.above.set(search, known);
    }
    let map = known.get(lock);
    if (!map) {
      const seen: Witness[] = [];
      search.upward(search.acquisitionsOf(lock), NEAR, (witness) => {
        if (seen.length < 2000) seen.push(witness);
        return true;
      });
      map = new Map();
      for (const witness of search.possible(seen.sort((x, y) => x.cost - y.cost || x.holder - y.holder)))
        if (!map.has(witness.held.lock) && !witness.taken.tries) map.set(witness.held.lock, witness);
      known.set(lock, map);
    }
    return map;
  }
}
