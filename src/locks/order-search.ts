import { FLAG } from '../csource/index.ts';
import type { OverlayIndex } from '../tree/index.ts';
import { ClimbTable, type Trail } from './climb-table.ts';
import { ForeignTargets } from './foreign-targets.ts';
import { CostHeap } from './heap.ts';
import type { LockIndex } from './lock-index.ts';
import { ObjectBinding } from './object-binding.ts';
import { isOpaque, opaqueFiles } from './opaque-paths.ts';
import type { RuleSet } from './rules/index.ts';
import type { Acquisition, Held, HeldCall } from './summary.ts';
import { callsTo, mayReenter, takenIn } from './summary-codec.ts';
import { isWaitClass } from './wait-classes.ts';

/** How one function of a chain reaches the next. */
export interface Link {
  /** The function that is reached. */
  readonly callee: number;
  /** Callee word of the graph: the function itself, or ~slot. */
  readonly word: number;
  /** Line of the call in the caller; 0 when it is not known. */
  readonly line: number;
}

/** A lock is held in `holder`, and from `line` on a chain of calls leads to where another is taken. */
export interface Witness {
  readonly held: Held;
  readonly holder: number;
  /** Calls from the holder on; empty when the holder itself takes the lock. */
  readonly links: readonly Link[];
  /** What is taken at the end, in the last function. */
  readonly taken: Acquisition;
  /** Everything held at that place in the holder. */
  readonly together: readonly Held[];
  readonly cost: number;
}

/** Bounds of one search. */
export interface SearchBounds {
  readonly cost: number;
  readonly nodes: number;
}

export const UPWARD: SearchBounds = { cost: 15.5, nodes: 15_000 };
export const DOWNWARD: SearchBounds = { cost: 12, nodes: 6_000 };
/** Witnesses of one pair that are looked at closely. */
const LOOKED_AT = 400;
/** New functions for which a table that was laid out for one tree serves those over it too. */
const SPARE = 1 << 12;
/** Slots with more targets than this are not walked forward. */
const FORWARD_TARGETS = 6;

/** A lock taken below some calls: where, and how each function on the way was reached (caller -1: from the start). */
export interface Below {
  readonly cost: number;
  readonly fn: number;
  readonly taken: Acquisition;
  readonly from: Map<number, { readonly caller: number; readonly word: number }>;
}

/** A place found on a walk upwards; its links are made of the walk's trail when they are asked for. */
interface Place {
  readonly held: Held;
  readonly holder: number;
  readonly taken: Acquisition;
  readonly together: readonly Held[];
  readonly cost: number;
  /** The row that the holder's call leads to, -1 where the holder itself takes the lock. */
  readonly row: number;
  readonly word: number;
  readonly line: number;
}

/** All places found on the walk up from the acquisitions of a lock, by what is held. */
interface Above {
  readonly places: ReadonlyMap<number, readonly Place[]>;
  readonly trail: Trail;
}

/** Finds how one lock comes to be taken while another is held, cheapest first, on demand. */
export class OrderSearch {
  readonly index: LockIndex;
  private readonly rules: RuleSet;
  private readonly closedNames: ReadonlySet<number>;
  /** Files that the analysis does not look into, as far as they are in the tree under all overlays. */
  private readonly opaqueFiles: Uint8Array;
  /** By function: 0 not asked yet, 1 open, 2 closed. */
  private readonly closedFunctions: Uint8Array;
  /** Knows of the functions that were not changed since. */
  private readonly like: OrderSearch | null;
  private readonly changed = new Set<number>();
  private readonly closedSlots = new Set<number>();
  private readonly proven = new Map<string, readonly Witness[]>();
  private readonly binding: ObjectBinding;
  private readonly foreign: ForeignTargets;
  private readonly above = new Map<number, Above>();
  private readonly table: ClimbTable;
  /** Whether any search ended at a bound rather than at the end of what it could reach. */
  boundsHit = false;
  /** Whether a search for an order met too many functions before it was as far as it looks. */
  cutShort = false;

  /** `like`: a search in a tree that this one is laid over, which knows the files of both. */
  constructor(index: LockIndex, rules: RuleSet, like?: OrderSearch) {
    this.index = index;
    this.rules = rules;
    this.like = like ?? null;
    for (let tree: Partial<OverlayIndex> = index.tree; like && tree.base && tree !== like.index.tree; tree = tree.base)
      for (const fns of [tree.touched ?? [], tree.removed ?? []]) for (const fn of fns) this.changed.add(fn);
    this.opaqueFiles = like?.opaqueFiles ?? opaqueFiles(index.tree, rules);
    this.binding = new ObjectBinding(index);
    this.foreign = new ForeignTargets(index);
    const { names } = index.tree.symbols;
    const closed = new Set<number>();
    for (const name of [...rules.hubs.keys(), ...rules.noReturn]) closed.add(names.find(name));
    closed.delete(-1);
    this.closedNames = closed;
    this.closedFunctions = new Uint8Array(index.tree.symbols.functionCount);
    const own = !like || like.table.functions < index.tree.symbols.functionCount;
    this.table = own ? new ClimbTable(index.tree.symbols.functionCount + SPARE) : like.table;
    // what runs in a context of its own is not called by who triggers it
    for (const rule of rules.slots.values()) {
      if (!rule.unbound && (rule.context === null || rule.context === 'process')) continue;
      const dot = rule.slot.indexOf('.');
      const tag = names.find(rule.slot.slice(0, dot));
      const field = names.find(rule.slot.slice(dot + 1));
      const slot = tag < 0 || field < 0 ? -1 : index.tree.graph.findSlot(tag, field);
      if (slot >= 0) this.closedSlots.add(slot);
    }
  }

  /** Whether a class is something that is waited for rather than held. */
  isWait(lock: number): boolean {
    return isWaitClass(this.index.locks.text(lock), this.rules);
  }

  /** Slots whose targets run in a context of their own, or for objects of their own only. */
  isClosedSlot(slot: number): boolean {
    return this.closedSlots.has(slot);
  }

  /** Functions that no chain passes: hubs, and files the analysis does not look into. */
  isClosed(fn: number): boolean {
    const { like } = this;
    if (like && fn < like.closedFunctions.length && !this.changed.has(fn)) return like.isClosed(fn);
    const known = this.closedFunctions[fn];
    if (known) return known === 2;
    const closed = this.findClosed(fn);
    if (fn < this.closedFunctions.length) this.closedFunctions[fn] = closed ? 2 : 1;
    return closed;
  }

  private findClosed(fn: number): boolean {
    const { symbols } = this.index.tree;
    if (this.closedNames.has(symbols.t.fnName.at(fn))) return true;
    const file = symbols.t.fnFile.at(fn);
    if (symbols.gone.has(file)) return true;
    const opaque = this.opaqueFiles[file];
    return opaque === undefined ? isOpaque(this.rules, symbols.path(file)) : opaque === 1;
  }

  /**
   * Walks from acquisitions up through the callers; calls `found` for every place on the way where a lock is held, the
   * cheapest first; only for `wanted` when that is a lock. `found` returns false to end the search.
   */
  upward(
    starts: readonly { fn: number; taken: Acquisition }[],
    bounds: SearchBounds,
    found: (witness: Witness) => boolean,
    wanted = -1,
  ): void {
    const table = this.table.busy ? new ClimbTable(this.table.functions) : this.table;
    this.climb(table, starts, bounds, wanted, (place) => found(this.witness(place, table)));
  }

  private climb(
    table: ClimbTable,
    starts: readonly { fn: number; taken: Acquisition }[],
    bounds: SearchBounds,
    wanted: number,
    found: (place: Place) => boolean,
  ): void {
    table.busy = true;
    try {
      this.climbOn(table, starts, bounds, wanted, found);
    } finally {
      table.busy = false;
    }
  }

  private climbOn(
    table: ClimbTable,
    starts: readonly { fn: number; taken: Acquisition }[],
    bounds: SearchBounds,
    wanted: number,
    found: (place: Place) => boolean,
  ): void {
    const { locks, summaryOf } = this.index;
    const { graph } = this.index.tree;
    const isWanted = (lock: number): boolean => (wanted < 0 ? locks.isClass(lock) : lock === wanted);
    const heap = new CostHeap();
    table.count = 0;
    for (const { fn, taken } of starts) {
      if (taken.tries || this.isClosed(fn)) continue;
      for (const held of taken.held) {
        if (!isWanted(held.lock)) continue;
        if (!found({ held, holder: fn, taken, together: taken.held, cost: 0, row: -1, word: 0, line: 0 })) return;
      }
      const known = table.find(fn);
      if (known >= 0 && taken.dropped.length >= (table.dropped[known] as readonly number[]).length) continue;
      const row = known >= 0 ? known : table.add(fn);
      table.costs[row] = 0;
      table.below[row] = -1;
      table.taken[row] = taken;
      table.dropped[row] = taken.dropped;
    }
    for (let row = 0; row < table.count; row++) heap.push(0, table.fns[row] as number);
    let done = 0;
    while (heap.size > 0) {
      const fn = heap.take();
      const row = table.find(fn);
      if (table.done[row] === 1) continue;
      table.done[row] = 1;
      const nodeCost = table.costs[row] as number;
      if (++done > bounds.nodes || nodeCost > bounds.cost) {
        this.boundsHit = true;
        if (done > bounds.nodes && bounds === UPWARD) this.cutShort = true;
        return;
      }
      const taken = table.taken[row] as Acquisition;
      const dropped = table.dropped[row] as readonly number[];
      const slots = graph.slotsOf(fn);
      for (let s = -1; s < slots.length; s++) {
        const slot = s < 0 ? -1 : (slots[s] as number);
        if (s >= 0 && this.closedSlots.has(slot)) continue;
        const word = s < 0 ? fn : ~slot;
        const callers = graph.callersOf(word);
        if (callers.length === 0) continue;
        const viaParameter = s >= 0 && graph.slotTag.at(slot) < 0;
        const cost = nodeCost + (s >= 0 ? 2.5 + Math.log2(1 + callers.length) : this.callCost(fn));
        for (let c = 0; c < callers.length; c++) {
          const caller = callers[c] as number;
          if (caller === fn || this.isClosed(caller)) continue;
          const summary = summaryOf(caller);
          let letGo = dropped;
          let line = 0;
          const calls = callsTo(summary, word);
          for (let i = 0; i < calls.length; i++) {
            const call = calls[i] as HeldCall;
            line = call.line;
            for (const held of call.held) {
              if (!isWanted(held.lock) || dropped.includes(held.lock)) continue;
              // who has it already does not wait for it
              if (held.lock !== taken.lock && isHadAlready(call.held, taken)) continue;
              if (!found({ held, holder: caller, taken, together: call.held, cost, row, word, line })) return;
            }
            if (call.dropped.length > 0) letGo = [...new Set([...letGo, ...call.dropped])];
          }
          if (viaParameter) continue; // the function that passes the callback calls it: walked there
          // who says of itself that it has the lock tells all above it the same
          if (calls.length > 0 && calls.every((call) => isSaidToBeHad(call.held, taken))) continue;
          const known = table.find(caller);
          if (known >= 0 && ((table.costs[known] as number) <= cost || table.done[known] === 1)) continue;
          const here = known >= 0 ? known : table.add(caller);
          table.costs[here] = cost;
          table.below[here] = row;
          table.words[here] = word;
          table.lines[here] = line;
          table.taken[here] = mayReenter(summary, taken.lock) ? { ...taken, reentrant: true } : taken;
          table.dropped[here] = letGo;
          heap.push(cost, caller);
        }
      }
    }
  }

  private callCost(fn: number): number {
    return (this.index.tree.symbols.t.fnFlags.at(fn) & FLAG.MACRO) !== 0 ? 0.3 : 1;
  }

  private linksOf({ row: first, word, line }: Place, trail: Trail): Link[] {
    const links: Link[] = [];
    if (first < 0) return links;
    const { fns, below, words, lines } = trail;
    links.push({ callee: fns[first] as number, word, line });
    for (let row = first, next = below[row] as number; next >= 0; row = next, next = below[row] as number) {
      const via = words[row] as number;
      links.push({ callee: fns[next] as number, word: via, line: lines[row] || this.lineOf(fns[row] as number, via) });
    }
    return links;
  }

  private lineOf(caller: number, word: number): number {
    const at = this.index.tree.graph.calleesOf(caller).indexOf(word);
    return at < 0 ? 0 : (this.index.tree.graph.calleeLinesOf(caller)[at] as number);
  }

  /** The places where a lock is taken. */
  acquisitionsOf(lock: number): { fn: number; taken: Acquisition }[] {
    return this.index.acquirersOf(lock).flatMap((fn) =>
      this.index
        .summaryOf(fn)
        .acquisitions.filter((taken) => taken.lock === lock && !taken.tries)
        .map((taken) => ({ fn, taken })),
    );
  }

  /** All ways in which `taken` comes to be taken while `held` is held, cheapest first, one for each place of holding. */
  paths(held: number, taken: number): readonly Witness[] {
    const key = `${held}|${taken}`;
    let known = this.proven.get(key);
    if (!known) {
      const { places, trail } = this.allAbove(taken);
      known = this.possible((places.get(held) ?? []).slice(0, LOOKED_AT).map((place) => this.witness(place, trail)));
      this.proven.set(key, known);
    }
    return known;
  }

  /** Those witnesses whose indirect calls can be for the object that they pass. */
  possible(witnesses: readonly Witness[]): Witness[] {
    return witnesses
      .slice(0, LOOKED_AT)
      .filter(
        (witness) =>
          (witness.held.lock === witness.taken.lock || !isHadAlready(witness.together, witness.taken)) &&
          !this.foreign.isForeign(witness) &&
          this.binding.isPossible(witness),
      );
  }

  /** Locks held above the acquisitions of a lock, each with its cheapest witness. */
  heldAbove(lock: number): Map<number, Witness> {
    const { places, trail } = this.allAbove(lock);
    return new Map([...places].map(([held, list]) => [held, this.witness(list[0] as Place, trail)]));
  }

  private witness(place: Place, trail: Trail): Witness {
    const { held, holder, taken, together, cost } = place;
    return { held, holder, links: this.linksOf(place, trail), taken, together, cost };
  }

  /** Whether `paths` has any; most of the time the first that is found says so, and the walk ends there. */
  exists(held: number, taken: number): boolean {
    if (this.above.has(taken)) return this.paths(held, taken).length > 0;
    const seen = new Set<string>();
    let exists = false;
    const found = (witness: Witness): boolean => {
      const key = keyOf(witness);
      if (seen.has(key)) return true;
      seen.add(key);
      exists = this.binding.isPossible(witness);
      return !exists;
    };
    this.upward(this.acquisitionsOf(taken), UPWARD, found, held);
    return exists;
  }

  /** Everything found on one walk up from the acquisitions of a lock; walked once for each lock. */
  private allAbove(taken: number): Above {
    let all = this.above.get(taken);
    if (!all) {
      const byKey = new Map<string, Place>();
      const table = this.table.busy ? new ClimbTable(this.table.functions) : this.table;
      this.climb(table, this.acquisitionsOf(taken), UPWARD, -1, (place) => {
        const key = `${place.held.lock}|${place.holder}|${place.row < 0 ? place.taken.via : place.word}`;
        const known = byKey.get(key);
        if (!known || place.cost < known.cost) byKey.set(key, place);
        return true;
      });
      const places = new Map<number, Place[]>();
      for (const place of byKey.values()) {
        const list = places.get(place.held.lock);
        if (list) list.push(place);
        else places.set(place.held.lock, [place]);
      }
      for (const list of places.values()) list.sort((x, y) => x.cost - y.cost || x.holder - y.holder);
      all = { places, trail: table.trail() };
      this.above.set(taken, all);
    }
    return all;
  }

  /** The links from a call to where a lock is taken below it. */
  route(first: Link, end: Below): Link[] {
    const links: Link[] = [];
    let fn = end.fn;
    for (;;) {
      const from = end.from.get(fn);
      if (!from || from.caller < 0) break;
      links.unshift({ callee: fn, word: from.word, line: this.lineOf(from.caller, from.word) });
      fn = from.caller;
    }
    links.unshift({ callee: fn, word: first.word, line: first.line });
    return links;
  }

  /** Locks taken from some callees on, each with its cost; slots are walked only where they have few targets. */
  takenBelow(starts: readonly { word: number; cost: number }[], bounds: SearchBounds = DOWNWARD): Map<number, Below> {
    const best = new Map<number, Below>();
    const from: Below['from'] = new Map();
    const costs = new Map<number, number>();
    const done = new Set<number>();
    const heap = new CostHeap();
    const { graph } = this.index.tree;
    const { locks, summaryOf } = this.index;
    const push = (fn: number, cost: number, caller: number, word: number): void => {
      if (done.has(fn) || this.isClosed(fn)) return;
      const known = costs.get(fn);
      if (known !== undefined && known <= cost) return;
      costs.set(fn, cost);
      from.set(fn, { caller, word });
      heap.push(cost, fn);
    };
    const reach = (word: number, cost: number, caller: number): void => {
      if (word >= 0) {
        push(word, cost + this.callCost(word), caller, word);
        return;
      }
      if (this.closedSlots.has(~word)) return;
      const targets = graph.targetsOf(~word);
      if (targets.length > FORWARD_TARGETS) return;
      for (const fn of targets) push(fn, cost + 2.5 + Math.log2(1 + targets.length), caller, word);
    };
    for (const { word, cost } of starts) reach(word, cost, -1);
    while (heap.size > 0) {
      const fn = heap.take();
      if (done.has(fn)) continue;
      done.add(fn);
      const cost = costs.get(fn) as number;
      if (done.size > bounds.nodes || cost > bounds.cost) {
        this.boundsHit = true;
        if (done.size > bounds.nodes && bounds === DOWNWARD) this.cutShort = true;
        break;
      }
      const isNew = (lock: number): boolean =>
        locks.isClass(lock) && !((best.get(lock)?.cost ?? Number.POSITIVE_INFINITY) <= cost);
      for (const taken of takenIn(summaryOf(fn), isNew)) {
        if (!isNew(taken.lock)) continue;
        const again = taken.reentrant || this.isWithinReentrant(fn, taken.lock, from);
        best.set(taken.lock, { cost, fn, taken: again ? { ...taken, reentrant: true } : taken, from });
      }
      const callees = graph.calleesOf(fn);
      for (let i = 0; i < callees.length; i++) reach(callees[i] as number, cost, fn);
    }
    return best;
  }

  /** Whether a function was reached through a wrapper that the owner of the lock may enter again. */
  private isWithinReentrant(fn: number, lock: number, from: Below['from']): boolean {
    for (let at = from.get(fn)?.caller ?? -1; at >= 0; at = from.get(at)?.caller ?? -1) {
      if (this.index.summaryOf(at).effects.some((effect) => effect.reentrant && effect.lock === lock)) return true;
    }
    return false;
  }

  /** Locks taken, directly or below, while `lock` is held. */
  takenUnder(lock: number, bounds: SearchBounds = DOWNWARD): Map<number, Below> {
    const starts: { word: number; cost: number }[] = [];
    const best = new Map<number, Below>();
    for (const fn of this.index.holdersOf(lock)) {
      if (this.isClosed(fn)) continue;
      const summary = this.index.summaryOf(fn);
      for (const taken of summary.acquisitions) {
        if (!taken.tries && this.index.locks.isClass(taken.lock) && taken.held.some((held) => held.lock === lock))
          best.set(taken.lock, { cost: 0, fn, taken, from: new Map() });
      }
      for (const call of summary.calls)
        if (call.held.some((held) => held.lock === lock)) starts.push({ word: call.callee, cost: 0 });
    }
    for (const [taken, where] of this.takenBelow(starts, bounds)) if (!best.has(taken)) best.set(taken, where);
    return best;
  }
}

/** Of the ways through one call of one holder the cheapest stands for all. */
function keyOf(witness: Witness): string {
  return `${witness.held.lock}|${witness.holder}|${witness.links[0]?.word ?? witness.taken.via}`;
}

/** Whether a lock of which there is one in the whole system is held already. */
function isHadAlready(held: readonly Held[], { lock, instance }: Acquisition): boolean {
  return instance.startsWith(':') && held.some((one) => one.lock === lock && one.instance === instance);
}

/** The same, as the function says of its callers. */
function isSaidToBeHad(held: readonly Held[], { lock, instance }: Acquisition): boolean {
  return instance.startsWith(':') && held.some((one) => one.entry && one.lock === lock && one.instance === instance);
}
