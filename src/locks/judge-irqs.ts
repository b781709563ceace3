import type { Evidence } from './context-finding.ts';
import type { Chain, ContextSearch } from './context-search.ts';
import type { OrderPath, PathStep } from './finding.ts';
import { startSentence } from './hazard-path.ts';
import { IrqUsage, type Level, type ReachedUse, type Use } from './irq-usage.ts';
import type { Witness } from './order-search.ts';
import { MODE } from './summary.ts';
import { PathWriter } from './witness-path.ts';

const LEVELS: readonly Level[] = ['hardirq', 'softirq'];
/** So many other functions, all of which keep interrupts off, show that an interrupt takes the lock. */
const AGREEING = 3;
/** An interrupt that is less convincing than this is left for what other functions show. */
const DOUBTFUL = 0.16;
/** Uses of a lock of which the most convincing is taken. */
const COMPARED = 8;

/** A lock, or an order of two, and how an interrupt may find the first half of it. */
export interface Inversion {
  readonly key: string;
  readonly evidence: Evidence;
  /** It was there without what the series changes. */
  readonly established: boolean;
}

/** Finds locks that an interrupt takes and that are held elsewhere with those interrupts on. */
export class IrqInversions {
  readonly usage: IrqUsage;
  private readonly search: ContextSearch;

  constructor(search: ContextSearch) {
    this.search = search;
    this.usage = new IrqUsage(search);
  }

  /** Inversions of single locks that need one of `fresh`, the uses that one tree has and the other has not. */
  ofUses(fresh: readonly Use[]): Inversion[] {
    const out: Inversion[] = [];
    const done = new Set<string>();
    for (const use of fresh) {
      for (const level of LEVELS) {
        const key = `${use.taken.lock}`;
        if (done.has(key)) continue;
        const found = this.ofLock(use, level, fresh);
        if (!found) continue;
        done.add(key);
        out.push({ key, ...found });
      }
    }
    return out;
  }

  private ofLock(use: Use, level: Level, fresh: readonly Use[]): Omit<Inversion, 'key'> | null {
    const { usage } = this;
    const uses = usage.usesOf(use.taken.lock);
    const isFresh = (one: Use): boolean => fresh.some((f) => f.fn === one.fn && f.taken.line === one.taken.line);
    const open = usage.withInterruptsOn(use, level);
    if (open) {
      const others = uses.filter((one) => one.fn !== use.fn || one.taken.line !== use.taken.line);
      const inside = best([...others, use], (one) => (excludes(use, one) ? usage.inInterrupt(one, level) : null));
      const elsewhere = best(
        others.filter((one) => !isFresh(one)),
        (one) => usage.withInterruptsOn(one, level),
      );
      if (inside && inside.doubt <= DOUBTFUL)
        return { evidence: this.evidence(open, inside, level, null), established: elsewhere !== null };
      const agreeing = new Set(others.filter((one) => !isFresh(one) && !usage.isOpen(one, level)).map((one) => one.fn));
      const [example] = others.filter((one) => !isFresh(one));
      if (agreeing.size >= AGREEING && example && others.every((one) => isFresh(one) || !usage.isOpen(one, level)))
        return {
          evidence: this.evidence(open, alone(example), level, agreeing.size),
          established: false,
        };
      if (inside) return { evidence: this.evidence(open, inside, level, null), established: elsewhere !== null };
    }
    const inside = usage.inInterrupt(use, level);
    if (!inside) return null;
    const outside = best(
      uses.filter((one) => one.fn !== use.fn && excludes(one, use)),
      (one) => usage.withInterruptsOn(one, level),
    );
    if (!outside) return null;
    const before = best(
      uses.filter((one) => !isFresh(one)),
      (one) => usage.inInterrupt(one, level),
    );
    return { evidence: this.evidence(outside, inside, level, null), established: before !== null };
  }

  /** Orders of two locks of which an interrupt takes the first, and the second is held elsewhere with interrupts on. */
  ofOrder(witness: Witness): Inversion | null {
    const { search, usage } = this;
    const { held, taken } = witness;
    const { nature, index } = search;
    if (taken.tries || taken.nested || !nature.isAtomic(held.lock) || !nature.isAtomic(taken.lock)) return null;
    if (/^ctx:|^rcu$/.test(index.locks.text(held.lock))) return null;
    for (const level of LEVELS) {
      const firsts = usage.usesOf(held.lock);
      const open = best(usage.usesOf(taken.lock), (one) => usage.withInterruptsOn(one, level));
      if (!open) continue;
      const inside = best(firsts, (one) => usage.inInterrupt(one, level));
      const agreeing = new Set(firsts.map((one) => one.fn)).size;
      const [example] = firsts;
      const agree = agreeing >= AGREEING && example && firsts.every((one) => !usage.isOpen(one, level));
      const shown = agree && (!inside || inside.doubt > DOUBTFUL) ? alone(example) : inside;
      if (!shown) continue;
      const writer = new PathWriter(search.orders);
      const base = this.evidence(open, shown, level, shown === inside ? null : agreeing);
      return {
        key: `${held.lock}>${taken.lock}`,
        evidence: {
          ...base,
          cost: base.cost + witness.cost,
          locks: [index.locks.text(held.lock), index.locks.text(taken.lock)],
          confidence: base.confidence - 0.04 * witness.cost - 0.05,
          paths: () => [writer.write(witness), ...base.paths()],
        },
        established: false,
      };
    }
    return null;
  }

  /** `agreeing`: that many functions show by what they do that an interrupt takes the lock; null when one was found. */
  private evidence(open: ReachedUse, inside: ReachedUse, level: Level, agreeing: number | null): Evidence {
    const { index } = this.search;
    const lock = index.locks.text(open.use.taken.lock);
    const context = `ctx:${level}`;
    const off = level === 'hardirq' ? 'interrupts' : 'softirqs';
    const cost = open.chain.cost + inside.chain.cost;
    return {
      cost,
      locks: [lock],
      confidence: (agreeing === null ? 0.9 : 0.74) - open.doubt - inside.doubt,
      notes: [],
      paths: () => {
        const holding = this.steps(open);
        const taking = this.steps(inside);
        const site = (reached: ReachedUse, chain: readonly PathStep[]): NonNullable<OrderPath['acquire']> => ({
          step: chain.length - 1,
          call: this.callOf(reached.use),
          file: chain[chain.length - 1]?.file ?? '',
          line: reached.use.taken.line,
        });
        const common = { condition: null, instance: 'unknown' as const };
        return [
          {
            ...common,
            holds: lock,
            waits: context,
            chain: holding,
            acquire: site(open, holding),
            wait: null,
            assumptions: [
              open.start
                ? startSentence(open.start, holding[0]?.function ?? '?')
                : `${holding[0]?.function ?? '?'}() is called with ${off} on, as far as its callers are in sight`,
            ],
            cost: open.chain.cost,
          },
          {
            ...common,
            holds: context,
            waits: index.locks.text(inside.use.taken.lock),
            chain: taking,
            acquire: null,
            wait: site(inside, taking),
            assumptions:
              agreeing !== null
                ? [
                    `all ${agreeing} other functions that take it keep ${off} off, so an interrupt is assumed to take it`,
                  ]
                : inside.start
                  ? [startSentence(inside.start, taking[0]?.function ?? '?')]
                  : [],
            cost: inside.chain.cost,
          },
        ];
      },
    };
  }

  private steps(reached: ReachedUse): PathStep[] {
    const { tree } = this.search.index;
    const { symbols } = tree;
    const chain: Chain = reached.chain;
    return [...chain.fns, reached.use.fn].map((fn, i) => {
      const from = chain.sites[i - 1];
      const slot = from && !from.words.includes(fn) ? from.words.find((word) => word < 0) : undefined;
      const tag = slot === undefined ? -1 : tree.graph.slotTag.at(~slot);
      return {
        function: symbols.functionName(fn),
        file: symbols.path(symbols.t.fnFile.at(fn)),
        line: chain.sites[i]?.line ?? reached.use.taken.line,
        via: i === 0 ? 'entry' : slot === undefined ? 'call' : 'slot',
        slot:
          slot === undefined || tag < 0
            ? null
            : `${symbols.names.text(tag)}.${symbols.names.text(tree.graph.slotField.at(~slot))}`,
      };
    });
  }

  private callOf(use: Use): string {
    const { walks, index } = this.search;
    if (use.taken.via >= 0) return index.tree.symbols.functionName(use.taken.via);
    const site = walks.of(use.fn).sites.find((one) => one.line === use.taken.line && walks.rules.locks.has(one.name));
    return site?.name ?? 'lock';
  }
}

/** Whether who takes the second waits for who holds the first: two readers do not. */
function excludes(holder: Use, other: Use): boolean {
  return holder.taken.mode === MODE.EXCLUSIVE || other.taken.mode === MODE.EXCLUSIVE;
}

function alone(use: Use): ReachedUse {
  return { use, start: null, chain: { fns: [], sites: [], cost: 0 }, doubt: 0 };
}

/** The use that is reached most convincingly, of the first few that are reached at all. */
function best(uses: readonly Use[], reach: (use: Use) => ReachedUse | null): ReachedUse | null {
  let found: ReachedUse | null = null;
  let count = 0;
  for (const use of uses) {
    const reached = reach(use);
    if (!reached) continue;
    if (!found || reached.doubt < found.doubt) found = reached;
    if (++count >= COMPARED) break;
  }
  return found;
}
