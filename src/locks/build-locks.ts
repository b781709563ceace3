import { GlobalNames, IndexThreads, type TreeIndex } from '../tree/index.ts';
import { givers, halfPairs, halved, type ReleaseCount } from './half-pairs.ts';
import { LockTable } from './lock-table.ts';
import { isOpaque } from './opaque-paths.ts';
import { eachOrder } from './order-sites.ts';
import { type CallbackClasses, joinHandovers, noCallbacks } from './registrations.ts';
import type { RuleSet } from './rules/index.ts';
import { CHANGES, type Effect, type Summary, sameEffects } from './summary.ts';
import { decodeSummary, halveSummary, renumberSummary, unsettleSummary } from './summary-codec.ts';
import { type SummaryInput, type SummaryOutput, task } from './summary-task.ts';

/** Rounds in which net effects may travel from callee to caller; what still changes then is unsettled. */
const ROUNDS = 40;
/** Functions that are analysed at once. */
const FUNCTIONS_A_BATCH = 2048;

/** The columns of the stored lock summaries. */
export const LOCK_COLUMNS = [
  'summaryFn',
  'summaryStart',
  'summaryData',
  'acquirerStart',
  'acquirer',
  'holderStart',
  'holder',
  'orderHeld',
  'orderTaken',
  'orderFn',
  'orderLine',
  'callbackFn',
  'callbackLock',
  'startFn',
  'startFile',
  'startCode',
  'changer',
] as const;

export type LockColumns = Readonly<Record<(typeof LOCK_COLUMNS)[number], Int32Array>>;

interface Progress {
  readonly workers: number;
  readonly onProgress: (event: { phase: string; done: number; total: number | null }) => void;
}

/** An encoded summary, in the numbers of the tree's lock table. */
interface Encoded {
  readonly words: Int32Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Works out the summaries of all functions of a tree, round by round: a round reads the net effects that the round before
 * left, so that it does not matter which thread analyses what. After the first, only callers of functions whose effects
 * changed are analysed again.
 */
export async function buildLocks(
  tree: TreeIndex,
  rules: RuleSet,
  { workers, onProgress }: Progress,
): Promise<{ locks: LockTable; instances: GlobalNames; columns: LockColumns }> {
  const state = new BuildState();
  const threads = new IndexThreads(tree.shared ? workers : 1);
  try {
    await threads.attachTo(tree);
    await threads.start(task, rules);
    let round = 0;
    const settle = async (first: SummaryInput[]): Promise<void> => {
      let batches = first;
      for (const last = round + ROUNDS; batches.length > 0; ) {
        round++;
        state.isLast = round >= last;
        const changed = new Set<number>();
        let done = 0;
        const total = batches.length;
        await threads.run<SummaryInput, SummaryOutput>(batches, (output) => {
          state.add(output, changed);
          onProgress({ phase: `locks ${round}`, done: ++done, total });
        });
        if (round === 1) state.joinCallbacks();
        batches = await next(changed, round === 1);
      }
    };
    const next = async (changed: ReadonlySet<number>, withCallbacks: boolean): Promise<SummaryInput[]> => {
      const pending = new Set(withCallbacks ? state.callbacks.keys() : []);
      for (const fn of changed) for (const caller of tree.graph.callersOf(fn)) pending.add(caller);
      if (pending.size > 0) await threads.tell(state.news(changed, withCallbacks));
      return laterRound(tree, rules, pending);
    };
    await settle(firstRound(tree, rules));
    const callers = new Set(givers(state.effects).flatMap((fn) => tree.graph.callersOf(fn)));
    const asked = laterRound(tree, rules, callers).map((batch) => ({ ...batch, kind: 'releases' }) as SummaryInput);
    await threads.run<SummaryInput, SummaryOutput>(asked, (output) => state.count(output));
    await settle(
      await next(
        state.halve(halfPairs(tree.graph, state.effects, state.releases, (fn) => tree.symbols.t.fnFile.at(fn))),
        false,
      ),
    );
  } finally {
    await threads.close();
  }
  return { locks: state.locks, instances: state.instances, columns: state.columns() };
}

/** Every function of every file, in the order of the files. */
function firstRound(tree: TreeIndex, rules: RuleSet): SummaryInput[] {
  const { symbols } = tree;
  const batches: SummaryInput[] = [];
  let files: number[] = [];
  let size = 0;
  for (let file = 0; file < symbols.fileCount; file++) {
    if (symbols.t.fileCount.at(file) === 0 && symbols.t.fileFirst.at(file) < 0) continue;
    files.push(isOpaque(rules, symbols.path(file)) ? ~file : file);
    size += symbols.t.fileCount.at(file) + 8;
    if (size < FUNCTIONS_A_BATCH) continue;
    batches.push({ kind: 'files', files });
    files = [];
    size = 0;
  }
  if (files.length > 0) batches.push({ kind: 'files', files });
  return batches;
}

/** Some functions again, sorted, so that each file is read once. */
function laterRound(tree: TreeIndex, rules: RuleSet, pending: ReadonlySet<number>): SummaryInput[] {
  const { symbols } = tree;
  const opaque = new Map<number, boolean>();
  const isClosed = (file: number): boolean => {
    let known = opaque.get(file);
    if (known === undefined) {
      known = isOpaque(rules, symbols.path(file));
      opaque.set(file, known);
    }
    return known;
  };
  const fns = [...pending].filter((fn) => !isClosed(symbols.t.fnFile.at(fn))).sort((a, b) => a - b);
  const batches: SummaryInput[] = [];
  for (let at = 0; at < fns.length; at += FUNCTIONS_A_BATCH / 4)
    batches.push({ kind: 'functions', fns: fns.slice(at, at + FUNCTIONS_A_BATCH / 4) });
  return batches;
}

/** What the threads found, in one numbering: that of the first appearance in the order of batches. */
class BuildState {
  readonly locks = new LockTable();
  readonly instances = new GlobalNames();
  callbacks: CallbackClasses = new Map();
  readonly effects = new Map<number, readonly Effect[]>();
  readonly releases = new Map<number, ReleaseCount>();
  private readonly facts = noCallbacks();
  private readonly started: { fn: number; file: number; code: number }[] = [];
  private readonly changers: number[] = [];
  /** What changes now shall not change again. */
  isLast = false;
  private halves: ReadonlySet<number> = new Set();
  private readonly unsettled = new Set<number>();
  private readonly changes = new Map<number, number>();
  private readonly summaries = new Map<number, Encoded>();
  /** For each thread: our number of its locks and instances. */
  private readonly numbers = new Map<number, { locks: number[]; instances: number[] }>();
  private told = 0;

  /** Takes the output of a batch, and notes the functions whose effects are not what they were. */
  add(output: SummaryOutput, changed: Set<number>): void {
    const known = this.numbers.get(output.thread) ?? { locks: [], instances: [] };
    this.numbers.set(output.thread, known);
    for (const text of output.lockTexts) known.locks.push(this.locks.intern(text));
    for (const text of output.instanceTexts) known.instances.push(this.instances.internString(text));
    const { callbacks, handed, started } = output;
    for (let i = 0; i < started.length; i += 3)
      this.started.push({ fn: started[i] as number, file: started[i + 1] as number, code: started[i + 2] as number });
    for (const fn of output.changers) this.changers.push(fn);
    for (let i = 0; i < callbacks.length; i += 2)
      addTo(this.facts.bound, callbacks[i] as number, known.locks[callbacks[i + 1] as number] as number);
    for (let i = 0; i < handed.length; i += 2)
      addTo(
        this.facts.handed,
        known.locks[handed[i] as number] as number,
        known.locks[handed[i + 1] as number] as number,
      );
    for (let i = 0; i < output.fns.length; i++) {
      const fn = output.fns[i] as number;
      const start = output.starts[i] as number;
      if (start < 0) this.summaries.delete(fn);
      else {
        const end = renumberSummary(output.data, start, known.locks, known.instances);
        if (this.halves.has(fn)) halveSummary(output.data, start);
        this.summaries.set(fn, { words: output.data, start, end });
      }
      if (this.unsettled.has(fn)) {
        this.unsettle(fn);
        continue;
      }
      const count = start < 0 ? 0 : (output.data[start] as number);
      this.setEffects(fn, count === 0 ? [] : decodeSummary(output.data, start, this.instances).effects, changed);
    }
  }

  private unsettle(fn: number): void {
    const { words, start, end } = this.summaries.get(fn) ?? { words: new Int32Array(0), start: 0, end: 0 };
    const without = unsettleSummary(words, start, end);
    this.summaries.set(fn, { words: without, start: 0, end: without.length });
    this.unsettled.add(fn);
  }

  /** Once every file has said what it registers. */
  joinCallbacks(): void {
    this.callbacks = joinHandovers(this.facts);
  }

  /** Takes how often callers held what their callees give back. */
  count(output: SummaryOutput): void {
    this.add(output, new Set());
    const { releases } = output;
    for (let i = 0; i < releases.length; i += 3) {
      const count = this.releases.get(releases[i] as number) ?? { matched: 0, missed: 0 };
      count.matched += releases[i + 1] as number;
      count.missed += releases[i + 2] as number;
      this.releases.set(releases[i] as number, count);
    }
  }

  /** Does not believe what half a pair gives back; returns those functions. */
  halve(fns: ReadonlySet<number>): ReadonlySet<number> {
    this.halves = fns;
    for (const fn of fns) {
      const { words, start } = this.summaries.get(fn) as Encoded;
      halveSummary(words, start);
      this.effects.set(fn, halved(this.effects.get(fn) ?? NONE));
    }
    return fns;
  }

  /** What the threads need to know before the next round. */
  news(changed: ReadonlySet<number>, withCallbacks: boolean): SummaryInput {
    const lockTexts = this.locks.all().slice(this.told);
    const input: SummaryInput = {
      kind: 'news',
      lockTexts,
      effects: [...changed].map((fn) => [fn, this.effects.get(fn) ?? []] as const),
      callbacks: withCallbacks ? [...this.callbacks].map(([fn, set]) => [fn, [...set]] as const) : [],
    };
    this.told = this.locks.size;
    return input;
  }

  columns(): LockColumns {
    const fns = [...this.summaries.keys()].sort((a, b) => a - b);
    const starts = new Int32Array(fns.length);
    let size = 0;
    fns.forEach((fn, i) => {
      const { start, end } = this.summaries.get(fn) as Encoded;
      starts[i] = size;
      size += end - start;
    });
    const data = new Int32Array(size);
    const acquirers = new Map<number, number[]>();
    const holders = new Map<number, number[]>();
    const order: [number[], number[], number[], number[]] = [[], [], [], []];
    const nameless = new GlobalNames({
      pool: new Uint8Array(0),
      ends: new Int32Array(0),
      slots: new Int32Array(2).fill(-1),
    });
    fns.forEach((fn, i) => {
      const { words, start, end } = this.summaries.get(fn) as Encoded;
      data.set(words.subarray(start, end), starts[i]);
      noteLocks(decodeSummary(words, start, nameless), fn, this.locks, acquirers, holders, order);
    });
    this.started.sort((a, b) => a.fn - b.fn);
    const acquirerRows = rows(acquirers, this.locks.size);
    const holderRows = rows(holders, this.locks.size);
    return {
      summaryFn: Int32Array.from(fns),
      summaryStart: starts,
      summaryData: data,
      acquirerStart: acquirerRows.start,
      acquirer: acquirerRows.items,
      holderStart: holderRows.start,
      holder: holderRows.items,
      orderHeld: Int32Array.from(order[0]),
      orderTaken: Int32Array.from(order[1]),
      orderFn: Int32Array.from(order[2]),
      orderLine: Int32Array.from(order[3]),
      callbackFn: Int32Array.from([...this.callbacks].flatMap(([fn, set]) => [...set].map(() => fn))),
      callbackLock: Int32Array.from([...this.callbacks].flatMap(([, set]) => [...set])),
      startFn: Int32Array.from(this.started, (start) => start.fn),
      startFile: Int32Array.from(this.started, (start) => start.file),
      startCode: Int32Array.from(this.started, (start) => start.code),
      changer: Int32Array.from(this.changers).sort(),
    };
  }

  private setEffects(fn: number, effects: readonly Effect[], changed: Set<number>): void {
    const before = this.effects.get(fn) ?? NONE;
    if (!sameEffects(before, effects)) {
      changed.add(fn);
      const changes = (this.changes.get(fn) ?? 0) + 1;
      this.changes.set(fn, changes);
      if (changes > CHANGES || this.isLast) {
        this.unsettle(fn);
        this.effects.delete(fn);
        return;
      }
    }
    if (effects.length > 0) this.effects.set(fn, effects);
    else this.effects.delete(fn);
  }
}

function addTo(map: Map<number, Set<number>>, key: number, value: number): void {
  const set = map.get(key) ?? new Set();
  set.add(value);
  map.set(key, set);
}

const NONE: readonly Effect[] = [];

function noteLocks(
  summary: Summary,
  fn: number,
  locks: LockTable,
  acquirers: Map<number, number[]>,
  holders: Map<number, number[]>,
  order: [number[], number[], number[], number[]],
): void {
  const add = (map: Map<number, number[]>, lock: number): void => {
    const list = map.get(lock);
    if (!list) map.set(lock, [fn]);
    else if (list[list.length - 1] !== fn) list.push(fn);
  };
  for (const a of summary.acquisitions) {
    if (!locks.isClass(a.lock)) continue;
    add(acquirers, a.lock);
    for (const h of a.held) {
      if (!locks.isClass(h.lock)) continue;
      add(holders, h.lock);
    }
  }
  eachOrder(summary, locks, (held, taken, line) => {
    order[0].push(held);
    order[1].push(taken);
    order[2].push(fn);
    order[3].push(line);
  });
  for (const call of summary.calls) for (const h of call.held) if (locks.isClass(h.lock)) add(holders, h.lock);
}

function rows(map: Map<number, number[]>, size: number): { start: Int32Array; items: Int32Array } {
  const start = new Int32Array(size + 1);
  for (let i = 0; i < size; i++) start[i + 1] = (start[i] as number) + (map.get(i)?.length ?? 0);
  const items = new Int32Array(start[size] as number);
  for (const [key, list] of map) items.set(list, start[key]);
  return { start, items };
}
