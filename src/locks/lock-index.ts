import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { GlobalNames, readSections, type TreeIndex, writeSections } from '../tree/index.ts';
import { FunctionAnalysis } from './function-analysis.ts';
import { LockTable } from './lock-table.ts';
import { type CallbackClasses, RegistrationReader } from './registrations.ts';
import type { RuleSet } from './rules/index.ts';
import { type Effect, EMPTY_SUMMARY, isEmpty, type Summary } from './summary.ts';
import { decodeSummary, encodeSummary } from './summary-codec.ts';

/** Changes whenever the same facts and rules may give other summaries. */
const ANALYSIS_VERSION = 5;
/** Rounds in which net effects may travel from callee to caller. */
const ROUNDS = 10;

/** Orders seen inside single functions: `held[i]` is held where `taken[i]` is taken, in `fn[i]` at `line[i]`. */
export interface OrderSites {
  readonly held: Int32Array;
  readonly taken: Int32Array;
  readonly fn: Int32Array;
  readonly line: Int32Array;
}

/** The summaries of all functions of a tree that touch locks. */
export interface LockIndex {
  readonly tree: TreeIndex;
  readonly locks: LockTable;
  readonly orders: OrderSites;
  readonly lockSites: number;
  summaryOf(fn: number): Summary;
  /** Wait classes of which a function is the callback. */
  runsIn(fn: number): Iterable<number>;
  /** Functions that take a lock. */
  acquirersOf(lock: number): readonly number[];
  /** Functions that hold a lock where they take another or call. */
  holdersOf(lock: number): readonly number[];
}

export interface LockIndexOptions {
  readonly cacheDir: string | null;
  readonly onProgress: (event: { phase: string; done: number; total: number | null }) => void;
}

/** Whether the analysis looks into a file at all. */
export function isOpaque(rules: RuleSet, path: string): boolean {
  return rules.opaquePaths.some((opaque) =>
    opaque.path.endsWith('/') ? path.startsWith(opaque.path) : path === opaque.path,
  );
}

/**
 * Opens the lock summaries of a linked tree, or works them out (and stores them when there is a cache).
 *
 * @example
 * const locks = openLockIndex(index, rules, { cacheDir, onProgress: () => {} });
 */
export function openLockIndex(tree: TreeIndex, rules: RuleSet, options: LockIndexOptions): Outcome<LockIndex> {
  const key = createHash('sha256').update(`${ANALYSIS_VERSION} ${tree.key} ${rules.hash}`).digest('hex').slice(0, 32);
  const path = options.cacheDir ? join(options.cacheDir, 'trees', `${key}.locks`) : null;
  if (path) {
    const stored = readSections(path);
    if (stored) {
      const s = stored.sections as Record<string, Int32Array>;
      const texts = Buffer.from(stored.sections['lockTexts'] as Uint8Array).toString('latin1');
      const instances = new GlobalNames({
        pool: stored.sections['instancePool'] as Uint8Array,
        ends: s['instanceEnds'] as Int32Array,
        slots: s['instanceSlots'] as Int32Array,
      });
      return ok(lockIndex(tree, new LockTable(texts.split('\n')), instances, s as never));
    }
  }
  const { locks, instances, columns } = build(tree, rules, options);
  if (path) {
    try {
      const names = instances.stored();
      writeSections(
        path,
        {},
        {
          lockTexts: Buffer.from(locks.all().join('\n'), 'latin1'),
          instancePool: names.pool,
          instanceEnds: names.ends,
          instanceSlots: names.slots,
          ...columns,
        },
      );
    } catch (error) {
      return fail(
        'cache/unwritable',
        `the lock summaries could not be stored in ${options.cacheDir}`,
        (error as Error).message,
      );
    }
  }
  return ok(lockIndex(tree, locks, instances, columns));
}

interface Columns {
  readonly summaryFn: Int32Array;
  readonly summaryStart: Int32Array;
  readonly summaryData: Int32Array;
  readonly acquirerStart: Int32Array;
  readonly acquirer: Int32Array;
  readonly holderStart: Int32Array;
  readonly holder: Int32Array;
  readonly orderHeld: Int32Array;
  readonly orderTaken: Int32Array;
  readonly orderFn: Int32Array;
  readonly orderLine: Int32Array;
  readonly callbackFn: Int32Array;
  readonly callbackLock: Int32Array;
}

function lockIndex(tree: TreeIndex, locks: LockTable, instances: GlobalNames, c: Columns): LockIndex {
  const callbacks: CallbackClasses = new Map();
  c.callbackFn.forEach((fn, i) => {
    const set = callbacks.get(fn) ?? new Set();
    set.add(c.callbackLock[i] as number);
    callbacks.set(fn, set);
  });
  const cache = new Map<number, Summary>();
  const row = (start: Int32Array, items: Int32Array, at: number): readonly number[] =>
    at >= 0 && at + 1 < start.length ? Array.from(items.subarray(start[at], start[at + 1])) : [];
  const summaryOf = (fn: number): Summary => {
    let summary = cache.get(fn);
    if (!summary) {
      const at = find(c.summaryFn, fn);
      summary = at < 0 ? EMPTY_SUMMARY : decodeSummary(c.summaryData, c.summaryStart[at] as number, instances);
      cache.set(fn, summary);
    }
    return summary;
  };
  return {
    tree,
    locks,
    summaryOf,
    orders: { held: c.orderHeld, taken: c.orderTaken, fn: c.orderFn, line: c.orderLine },
    lockSites: c.acquirer.length,
    runsIn: (fn) => callbacks.get(fn) ?? [],
    acquirersOf: (lock) => row(c.acquirerStart, c.acquirer, lock),
    holdersOf: (lock) => row(c.holderStart, c.holder, lock),
  };
}

/** Position of a value in a sorted column, -1 when it is not there. */
function find(column: Int32Array, value: number): number {
  let low = 0;
  let high = column.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const here = column[middle] as number;
    if (here === value) return middle;
    if (here < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function build(
  tree: TreeIndex,
  rules: RuleSet,
  options: LockIndexOptions,
): { locks: LockTable; instances: GlobalNames; columns: Columns & Record<string, Int32Array> } {
  const { symbols, graph } = tree;
  const locks = new LockTable();
  const summaries = new Map<number, Summary>();
  const none: readonly Effect[] = [];
  const callbacks: CallbackClasses = new Map();
  const registrations = new RegistrationReader(tree, rules, locks);
  for (let id = 0; id < symbols.fileCount; id++) {
    const file = tree.source(id);
    if (file) registrations.read(file, callbacks);
  }
  const analysis = new FunctionAnalysis(
    tree,
    rules,
    locks,
    (fn) => summaries.get(fn)?.effects ?? none,
    (fn) => callbacks.get(fn) ?? [],
  );
  const opaque = new Uint8Array(symbols.fileCount);
  for (let file = 0; file < symbols.fileCount; file++) opaque[file] = isOpaque(rules, symbols.path(file)) ? 1 : 0;

  let pending = new Set<number>();
  for (let fn = 0; fn < symbols.functionCount; fn++) pending.add(fn);
  for (let round = 0; round < ROUNDS && pending.size > 0; round++) {
    const changed = new Set<number>();
    let done = 0;
    // in the order of files, so that each is read once
    for (const fn of [...pending].sort((a, b) => a - b)) {
      if ((++done & 4095) === 0) options.onProgress({ phase: `locks ${round + 1}`, done, total: pending.size });
      const fileId = symbols.t.fnFile.at(fn);
      if (opaque[fileId]) continue;
      const file = tree.source(fileId);
      if (!file) continue;
      const summary = analysis.analyse(file, symbols.t.fnLocal.at(fn));
      const before = summaries.get(fn);
      if (!isEmpty(summary)) summaries.set(fn, summary);
      else if (before) summaries.delete(fn);
      if (!sameEffects(before?.effects ?? none, summary.effects)) changed.add(fn);
    }
    pending = new Set();
    for (const fn of changed) for (const caller of graph.callersOf(fn)) pending.add(caller);
  }

  const instances = new GlobalNames();
  const data: number[] = [];
  const fns = [...summaries.keys()].sort((a, b) => a - b);
  const starts: number[] = [];
  const acquirers = new Map<number, number[]>();
  const holders = new Map<number, number[]>();
  const order: [number[], number[], number[], number[]] = [[], [], [], []];
  const chunks: Int32Array[] = [];
  let base = 0;
  for (const fn of fns) {
    const summary = summaries.get(fn) as Summary;
    starts.push(base + data.length);
    encodeSummary(summary, instances, data);
    if (data.length > 1 << 20) {
      chunks.push(Int32Array.from(data));
      base += data.length;
      data.length = 0;
    }
    noteLocks(summary, fn, locks, acquirers, holders, order);
  }
  chunks.push(Int32Array.from(data));
  const acquirerRows = rows(acquirers, locks.size);
  const holderRows = rows(holders, locks.size);
  return {
    locks,
    instances,
    columns: {
      summaryFn: Int32Array.from(fns),
      summaryStart: Int32Array.from(starts),
      summaryData: join32(chunks),
      acquirerStart: acquirerRows.start,
      acquirer: acquirerRows.items,
      holderStart: holderRows.start,
      holder: holderRows.items,
      orderHeld: Int32Array.from(order[0]),
      orderTaken: Int32Array.from(order[1]),
      orderFn: Int32Array.from(order[2]),
      orderLine: Int32Array.from(order[3]),
      callbackFn: Int32Array.from([...callbacks].flatMap(([fn, set]) => [...set].map(() => fn))),
      callbackLock: Int32Array.from([...callbacks].flatMap(([, set]) => [...set])),
    },
  };
}

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
      if (h.lock === a.lock || a.tries) continue;
      order[0].push(h.lock);
      order[1].push(a.lock);
      order[2].push(fn);
      order[3].push(a.line);
    }
  }
  for (const call of summary.calls) for (const h of call.held) if (locks.isClass(h.lock)) add(holders, h.lock);
}

function rows(map: Map<number, number[]>, size: number): { start: Int32Array; items: Int32Array } {
  const start = new Int32Array(size + 1);
  for (let i = 0; i < size; i++) start[i + 1] = (start[i] as number) + (map.get(i)?.length ?? 0);
  const items = new Int32Array(start[size] as number);
  for (const [key, list] of map) items.set(list, start[key]);
  return { start, items };
}

function join32(chunks: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

export function sameEffects(a: readonly Effect[], b: readonly Effect[]): boolean {
  if (a.length !== b.length) return false;
  const key = (e: Effect): string => `${e.kind}|${e.lock}|${e.instance}|${e.mode}|${e.when}|${e.reentrant}`;
  const known = new Set(a.map(key));
  return b.every((e) => known.has(key(e)));
}
