// One file, because the walk up, the walk down and the check of a whole chain share how arguments and drops are followed.
import { F, FLAG, VAR, X } from '../csource/index.ts';
import type { Scope } from '../tree/index.ts';
import { knownValue, truthOfValue } from './assumptions.ts';
import { ATOMIC_CONTEXTS, CallbackContexts, type Start } from './callback-contexts.ts';
import { type ContextView, ContextWalks, type Site, type SiteState } from './context-walk.ts';
import { CostHeap } from './heap.ts';
import type { Entry } from './held-sets.ts';
import type { LockIndex } from './lock-index.ts';
import { LockNature } from './lock-nature.ts';
import { LOCK_KIND } from './lock-table.ts';
import { ObjectBinding } from './object-binding.ts';
import type { Link, OrderSearch, Witness } from './order-search.ts';
import type { RuleSet } from './rules/index.ts';
import { EFFECT, WHEN } from './summary.ts';

/** What happens at the end of a chain, and for whom it matters: a parameter that must be true, or -1. */
export interface Event {
  readonly call: string;
  readonly lock: number;
  readonly parameter: number;
}

/** Tells what a call does that matters; null for nothing. */
export type Probe = (view: ContextView, site: Site) => Event | null;

/** What is looked for: events, and the causes under which they are hazards. */
export interface Sought {
  readonly probe: Probe;
  readonly isCause: (lock: number) => boolean;
  readonly isStart: (start: Start) => boolean;
  /** The event ends what its own function began: only what is held beside that is a cause. */
  readonly endsOwn: boolean;
}

/** What makes a context: something held at a place of the holder, or where the holder is started from. */
export interface Cause {
  readonly entry: Entry | null;
  readonly start: Start | null;
  /** The lock that was taken by the call that made the context (`spin_lock_irqsave()`): it says more. */
  readonly lock?: Entry | undefined;
}

/** A call chain: `sites[i]` is the call in `fns[i]` that leads to `fns[i + 1]`, the last one is the event. */
export interface Chain {
  readonly fns: readonly number[];
  readonly sites: readonly Site[];
  readonly cost: number;
}

export interface Hazard extends Chain {
  readonly cause: Cause;
  readonly event: Event;
}

const UP = { cost: 8.5, nodes: 220 };
const DOWN = { cost: 5.2, nodes: 160 };
/** What it costs to look above a place where a cause holds already. */
const HELD_HERE = 0.5;
/** Chains of one place that are shown. */
const FOUND = 3;
const FORWARD_TARGETS = 3;

/** Finds the contexts above a place and the events below it, cheapest first, on demand. */
export class ContextSearch {
  readonly index: LockIndex;
  readonly walks: ContextWalks;
  readonly contexts: CallbackContexts;
  readonly nature: LockNature;
  readonly orders: OrderSearch;
  private readonly binding: ObjectBinding;
  private readonly started = new Map<number, readonly Start[]>();
  boundsHit = false;

  /** `before` is the search of the tree that this one lies over. */
  constructor(orders: OrderSearch, rules: RuleSet, before: ContextSearch | null = null) {
    this.orders = orders;
    this.index = orders.index;
    this.walks = new ContextWalks(this.index, rules, before?.walks ?? null);
    this.contexts = new CallbackContexts(this.index, rules);
    this.nature = new LockNature(this.index, rules);
    this.binding = new ObjectBinding(this.index);
  }

  /** What is held in a state and keeps the task from sleeping, the innermost first. */
  causesIn(state: SiteState, isCause: (lock: number) => boolean): Entry[] {
    return state.held.filter((entry) => isCause(entry.lock)).reverse();
  }

  /**
   * The ways in which a call of `fn` ends in an event while a cause holds: held in `fn` itself, or above it.
   */
  hazards(fn: number, site: Site, { probe, isCause, isStart, endsOwn }: Sought): Hazard[] {
    const direct = endsOwn && probe(this.walks.of(fn), site) !== null;
    const out: Hazard[] = [];
    const seen = new Set<string>();
    for (const state of site.states) {
      const causes = this.causesIn(state, isCause);
      const cause = this.best(direct ? causes.slice(1) : causes);
      if (!cause) continue;
      const key = `${cause.lock}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const below of this.below(fn, site, probe)) {
        const hazard: Hazard = { ...below, cause: { entry: cause, start: null, lock: this.lockWith(state, cause) } };
        if (this.holds(hazard, isCause)) out.push(hazard);
        if (out.length >= FOUND) return out;
      }
    }
    if (out.length > 0) return out;
    if (!direct && site.states.every((state) => this.causesIn(state, isCause).length > 0)) return out;
    const belows = this.below(fn, site, probe);
    const [first] = belows;
    if (!first) return out;
    this.above(fn, isCause, isStart, (cause, chain) => {
      for (const below of belows) {
        const hazard: Hazard = {
          fns: [...chain.fns, ...below.fns],
          sites: [...chain.sites, ...below.sites],
          cost: chain.cost + below.cost,
          event: below.event,
          cause,
        };
        if (this.holds(hazard, isCause)) {
          out.push(hazard);
          break;
        }
      }
      return out.length < FOUND;
    });
    return out;
  }

  /** Where a function is started from, with what another function of its operations leaves held for it. */
  startsOf(fn: number): readonly Start[] {
    let starts = this.started.get(fn);
    if (!starts) {
      starts = [...this.contexts.of(fn)];
      for (const before of this.contexts.runsAfter(fn))
        for (const effect of this.walks.of(before).summary.effects)
          if (effect.kind === EFFECT.ACQUIRE && effect.when === WHEN.ALWAYS && this.nature.isAtomic(effect.lock))
            starts = [
              ...starts,
              {
                context: 'atomic',
                by: `${this.index.tree.symbols.functionName(before)}() returns with it held`,
                holds: effect.lock,
              },
            ];
      this.started.set(fn, starts);
    }
    return starts;
  }

  private lockWith(state: SiteState, cause: Entry): Entry | undefined {
    const { locks } = this.index;
    if (!locks.text(cause.lock).startsWith('ctx:')) return undefined;
    return state.held.find(
      (entry) =>
        entry.line === cause.line &&
        entry.lock !== cause.lock &&
        locks.isClass(entry.lock) &&
        !/^ctx:|^rcu$/.test(locks.text(entry.lock)),
    );
  }

  /** A lock says more than "interrupts are off". */
  best(causes: readonly Entry[]): Entry | undefined {
    const { locks } = this.index;
    return (
      causes.find((entry) => !/^ctx:|^rcu$/.test(locks.text(entry.lock)) && locks.isClass(entry.lock)) ??
      causes.find((entry) => locks.text(entry.lock) === 'rcu') ??
      causes[0]
    );
  }

  /** Events at a call or below it, cheapest first; what a function on the way lets go is checked later. */
  below(fn: number, site: Site, probe: Probe): (Chain & { readonly event: Event })[] {
    const view = this.walks.of(fn);
    const direct = probe(view, site);
    if (direct) return [{ fns: [fn], sites: [site], cost: 0, event: direct }];
    const out: (Chain & { readonly event: Event })[] = [];
    interface Node {
      readonly fn: number;
      readonly parent: Node | null;
      /** The call in the parent. */
      readonly site: Site;
      readonly bindings: readonly number[];
      readonly cost: number;
    }
    const nodes: Node[] = [];
    const heap = new CostHeap();
    const done = new Set<string>();
    const reach = (from: Node | null, caller: number, at: Site, bindings: readonly number[], base: number): void => {
      for (const word of at.words) {
        const targets = word >= 0 ? [word] : this.forwardTargets(~word);
        const step = word >= 0 ? this.stepCost(word) : 2 + Math.log2(1 + targets.length);
        for (const callee of targets) {
          const cost = base + step;
          if (cost > DOWN.cost || this.orders.isClosed(callee)) continue;
          nodes.push({ fn: callee, parent: from, site: at, bindings: this.bind(caller, at, bindings), cost });
          heap.push(cost, nodes.length - 1);
        }
      }
    };
    reach(null, fn, site, [], 0);
    let visited = 0;
    while (heap.size > 0 && out.length < FOUND) {
      const { item } = heap.pop() as { cost: number; item: number };
      const node = nodes[item] as Node;
      const key = `${node.fn}|${node.bindings.join()}`;
      if (done.has(key)) continue;
      done.add(key);
      if (++visited > DOWN.nodes) {
        this.boundsHit = true;
        break;
      }
      const inner = this.walks.of(node.fn);
      for (const next of inner.sites) {
        const event = probe(inner, next);
        if (!event && next.words.length === 0) continue;
        const states = next.states.filter((state) => agree(state, node.bindings));
        if (states.length === 0) continue;
        if (event) {
          if (event.parameter >= 0 && node.bindings[event.parameter] !== 1) continue;
          const fns = [node.fn];
          const sites = [next];
          for (let up: Node | null = node; up; up = up.parent) {
            sites.unshift(up.site);
            fns.unshift(up.parent ? up.parent.fn : fn);
          }
          out.push({ fns, sites, cost: node.cost, event });
          break;
        }
        reach(node, node.fn, next, node.bindings, node.cost);
      }
    }
    return out;
  }

  /**
   * Causes above a function, cheapest first; `found` returns false to end the search. `through` says by which states of a
   * call the search may pass; `top` is told of functions in slots whose callers and contexts are not known.
   */
  above(
    fn: number,
    isCause: (lock: number) => boolean,
    isStart: (start: Start) => boolean,
    found: (cause: Cause, chain: Chain) => boolean,
    through: (state: SiteState) => boolean = () => true,
    top: (chain: Chain) => void = () => {},
  ): void {
    interface Node {
      readonly fn: number;
      readonly cost: number;
      readonly below: Node | null;
      readonly site: Site | null;
    }
    const { graph } = this.index.tree;
    const heap = new CostHeap();
    const best = new Map<number, Node>();
    const done = new Set<number>();
    const chainOf = (node: Node): Chain => {
      const fns: number[] = [];
      const sites: Site[] = [];
      for (let at: Node | null = node; at; at = at.below) {
        if (!at.site) break;
        fns.push(at.fn);
        sites.push(at.site);
      }
      return { fns, sites, cost: node.cost };
    };
    best.set(fn, { fn, cost: 0, below: null, site: null });
    heap.push(0, fn);
    while (heap.size > 0) {
      const { item, cost } = heap.pop() as { cost: number; item: number };
      if (done.has(item)) continue;
      done.add(item);
      if (done.size > UP.nodes) {
        this.boundsHit = true;
        return;
      }
      const node = best.get(item) as Node;
      const starts = this.startsOf(item);
      for (const start of starts) if (isStart(start) && !found({ entry: null, start }, chainOf(node))) return;
      const steps: { word: number; cost: number }[] = [{ word: item, cost: this.stepCost(item) }];
      for (const slot of graph.slotsOf(item)) {
        if (this.orders.isClosedSlot(slot) || graph.slotTag.at(slot) < 0) continue;
        steps.push({ word: ~slot, cost: 2.5 + Math.log2(1 + graph.callersOf(~slot).length) });
      }
      let called = false;
      for (const step of steps) {
        const total = cost + step.cost;
        const callers = graph.callersOf(step.word);
        if (callers.length > 0) called = true;
        if (total > UP.cost) continue;
        for (const caller of callers) {
          if (caller === item || done.has(caller) || this.orders.isClosed(caller)) continue;
          for (const site of this.walks.of(caller).sites) {
            if (!site.words.includes(step.word)) continue;
            let free = false;
            for (const state of site.states) {
              if (!through(state)) continue;
              const entry = this.best(this.causesIn(state, isCause));
              if (!entry) {
                free = true;
                continue;
              }
              const here: Node = { fn: caller, cost: total, below: node, site };
              if (!found({ entry, start: null, lock: this.lockWith(state, entry) }, chainOf(here))) return;
            }
            // what is held here may be let go below: look further up as well, but later
            const further = free ? total : total + HELD_HERE;
            const known = best.get(caller);
            if (!site.states.some(through) || (known && known.cost <= further)) continue;
            best.set(caller, { fn: caller, cost: further, below: node, site });
            heap.push(further, caller);
          }
        }
      }
      if (!called && starts.length === 0 && steps.length > 1) top(chainOf(node));
    }
  }

  /** Whether arguments, guards and releases on the way let the chain happen with the cause still there at its end. */
  holds(hazard: Hazard, isCause: (lock: number) => boolean): boolean {
    let bindings: readonly number[] = [];
    let alive: readonly number[] | null = null;
    for (let i = 0; i < hazard.fns.length; i++) {
      const site = hazard.sites[i] as Site;
      const first = i === 0;
      const states: SiteState[] = site.states.filter((state) => agree(state, bindings));
      let kept: number[] | null = null;
      let passes = false;
      for (const state of states) {
        if (first && hazard.cause.entry) {
          const causes = this.causesIn(state, isCause);
          if (!causes.some((entry) => entry.lock === hazard.cause.entry?.lock)) continue;
          passes = true;
          if (!kept || causes.length < kept.length) kept = causes.map((entry) => entry.lock);
        } else if (alive === null) passes = true;
        else {
          const left: number[] = alive.filter((lock) => !this.isGone(lock, state.gone));
          if (left.length === 0) continue;
          passes = true;
          if (!kept || left.length > kept.length) kept = left;
        }
      }
      if (!passes) return false;
      if (kept) alive = kept;
      if (i === hazard.fns.length - 1) {
        const needs = hazard.event.parameter;
        return needs < 0 || bindings[needs] === 1;
      }
      bindings = this.bind(hazard.fns[i] as number, site, bindings);
    }
    return this.isBound(hazard);
  }

  /** Whether every indirect call can be for the object it passes. */
  isBound(chain: Chain): boolean {
    const links = linksOf(chain);
    if (links.every((link) => link.word >= 0)) return true;
    return this.binding.isPossible({ holder: chain.fns[0] as number, links } as unknown as Witness);
  }

  private isGone(lock: number, gone: readonly number[]): boolean {
    if (gone.includes(lock)) return true;
    const { locks } = this.index;
    const field = lastPart(locks.text(lock));
    return gone.some(
      (other) =>
        (locks.kind(other) !== LOCK_KIND.CLASS || locks.text(other).startsWith('?')) &&
        lastPart(locks.text(other)) === field,
    );
  }

  private forwardTargets(slot: number): readonly number[] {
    if (this.orders.isClosedSlot(slot)) return [];
    const targets = this.index.tree.graph.targetsOf(slot);
    return targets.length > FORWARD_TARGETS ? [] : targets;
  }

  private stepCost(fn: number): number {
    return (this.index.tree.symbols.t.fnFlags.at(fn) & FLAG.MACRO) !== 0 ? 0.3 : 1;
  }

  /** What is known of the callee's parameters: constants, and parameters of the caller handed on. */
  private bind(caller: number, site: Site, bindings: readonly number[]): number[] {
    const { scope } = this.walks.of(caller);
    if (!scope || site.expr < 0) return [];
    const { file } = scope;
    return site.args.map((arg) => {
      const value = truthOfValue(knownValue(file, arg));
      if (value >= 0) return value;
      if (file.kind(arg) !== X.NAME) return -1;
      const at = scope.vars.get(file.a(arg));
      if (at === undefined) return -1;
      const known = at < scope.parameters ? (bindings[at] ?? -1) : -1;
      // who hands a pointer on has one
      return known < 0 && isPointer(scope, at) ? 1 : known;
    });
  }
}

/** The calls of a chain as links of a witness. */
export function linksOf(chain: Chain): Link[] {
  const links: Link[] = [];
  for (let i = 1; i < chain.fns.length; i++) {
    const site = chain.sites[i - 1] as Site;
    const callee = chain.fns[i] as number;
    links.push({
      callee,
      word: site.words.includes(callee) ? callee : (site.words.find((w) => w < 0) ?? callee),
      line: site.line,
    });
  }
  return links;
}

function isPointer(scope: Scope, at: number): boolean {
  const { functions, vars } = scope.file.facts;
  const first = functions[scope.local * F.WORDS + F.VARS] as number;
  return ((vars[(first + at) * VAR.WORDS + VAR.POINTER] as number) & 0xff) > 0;
}

/** Whether a start is one where nobody may sleep. */
export function isAtomicStart(start: Start): boolean {
  return ATOMIC_CONTEXTS.has(start.context);
}

/** Whether a way through a function is possible with what is known of its parameters. */
function agree(state: SiteState, bindings: readonly number[]): boolean {
  return (
    state.parameters.every((value, i) => value < 0 || (bindings[i] ?? -1) < 0 || bindings[i] === value) &&
    state.allowedBy.every((p) => (bindings[p] ?? -1) >= 0)
  );
}

function lastPart(text: string): string {
  return text.slice(text.lastIndexOf('.') + 1);
}
