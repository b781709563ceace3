import type { Start } from './callback-contexts.ts';
import { chainDoubt } from './chain-doubt.ts';
import type { Chain, ContextSearch } from './context-search.ts';
import type { SiteState } from './context-walk.ts';
import { CONTEXT } from './context-watch.ts';
import type { Acquisition } from './summary.ts';

/** The interrupts in question: hard ones, or softirqs (which hard ones keep off too). */
export type Level = 'hardirq' | 'softirq';

/** Doubt for each unit of cost, and for a chain that begins where callers are not in sight. */
const LENGTH = 0.025;
const UNKNOWN_START = 0.15;
/** Starts of one use of which the most convincing is taken. */
const COMPARED = 3;
/** Wrappers of wrappers that are looked into for what is off where they take their lock. */
const WRAPPERS = 4;
/** Functions looked at that take one lock. */
const ACQUIRERS = 40;
const ABOVE: Readonly<Record<Level, ReadonlySet<string>>> = {
  hardirq: new Set(['hardirq']),
  softirq: new Set(['softirq', 'timer', 'rcu-callback']),
};
/** Where a lock may be held when an interrupt of the level comes. */
const UNDER: Readonly<Record<Level, ReadonlySet<string>>> = {
  hardirq: new Set(['process', 'work', 'kthread', 'threaded-irq', 'softirq', 'timer', 'rcu-callback']),
  softirq: new Set(['process', 'work', 'kthread', 'threaded-irq']),
};

/** One place where a lock is taken, with what is off there. */
export interface Use {
  readonly fn: number;
  readonly taken: Acquisition;
  readonly irqsOff: boolean;
  readonly bhOff: boolean;
}

/** A use, and how it is reached: from where, by which calls (empty when the function itself is started). */
export interface ReachedUse {
  readonly use: Use;
  readonly start: Start | null;
  readonly chain: Chain;
  /** What speaks against it: length, indirect calls, a start that is not known. */
  readonly doubt: number;
}

/** Says of locks where they are taken in interrupts, and where with interrupts on. */
export class IrqUsage {
  private readonly search: ContextSearch;
  private readonly usesOfLock = new Map<number, readonly Use[]>();
  private readonly reached = new Map<string, ReachedUse | null>();
  private readonly irqs: number;
  private readonly bh: number;

  constructor(search: ContextSearch) {
    this.search = search;
    this.irqs = search.index.locks.intern(CONTEXT.IRQS_OFF);
    this.bh = search.index.locks.intern(CONTEXT.BH_OFF);
  }

  /** The places of one function where it takes locks that nobody may sleep under. */
  usesIn(fn: number): Use[] {
    const { index, nature, walks } = this.search;
    return walks
      .of(fn)
      .summary.acquisitions.filter(
        (taken) => !taken.tries && index.locks.isClass(taken.lock) && nature.isAtomic(taken.lock),
      )
      .filter((taken) => !/^ctx:|^rcu$/.test(index.locks.text(taken.lock)))
      .map((taken) => ({
        fn,
        taken,
        irqsOff: this.isOff(taken, (held) => held === this.irqs),
        bhOff: this.isOff(taken, (held) => held === this.bh || held === this.irqs),
      }));
  }

  /** Whether a context is off where a lock is taken: here, or inside the function that takes it and lets it go. */
  private isOff(taken: Acquisition, isContext: (lock: number) => boolean, depth = 0): boolean {
    if (taken.held.some((held) => isContext(held.lock) || this.isAsserted(held))) return true;
    if (taken.via < 0 || depth > WRAPPERS) return false;
    const inside = this.search.walks.of(taken.via).summary.acquisitions.filter((own) => !own.tries);
    return inside.length > 0 && inside.every((own) => this.isOff(own, isContext, depth + 1));
  }

  /** Who is called with a spinlock held may be called with interrupts off. */
  private isAsserted(held: { readonly lock: number; readonly entry: boolean }): boolean {
    return held.entry && this.search.nature.isAtomic(held.lock);
  }

  /** All known uses of a lock. */
  usesOf(lock: number): readonly Use[] {
    let uses = this.usesOfLock.get(lock);
    if (!uses) {
      uses = [...new Set(this.search.index.acquirersOf(lock))]
        .slice(0, ACQUIRERS)
        .filter((fn) => !this.search.orders.isClosed(fn))
        .flatMap((fn) => this.usesIn(fn).filter((use) => use.taken.lock === lock));
      this.usesOfLock.set(lock, uses);
    }
    return uses;
  }

  isOpen(use: Use, level: Level): boolean {
    return level === 'hardirq' ? !use.irqsOff : !use.bhOff;
  }

  /** How a use is reached from an interrupt of the level; null when it is not found to be. */
  inInterrupt(use: Use, level: Level): ReachedUse | null {
    return this.reach(
      use,
      `in ${level}`,
      (start) => ABOVE[level].has(start.context),
      () => true,
    );
  }

  /** How a use is reached by a task (or a softirq) with interrupts of the level on all the way; null when it is not found. */
  withInterruptsOn(use: Use, level: Level): ReachedUse | null {
    if (!this.isOpen(use, level)) return null;
    const blocked = new Set(level === 'hardirq' ? [this.irqs] : [this.irqs, this.bh]);
    const isOn = (state: SiteState): boolean =>
      !state.held.some((entry) => blocked.has(entry.lock) || this.isAsserted(entry));
    return this.reach(use, `on ${level}`, (start) => UNDER[level].has(start.context), isOn);
  }

  private reach(
    use: Use,
    what: string,
    isStart: (start: Start) => boolean,
    through: (state: SiteState) => boolean,
  ): ReachedUse | null {
    const key = `${what}|${use.fn}`;
    let known = this.reached.get(key);
    if (known === undefined) {
      known = null;
      let entry: ReachedUse | null = null;
      let found = 0;
      this.search.above(
        use.fn,
        () => false,
        isStart,
        (cause, chain) => {
          const whole = { ...chain, fns: [...chain.fns, use.fn] };
          if (!this.search.isBound(whole)) return true;
          const doubt = LENGTH * chain.cost + chainDoubt(whole, this.search);
          if (!known || doubt < known.doubt) known = { use, start: cause.start, chain, doubt };
          return ++found < COMPARED;
        },
        through,
        (chain) => {
          const whole = { ...chain, fns: [...chain.fns, use.fn] };
          entry ??= {
            use,
            start: null,
            chain,
            doubt: UNKNOWN_START + LENGTH * chain.cost + chainDoubt(whole, this.search),
          };
        },
      );
      if (!known && what.startsWith('on')) known = entry;
      this.reached.set(key, known);
    }
    return known && { ...known, use };
  }
}
