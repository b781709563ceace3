import type { LockIndex } from './lock-index.ts';
import { DOWNWARD, type OrderSearch, UPWARD, type Witness } from './order-search.ts';
import type { Acquisition } from './summary.ts';

/** A way to take `taken` while `held` is held that one tree has and the other has not. */
export interface OrderChange {
  readonly held: number;
  readonly taken: number;
  readonly witnesses: Witness[];
}

/** Witnesses kept for one changed pair. */
const WITNESSES = 240;
/** What a new call may reach before it is taken for a way to everywhere. */
const CALL_BOUNDS = { cost: 8, nodes: 1500 };

/**
 * The orders that are new in `now` compared with `old`, as far as they pass one of the functions `fns`: taken under a lock
 * held there or above. The same question with the trees exchanged gives the orders that are gone.
 */
export function orderChanges(
  old: LockIndex,
  now: LockIndex,
  search: OrderSearch,
  fns: Iterable<number>,
): OrderChange[] {
  const changes = new Map<string, OrderChange>();
  const note = (witness: Witness): void => {
    const key = `${witness.held.lock}|${witness.taken.lock}`;
    let change = changes.get(key);
    if (!change) {
      change = { held: witness.held.lock, taken: witness.taken.lock, witnesses: [] };
      changes.set(key, change);
    }
    if (change.witnesses.length >= WITNESSES) return;
    if (
      change.witnesses.some(
        (known) =>
          known.holder === witness.holder &&
          known.links[0]?.word === witness.links[0]?.word &&
          known.taken.line === witness.taken.line,
      )
    )
      return;
    change.witnesses.push(witness);
  };
  const { locks } = now;
  for (const fn of [...fns].sort((a, b) => a - b)) {
    if (search.isClosed(fn)) continue;
    const before = old.summaryOf(fn);
    const after = now.summaryOf(fn);
    const orders = new Set<string>();
    const takenBefore = new Set<string>();
    for (const a of before.acquisitions) {
      if (a.tries) continue;
      takenBefore.add(`${a.lock}|${a.dropped.length === 0}`);
      for (const h of a.held) orders.add(`${h.lock}|${a.lock}|${h.instance === a.instance}`);
    }
    const fresh: Acquisition[] = [];
    for (const a of after.acquisitions) {
      if (a.tries || !locks.isClass(a.lock)) continue;
      for (const h of a.held) {
        if (!locks.isClass(h.lock) || orders.has(`${h.lock}|${a.lock}|${h.instance === a.instance}`)) continue;
        note({ held: h, holder: fn, links: [], taken: a, together: a.held, cost: 0 });
      }
      if (!takenBefore.has(`${a.lock}|${a.dropped.length === 0}`)) fresh.push(a);
    }
    if (fresh.length > 0) above(search, fn, fresh, note);

    const callsBefore = new Set<string>();
    for (const call of before.calls) for (const h of call.held) callsBefore.add(`${h.lock}|${call.callee}`);
    for (const call of after.calls) {
      for (const h of call.held) {
        if (!locks.isClass(h.lock) || callsBefore.has(`${h.lock}|${call.callee}`)) continue;
        for (const end of search.takenBelow([{ word: call.callee, cost: 0 }], DOWNWARD).values()) {
          const links = search.route({ callee: -1, word: call.callee, line: call.line }, end);
          if (end.taken.dropped.includes(h.lock) || isDroppedOnTheWay(now, links, h.lock)) continue;
          note({ held: h, holder: fn, links, taken: end.taken, together: call.held, cost: end.cost });
        }
      }
    }

    const known = new Set(old.tree.graph.calleesOf(fn));
    const lines = now.tree.graph.calleeLinesOf(fn);
    const added = Array.from(now.tree.graph.calleesOf(fn))
      .map((word, i) => ({ word, line: lines[i] as number }))
      .filter(({ word }) => !known.has(word));
    if (added.length === 0) continue;
    const reached = search.takenBelow(
      [...known].map((word) => ({ word, cost: 0 })),
      CALL_BOUNDS,
    );
    const begins: { taken: Acquisition; links: Witness['links']; cost: number }[] = [];
    for (const { word, line } of added) {
      for (const [lock, end] of search.takenBelow([{ word, cost: 0 }], CALL_BOUNDS)) {
        if (reached.has(lock) || takenBefore.has(`${lock}|true`)) continue;
        begins.push({ taken: end.taken, links: search.route({ callee: -1, word, line }, end), cost: end.cost });
      }
    }
    if (begins.length === 0) continue;
    // one walk up serves all that the new calls reach
    const first = begins[0] as { taken: Acquisition };
    const pseudo: Acquisition = { ...first.taken, held: [], dropped: [], tries: false };
    search.upward([{ fn, taken: pseudo }], UPWARD, (witness) => {
      for (const begin of begins)
        note({
          ...witness,
          links: [...witness.links, ...begin.links],
          taken: begin.taken,
          cost: witness.cost + begin.cost,
        });
      return true;
    });
  }
  return [...changes.values()];
}

/** Whether a function of the chain lets go of the caller's lock before it calls on. */
function isDroppedOnTheWay(index: LockIndex, links: Witness['links'], lock: number): boolean {
  return links.some((link, i) => {
    const caller = links[i - 1]?.callee;
    if (caller === undefined) return false;
    const calls = index.summaryOf(caller).calls.filter((call) => call.callee === link.word);
    return calls.length > 0 && calls.every((call) => call.dropped.includes(lock));
  });
}

function above(search: OrderSearch, fn: number, fresh: readonly Acquisition[], note: (witness: Witness) => void): void {
  const byLock = new Map<number, Acquisition>();
  for (const a of fresh) if (!byLock.has(a.lock)) byLock.set(a.lock, a);
  const [first] = byLock.values();
  if (!first) return;
  // what is held above does not depend on which lock is taken here
  const seen: Witness[] = [];
  search.upward([{ fn, taken: { ...first, held: [] } }], UPWARD, (witness) => {
    seen.push(witness);
    return seen.length < 20_000;
  });
  for (const taken of byLock.values())
    for (const witness of seen) if (!taken.dropped.includes(witness.held.lock)) note({ ...witness, taken });
}
