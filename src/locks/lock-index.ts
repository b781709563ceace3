import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import {
  DamagedFile,
  GlobalNames,
  type OverlayIndex,
  openSections,
  Pages,
  type TreeIndex,
  writeSections,
} from '../tree/index.ts';
import { buildLocks, LOCK_COLUMNS, type LockColumns } from './build-locks.ts';
import { LockTable } from './lock-table.ts';
import type { OrderSites } from './order-sites.ts';
import { overlayLocks } from './overlay-locks.ts';
import type { CallbackClasses } from './registrations.ts';
import type { RuleSet } from './rules/index.ts';
import type { ContextFacts } from './start-reader.ts';
import { EMPTY_SUMMARY, type Summary } from './summary.ts';
import { decodeSummary } from './summary-codec.ts';

/** Changes whenever the same facts and rules may give other summaries. */
const ANALYSIS_VERSION = 17;

/** The summaries of all functions of a tree that touch locks. */
export interface LockIndex {
  readonly tree: TreeIndex;
  readonly locks: LockTable;
  readonly orders: OrderSites;
  readonly lockSites: number;
  /** Who is started from where, and who changes contexts: of the tree under all overlays. */
  readonly contexts: ContextFacts;
  summaryOf(fn: number): Summary;
  /** Wait classes of which a function is the callback. */
  runsIn(fn: number): Iterable<number>;
  /** Callbacks that run in a wait class. */
  callbacksIn(lock: number): readonly number[];
  /** Functions that take a lock. */
  acquirersOf(lock: number): readonly number[];
  /** Functions that hold a lock where they take another or call. */
  holdersOf(lock: number): readonly number[];
}

export interface LockIndexOptions {
  readonly cacheDir: string | null;
  readonly workers: number;
  readonly onProgress: (event: { phase: string; done: number; total: number | null }) => void;
}

/**
 * Opens the lock summaries of a linked tree, or works them out (and stores them when there is a cache).
 *
 * @example
 * const locks = await openLockIndex(index, rules, { cacheDir, workers: 2, onProgress: () => {} });
 */
export async function openLockIndex(
  tree: TreeIndex,
  rules: RuleSet,
  options: LockIndexOptions,
): Promise<Outcome<LockIndex>> {
  if ('base' in tree) {
    const base = await openLockIndex(tree.base as TreeIndex, rules, options);
    return base.ok ? ok(overlayLocks(base.value, tree as OverlayIndex, rules)) : base;
  }
  const key = createHash('sha256').update(`${ANALYSIS_VERSION} ${tree.key} ${rules.hash}`).digest('hex').slice(0, 32);
  const path = options.cacheDir ? join(options.cacheDir, 'trees', `${key}.locks`) : null;
  const stored = path ? readLocks(tree, path) : null;
  if (stored) return ok(stored);
  const { locks, instances, columns } = await buildLocks(tree, rules, options);
  if (path) {
    try {
      const names = instances.columns();
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
  return ok(lockIndex(tree, locks, instances, { ...columns, summaryData: Pages.of(columns.summaryData) }));
}

/** Stored summaries, or null when there are none, or they are damaged. */
function readLocks(tree: TreeIndex, path: string): LockIndex | null {
  const stored = openSections(path);
  if (!stored) return null;
  try {
    // of a program that stored other columns under the same version
    if (!LOCK_COLUMNS.every((name) => stored.names.includes(name))) {
      stored.close();
      return null;
    }
    const texts = Buffer.from(stored.blob('lockTexts').all()).toString('latin1');
    const instances = new GlobalNames({
      pool: stored.blob('instancePool'),
      ends: stored.words('instanceEnds'),
      slots: stored.words('instanceSlots'),
    });
    const small = LOCK_COLUMNS.filter((name) => name !== 'summaryData');
    const columns = Object.fromEntries(small.map((name) => [name, stored.words(name).all()]));
    const index = lockIndex(tree, new LockTable(texts.split('\n')), instances, {
      ...(columns as Omit<LockColumns, 'summaryData'>),
      summaryData: stored.words('summaryData'),
    });
    tree.closing.push(stored.close);
    return index;
  } catch (error) {
    stored.close();
    if (error instanceof DamagedFile) return null;
    throw error;
  }
}

function lockIndex(
  tree: TreeIndex,
  locks: LockTable,
  instances: GlobalNames,
  c: Omit<LockColumns, 'summaryData'> & { readonly summaryData: Pages },
): LockIndex {
  const callbacks: CallbackClasses = new Map();
  c.callbackFn.forEach((fn, i) => {
    const set = callbacks.get(fn) ?? new Set();
    set.add(c.callbackLock[i] as number);
    callbacks.set(fn, set);
  });
  let inverse: Map<number, number[]> | null = null;
  const cache: Summary[] = [];
  // position of a function's summary plus one: most functions have none, and searches ask for tens of thousands
  const places = new Int32Array(tree.symbols.functionCount);
  for (let i = 0; i < c.summaryFn.length; i++) places[c.summaryFn[i] as number] = i + 1;
  const row = (start: Int32Array, items: Int32Array, at: number): readonly number[] =>
    at >= 0 && at + 1 < start.length ? Array.from(items.subarray(start[at], start[at + 1])) : [];
  const summaryOf = (fn: number): Summary => {
    const at = (places[fn] ?? 0) - 1;
    if (at < 0) return EMPTY_SUMMARY;
    const known = cache[at];
    if (known) return known;
    const start = c.summaryStart[at] as number;
    c.summaryData.need(start, c.summaryStart[at + 1] ?? c.summaryData.length);
    const summary = decodeSummary(c.summaryData.data, start, instances);
    cache[at] = summary;
    return summary;
  };
  return {
    tree,
    locks,
    summaryOf,
    orders: { held: c.orderHeld, taken: c.orderTaken, fn: c.orderFn, line: c.orderLine },
    lockSites: c.acquirer.length,
    contexts: contextFacts(tree.symbols.fileCount, c),
    runsIn: (fn) => callbacks.get(fn) ?? [],
    callbacksIn: (lock) => {
      inverse ??= byClass(callbacks);
      return inverse.get(lock) ?? [];
    },
    acquirersOf: (lock) => row(c.acquirerStart, c.acquirer, lock),
    holdersOf: (lock) => row(c.holderStart, c.holder, lock),
  };
}

function contextFacts(
  files: number,
  c: Pick<LockColumns, 'startFn' | 'startFile' | 'startCode' | 'changer'>,
): ContextFacts {
  return {
    files,
    startsOf: (fn) => {
      const out: { file: number; code: number }[] = [];
      for (let at = firstFrom(c.startFn, fn); c.startFn[at] === fn; at++)
        out.push({ file: c.startFile[at] as number, code: c.startCode[at] as number });
      return out;
    },
    changes: (fn) => c.changer[firstFrom(c.changer, fn)] === fn,
  };
}

/** Position of the first value of a sorted column that is not below `value`. */
function firstFrom(column: Int32Array, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((column[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byClass(callbacks: CallbackClasses): Map<number, number[]> {
  const inverse = new Map<number, number[]>();
  for (const [fn, classes] of callbacks)
    for (const lock of classes) {
      const list = inverse.get(lock);
      if (list) list.push(fn);
      else inverse.set(lock, [fn]);
    }
  return inverse;
}
