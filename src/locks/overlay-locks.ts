import type { OverlayIndex } from '../tree/index.ts';
import { FunctionAnalysis } from './function-analysis.ts';
import { halved } from './half-pairs.ts';
import type { LockIndex } from './lock-index.ts';
import { isOpaque } from './opaque-paths.ts';
import { type OrderSites, replaceOrders } from './order-sites.ts';
import { overlayCallbacks } from './overlay-callbacks.ts';
import type { RuleSet } from './rules/index.ts';
import { CHANGES, EFFECT, type Effect, EMPTY_SUMMARY, type Summary, sameEffects } from './summary.ts';

/** Rounds in which net effects may travel from callee to caller; what still changes then is unsettled. */
const ROUNDS = 12;
/** Callers analysed again because a callee's net effect changed, before the rest is left as it was (and said). */
const CALLERS = 3000;

/** Lock summaries of a patched tree: those of the base, with the touched functions and whom they concern analysed anew. */
export interface OverlayLocks extends LockIndex {
  readonly base: LockIndex;
  /** The tree under all overlays, and the summaries that it does not have. */
  readonly ground: LockIndex;
  readonly own: ReadonlyMap<number, Summary>;
  /** Functions whose summary was worked out again. */
  readonly changed: ReadonlySet<number>;
  /** Callers of changed wrappers that were not analysed again because there were too many. */
  readonly skippedCallers: number;
}

/** Works out the lock summaries of an overlay; the cost is that of the changed functions and of callers of changed wrappers. */
export function overlayLocks(base: LockIndex, tree: OverlayIndex, rules: RuleSet): OverlayLocks {
  const { symbols, graph } = tree;
  const own = new Map<number, Summary>();
  // one look for all overlays that lie on each other: summaries are asked for by the ten thousand
  const below = (base as Partial<OverlayLocks>).own ?? new Map<number, Summary>();
  const all = new Map(below);
  const ground = (base as Partial<OverlayLocks>).ground ?? base;
  const note = (fn: number, summary: Summary): void => {
    own.set(fn, summary);
    all.set(fn, summary);
  };
  const summaryOf = (fn: number): Summary => all.get(fn) ?? ground.summaryOf(fn);
  for (const fn of tree.removed) note(fn, EMPTY_SUMMARY);
  const { runsIn, callbacksIn, moved } = overlayCallbacks(base, tree, rules);
  const analysis = new FunctionAnalysis(tree, rules, base.locks, (fn) => summaryOf(fn).effects, runsIn);
  let pending = new Set([...tree.touched, ...moved]);
  let skippedCallers = 0;
  const changes = new Map<number, number>();
  for (let round = 1; pending.size > 0; round++) {
    const next = new Set<number>();
    for (const fn of [...pending].sort((a, b) => a - b)) {
      const fileId = symbols.t.fnFile.at(fn);
      const file = tree.source(fileId);
      if (!file || isOpaque(rules, symbols.path(fileId))) continue;
      const { effects: before, unsettled } = summaryOf(fn);
      let summary = stillHalf(analysis.analyse(file, symbols.t.fnLocal.at(fn)), before);
      if (unsettled) summary = { ...summary, effects: [], unsettled };
      note(fn, summary);
      if (sameEffects(before, summary.effects)) continue;
      const count = (changes.get(fn) ?? 0) + 1;
      changes.set(fn, count);
      if (count > CHANGES || round >= ROUNDS) note(fn, { ...summary, effects: [], unsettled: true });
      for (const caller of graph.callersOf(fn)) {
        if (next.size < CALLERS) next.add(caller);
        else skippedCallers++;
      }
    }
    pending = next;
  }

  const acquirers = new Map<number, number[]>();
  const holders = new Map<number, number[]>();
  const add = (map: Map<number, number[]>, lock: number, fn: number): void => {
    const list = map.get(lock);
    if (!list) map.set(lock, [fn]);
    else if (list[list.length - 1] !== fn) list.push(fn);
  };
  for (const [fn, summary] of own) {
    for (const a of summary.acquisitions) {
      add(acquirers, a.lock, fn);
      for (const h of a.held) add(holders, h.lock, fn);
    }
    for (const call of summary.calls) for (const h of call.held) add(holders, h.lock, fn);
  }
  const merged = (
    lock: number,
    of: (lock: number) => readonly number[],
    more: Map<number, number[]>,
  ): readonly number[] => [...of(lock).filter((fn) => !own.has(fn)), ...(more.get(lock) ?? [])];
  let orders: OrderSites | null = null;
  return {
    base,
    ground,
    own: all,
    tree,
    locks: base.locks,
    get orders() {
      orders ??= replaceOrders(base.orders, own, base.locks);
      return orders;
    },
    lockSites: base.lockSites,
    contexts: base.contexts,
    summaryOf,
    runsIn,
    callbacksIn,
    skippedCallers,
    changed: new Set(own.keys()),
    acquirersOf: (lock) => merged(lock, base.acquirersOf, acquirers),
    holdersOf: (lock) => merged(lock, base.holdersOf, holders),
  };
}

/** What was half a pair before is one still: the other half is no better known now. */
function stillHalf(summary: Summary, before: readonly Effect[]): Summary {
  const isHalf = (effect: Effect): boolean =>
    effect.kind === EFFECT.RELEASE &&
    before.some(
      (was) => was.kind === EFFECT.MAY_RELEASE && was.lock === effect.lock && was.instance === effect.instance,
    );
  return summary.effects.some(isHalf)
    ? { ...summary, effects: summary.effects.flatMap((effect) => (isHalf(effect) ? halved([effect]) : [effect])) }
    : summary;
}
