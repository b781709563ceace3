import { FLAG } from '../csource/index.ts';
import { ForeignTargets } from './foreign-targets.ts';
import { CostHeap } from './heap.ts';
import type { LockIndex } from './lock-index.ts';
import { ObjectBinding } from './object-binding.ts';
import { isOpaque } from './opaque-paths.ts';
import type { RuleSet } from './rules/index.ts';
import type { Acquisition, Held } from './summary.ts';

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
/** Slots with more targets than this are not walked forward. */
const FORWARD_TARGETS = 6;

/** A lock taken below some calls: where, and how each function on the way was reached (caller -1: from the start). */
export interface Below {
  readonly cost: number;
  readonly fn: number;
  readonly taken: Acquisition;
  readonly from: Map<number, { readonly caller: number; readonly word: number }>;
}

interface Node {
  readonly fn: number;
  readonly cost: number;
  readonly taken: Acquisition;
  readonly link: Link | null;
  /** Locks of callers that are let go before the lock is taken. */
  readonly dropped: readonly number[];
}

/** Finds how one lock comes to be taken while another is held, cheapest first, on demand. */
export class OrderSearch {
  readonly index: LockIndex;
  private readonly rules: RuleSet;
  private readonly closedNames: ReadonlySet<number>;
  /** Files that the analysis does not look into, as far as they are in the first tree of several. */
  private readonly opaqueFiles: Map<number, boolean>;
  private readonly sharedFiles: number;
  /** By function: 0 not asked yet, 1 open, 2 closed. */
  private readonly closedFunctions: Uint8Array;
  private readonly closedSlots = new Set<number>();
  private readonly proven = new Map<string, readonly Witness[]>();
  private readonly binding: ObjectBinding;
  private readonly foreign: ForeignTargets;
  private readonly above = new Map<number, Map<number, Witness[]>>();
  /** Whether any search ended at a bound rather than at the end of what it could reach. */
  boundsHit = false;

  /** `like`: a search in a tree that this one is laid over, which knows the files of both. */
  constructor(index: LockIndex, rules: RuleSet, like?: OrderSearch) {
    this.index = index;
    this.rules = rules;
    this.opaqueFiles = like?.opaqueFiles ?? new Map();
    this.sharedFiles = like?.sharedFiles ?? index.tree.symbols.fileCount;
    this.binding = new ObjectBinding(index);
    this.foreign = new ForeignTargets(index);
    const { names } = index.tree.symbols;
    const closed = new Set<number>();
    for (const name of [...rules.hubs.keys(), ...rules.noReturn]) closed.add(names.find(name));
    closed.delete(-1);
    this.closedNames = closed;
    this.closedFunctions = new Uint8Array(index.tree.symbols.functionCount);
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

  /** Slots whose targets run in a context of their own, or for objects of their own only. */
  isClosedSlot(slot: number): boolean {
    return this.closedSlots.has(slot);
  }

  /** Functions that no chain passes: hubs, and files the analysis does not look into. */
  isClosed(fn: number): boolean {
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
    if (file >= this.sharedFiles) return isOpaque(this.rules, symbols.path(file));
    let opaque = this.opaqueFiles.get(file);
    if (opaque === undefined) {
      opaque = isOpaque(this.rules, symbols.path(file));
      this.opaqueFiles.set(file, opaque);
    }
    return opaque;
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
    const isWanted = (lock: number): boolean => (wanted < 0 ? this.index.locks.isClass(lock) : lock === wanted);
    const nodes = new Map<number, Node>();
    const done = new Set<number>();
    const heap = new CostHeap();
    for (const { fn, taken } of starts) {
      if (taken.tries || this.isClosed(fn)) continue;
      for (const held of taken.held)
        if (isWanted(held.lock) && !found({ held, holder: fn, links: [], taken, together: taken.held, cost: 0 }))
          return;
      const known = nodes.get(fn);
      if (!known || taken.dropped.length < known.dropped.length)
        nodes.set(fn, { fn, cost: 0, taken, link: null, dropped: taken.dropped });
    }
    for (const fn of nodes.keys()) heap.push(0, fn);
    const { graph, symbols } = this.index.tree;
    const { summaryOf } = this.index;
    while (heap.size > 0) {
      const top = heap.pop() as { cost: number; item: number };
      if (done.has(top.item)) continue;
      done.add(top.item);
      if (done.size > bounds.nodes || top.cost > bounds.cost) {
        this.boundsHit = true;
        return;
      }
      const node = nodes.get(top.item) as Node;
      const steps: { word: number; cost: number }[] = [
        { word: node.fn, cost: (symbols.t.fnFlags.at(node.fn) & FLAG.MACRO) !== 0 ? 0.3 : 1 },
      ];
      for (const slot of graph.slotsOf(node.fn)) if (!this.closedSlots.has(slot)) steps.push({ word: ~slot, cost: -1 });
      for (const step of steps) {
        const callers = graph.callersOf(step.word);
        const viaParameter = step.word < 0 && graph.slotTag.at(~step.word) < 0;
        const stepCost = step.cost >= 0 ? step.cost : 2.5 + Math.log2(1 + callers.length);
        for (const caller of callers) {
          if (caller === node.fn || this.isClosed(caller)) continue;
          const summary = summaryOf(caller);
          let dropped = node.dropped;
          let line = 0;
          for (const call of summary.calls) {
            if (call.callee !== step.word) continue;
            line = call.line;
            for (const held of call.held) {
              if (!isWanted(held.lock) || node.dropped.includes(held.lock)) continue;
              const witness: Witness = {
                held,
                holder: caller,
                links: this.linksFrom(nodes, { callee: node.fn, word: step.word, line: call.line }),
                taken: node.taken,
                together: call.held,
                cost: node.cost + stepCost,
              };
              if (!found(witness)) return;
            }
            if (call.dropped.length > 0) dropped = [...new Set([...dropped, ...call.dropped])];
          }
          const cost = node.cost + stepCost;
          if (viaParameter) continue; // the function that passes the callback calls it: walked there
          const known = nodes.get(caller);
          if (known && (known.cost <= cost || done.has(caller))) continue;
          const taken = summary.effects.some((effect) => effect.reentrant && effect.lock === node.taken.lock)
            ? { ...node.taken, reentrant: true }
            : node.taken;
          nodes.set(caller, {
            fn: caller,
            cost,
            taken,
            link: { callee: node.fn, word: step.word, line },
            dropped,
          });
          heap.push(cost, caller);
        }
      }
    }
  }

  private linksFrom(nodes: ReadonlyMap<number, Node>, first: Link): Link[] {
    const links = [first];
    for (let node = nodes.get(first.callee); node?.link; node = nodes.get(node.link.callee)) {
      const { callee, word, line } = node.link;
      links.push({ callee, word, line: line || this.lineOf(node.fn, word) });
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
      known = this.possible(this.allAbove(taken).get(held) ?? []);
      this.proven.set(key, known);
    }
    return known;
  }

  /** Those witnesses whose indirect calls can be for the object that they pass. */
  possible(witnesses: readonly Witness[]): Witness[] {
    return witnesses
      .slice(0, LOOKED_AT)
      .filter((witness) => !this.foreign.isForeign(witness) && this.binding.isPossible(witness));
  }

  /** Locks held above the acquisitions of a lock, each with its cheapest witness. */
  heldAbove(lock: number): Map<number, Witness> {
    return new Map([...this.allAbove(lock)].map(([held, list]) => [held, list[0] as Witness]));
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

  /** Everything found on one walk up from the acquisitions of a lock, by what is held; walked once for each lock. */
  private allAbove(taken: number): Map<number, Witness[]> {
    let all = this.above.get(taken);
    if (!all) {
      const byKey = new Map<string, Witness>();
      this.upward(this.acquisitionsOf(taken), UPWARD, (witness) => {
        const key = keyOf(witness);
        const known = byKey.get(key);
        if (!known || witness.cost < known.cost) byKey.set(key, witness);
        return true;
      });
      all = new Map();
      for (const witness of byKey.values()) {
        const list = all.get(witness.held.lock);
        if (list) list.push(witness);
        else all.set(witness.held.lock, [witness]);
      }
      for (const list of all.values()) list.sort((x, y) => x.cost - y.cost || x.holder - y.holder);
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
    const { graph, symbols } = this.index.tree;
    const reach = (word: number, cost: number, caller: number): void => {
      const push = (fn: number, at: number): void => {
        if (this.isClosed(fn) || done.has(fn)) return;
        const known = costs.get(fn);
        if (known !== undefined && known <= at) return;
        costs.set(fn, at);
        from.set(fn, { caller, word });
        heap.push(at, fn);
      };
      if (word >= 0) push(word, cost + ((symbols.t.fnFlags.at(word) & FLAG.MACRO) !== 0 ? 0.3 : 1));
      else {
        if (this.closedSlots.has(~word)) return;
        const targets = graph.targetsOf(~word);
        if (targets.length > FORWARD_TARGETS) return;
        for (const fn of targets) push(fn, cost + 2.5 + Math.log2(1 + targets.length));
      }
    };
    for (const { word, cost } of starts) reach(word, cost, -1);
    while (heap.size > 0) {
      const top = heap.pop() as { cost: number; item: number };
      if (done.has(top.item)) continue;
      done.add(top.item);
      if (done.size > bounds.nodes || top.cost > bounds.cost) {
        this.boundsHit = true;
        break;
      }
      for (const taken of this.index.summaryOf(top.item).acquisitions) {
        if (taken.tries || !this.index.locks.isClass(taken.lock)) continue;
        const known = best.get(taken.lock);
        if (known && known.cost <= top.cost) continue;
        const again = taken.reentrant || this.isWithinReentrant(top.item, taken.lock, from);
        best.set(taken.lock, {
          cost: top.cost,
          fn: top.item,
          taken: again ? { ...taken, reentrant: true } : taken,
          from,
        });
      }
      for (const word of graph.calleesOf(top.item)) reach(word, top.cost, top.item);
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
