import type { LockIndex } from './lock-index.ts';
import { DOWNWARD, type OrderSearch, UPWARD, type Witness } from './order-search.ts';
import type { Acquisition, Summary } from './summary.ts';

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
/** How far above a new call held locks are looked for to which it may come back, and how many. */
const NEAR = { cost: 4, nodes: 300 };
const HELD_ABOVE = 6;

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

    const newlyUnder = new Map<number, Set<number>>();
    const callsBefore = new Set<string>();
    for (const call of before.calls) for (const h of call.held) callsBefore.add(`${h.lock}|${call.callee}`);
    for (const call of after.calls) {
      for (const h of call.held) {
        if (!locks.isClass(h.lock) || callsBefore.has(`${h.lock}|${call.callee}`)) continue;
        newlyUnder.set(call.callee, (newlyUnder.get(call.callee) ?? new Set()).add(h.lock));
        for (const end of search.takenBelow([{ word: call.callee, cost: 0 }], DOWNWARD).values()) {
          const links = search.route({ callee: -1, word: call.callee, line: call.line }, end);
          if (end.taken.dropped.includes(h.lock) || isDroppedOnTheWay(now, links, h.lock)) continue;
          note({ held: h, holder: fn, links, taken: end.taken, together: call.held, cost: end.cost });
        }
      }
    }

    // a lock of the caller that was let go around a call, and is no more
    for (const { word, line, freed } of noLongerDropped(before, after, now, fn)) {
      const ends = [...search.takenBelow([{ word, cost: 0 }], CALL_BOUNDS).values()];
      if (ends.length === 0) continue;
      const pseudo: Acquisition = { ...(ends[0] as { taken: Acquisition }).taken, held: [], dropped: [], tries: false };
      search.upward([{ fn, taken: pseudo }], UPWARD, (witness) => {
        if (!freed.includes(witness.held.lock)) return true;
        for (const end of ends) {
          const links = [...witness.links, ...search.route({ callee: -1, word, line }, end)];
          note({ ...witness, links, taken: end.taken, cost: witness.cost + end.cost });
        }
        return true;
      });
    }

    // a function pointer that now leads here, though the function is as it was
    const slots = now.tree.graph.slotsOf(fn).filter((slot) => !old.tree.graph.slotsOf(fn).includes(slot));
    if (slots.length > 0) throughSlots(search, fn, new Set(slots.map((slot) => ~slot)), after.acquisitions, note);

    const known = new Set(old.tree.graph.calleesOf(fn));
    const lines = now.tree.graph.calleeLinesOf(fn);
    const added = Array.from(now.tree.graph.calleesOf(fn))
      .map((word, i) => ({ word, line: lines[i] as number }))
      .filter(({ word }) => !known.has(word));
    if (added.length > 0 || newlyUnder.size > 0)
      backToHeld(search, fn, new Set(added.map(({ word }) => word)), newlyUnder, note);
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

/** Calls around which a lock of the caller was let go in the older function, and is not in the newer one. */
function noLongerDropped(
  before: Summary,
  after: Summary,
  now: LockIndex,
  fn: number,
): { word: number; line: number; freed: number[] }[] {
  const dropping = (summary: Summary): Map<number, number[]> => {
    const by = new Map<number, number[]>();
    for (const call of summary.calls) {
      const known = by.get(call.callee);
      by.set(call.callee, known ? known.filter((lock) => call.dropped.includes(lock)) : [...call.dropped]);
    }
    return by;
  };
  const was = dropping(before);
  const is = dropping(after);
  const { graph } = now.tree;
  const callees = Array.from(graph.calleesOf(fn));
  return callees.flatMap((word, i) => {
    const freed = (was.get(word) ?? []).filter((lock) => !is.get(word)?.includes(lock));
    return freed.length > 0 ? [{ word, line: graph.calleeLinesOf(fn)[i] as number, freed }] : [];
  });
}

/** Orders by way of slots that a function was put into: what their callers hold, and what is taken from it on. */
function throughSlots(
  search: OrderSearch,
  fn: number,
  words: ReadonlySet<number>,
  own: readonly Acquisition[],
  note: (witness: Witness) => void,
): void {
  const ends: { taken: Acquisition; links: Witness['links']; cost: number }[] = own
    .filter((taken) => !taken.tries && search.index.locks.isClass(taken.lock))
    .map((taken) => ({ taken, links: [], cost: 0 }));
  for (const word of search.index.tree.graph.calleesOf(fn))
    for (const end of search.takenBelow([{ word, cost: 0 }], CALL_BOUNDS).values())
      ends.push({ taken: end.taken, links: search.route({ callee: -1, word, line: 0 }, end), cost: end.cost });
  const [first] = ends;
  if (!first) return;
  search.upward([{ fn, taken: { ...first.taken, held: [], dropped: [], tries: false } }], UPWARD, (witness) => {
    if (!words.has(witness.links.at(-1)?.word ?? 0)) return true;
    for (const end of ends)
      note({ ...witness, links: [...witness.links, ...end.links], taken: end.taken, cost: witness.cost + end.cost });
    return true;
  });
}

/**
 * Ways by which a new call comes back to a lock that is held above it, and an old one to a lock that is held there now:
 * they may pass slots too wide to be walked forward. `newlyUnder` gives the locks that are new at a call.
 */
function backToHeld(
  search: OrderSearch,
  fn: number,
  added: ReadonlySet<number>,
  newlyUnder: ReadonlyMap<number, ReadonlySet<number>>,
  note: (witness: Witness) => void,
): void {
  const here = new Set<number>();
  for (const locks of newlyUnder.values()) for (const lock of locks) here.add(lock);
  for (const call of search.index.summaryOf(fn).calls)
    if (added.has(call.callee)) for (const held of call.held) here.add(held.lock);
  const above = new Set<number>(here);
  const [any] = search.index.summaryOf(fn).acquisitions;
  const blank = { lock: -1, instance: '', mode: 0, line: 0, via: -1, tries: false, reentrant: false, nested: false };
  if (added.size > 0)
    search.upward([{ fn, taken: { ...(any ?? blank), held: [], dropped: [], tries: false } }], NEAR, (witness) => {
      above.add(witness.held.lock);
      return above.size < HELD_ABOVE;
    });
  for (const lock of above) {
    if (!search.index.locks.isClass(lock)) continue;
    for (const witness of search.paths(lock, lock)) {
      const passes = witness.links.some(
        (link, i) =>
          (added.has(link.word) || newlyUnder.get(link.word)?.has(lock)) &&
          (i === 0 ? witness.holder : witness.links[i - 1]?.callee) === fn,
      );
      if (passes) note(witness);
    }
  }
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
