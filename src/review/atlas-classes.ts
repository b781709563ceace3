import { type CalledOrder, type LockIndex, nearest, ordersThroughCalls, type RuleSet } from '../locks/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type {
  CalledRow,
  ClassOrders,
  ClassReach,
  ClassRow,
  ClassSearch,
  OrderList,
  OrderSite,
} from './atlas-answers.ts';
import { type OrderEdge, type OrderTable, sitesOfEdge } from './atlas-orders.ts';

/** Characters of a search that are looked at. */
const MOST_TEXT = 200;
/** Names that a misspelt class is compared with, at most. */
const NAMED = 3;
/** Names whose letters are compared with it, at most. */
const COMPARED = 200;
/** Places that are shown of an order, and of where a class is taken. */
const FIRST = 3;
const FIRST_TAKERS = 8;

/** The lock classes of a tree, ready to be searched. */
export interface ClassNames {
  readonly index: LockIndex;
  readonly table: OrderTable;
  readonly rows: readonly {
    readonly id: number;
    readonly name: string;
    readonly lower: string;
    readonly orders: number;
  }[];
}

/** Makes the list that is searched, those with the most orders first. */
export function classNames(index: LockIndex, table: OrderTable): ClassNames {
  const rows = index.locks.all().flatMap((name, id) => {
    if (!index.locks.isClass(id)) return [];
    const orders = (table.below.get(id)?.length ?? 0) + (table.above.get(id)?.length ?? 0);
    return [{ id, name, lower: name.toLowerCase(), orders, takers: index.acquirersOf(id).length }];
  });
  rows.sort((a, b) => b.orders - a.orders || b.takers - a.takers || (a.name < b.name ? -1 : 1));
  return { index, table, rows };
}

/** Finds lock classes: every word of the text has to be in the name; without words, all do. */
export function searchClasses({ index, table, rows }: ClassNames, text: string, limit: number): ClassSearch {
  const words = text.slice(0, MOST_TEXT).toLowerCase().split(/\s+/).filter(Boolean);
  const ranks: number[][] = [[], [], [], []];
  for (const { id, lower } of rows) {
    const rank = rankOf(lower, words);
    if (rank !== null) ranks[rank]?.push(id);
  }
  const found = ranks.flat();
  const near = found.length > 0 || words.length === 0 ? [] : nearClasses(index, text.trim().slice(0, MOST_TEXT));
  return { rows: found.slice(0, limit).map((id) => classRow(index, table, id)), total: found.length, near };
}

/** 0 for the name itself, 1 for one of its parts, 2 for the beginning of a part, 3 for anything inside; null for no match. */
function rankOf(name: string, words: readonly string[]): number | null {
  let worst = 0;
  for (const word of words) {
    if (!name.includes(word)) return null;
    const parts = name.split(/[.:/]/);
    const rank = name === word ? 0 : parts.includes(word) ? 1 : parts.some((part) => part.startsWith(word)) ? 2 : 3;
    worst = Math.max(worst, rank);
  }
  return worst;
}

/** Names of classes that somebody may have meant. */
export function nearClasses({ locks }: LockIndex, name: string): string[] {
  const classes = locks.all().filter((_, id) => locks.isClass(id));
  const within = classes.filter((text) => text === name || text.split(/[.:]/).includes(name)).slice(0, NAMED);
  if (within.length > 0) return within;
  return [nearest(name, likely(name, classes))].filter((text) => text !== null);
}

/** The names that share the most runs of three letters with a text: comparing with all of them takes a second. */
function likely(text: string, names: readonly string[]): string[] {
  const runs = new Set(Array.from({ length: Math.min(40, text.length - 2) }, (_, i) => text.slice(i, i + 3)));
  const scored = names.flatMap((name) => {
    let shared = 0;
    for (const run of runs) if (name.includes(run)) shared++;
    return shared > 0 ? [{ name, shared }] : [];
  });
  return scored
    .sort((a, b) => b.shared - a.shared)
    .slice(0, COMPARED)
    .map(({ name }) => name);
}

/** Says that a tree has no class of a name, and which names come near. */
export function unknownClass(index: LockIndex, name: string): Outcome<never> {
  const near = nearClasses(index, name);
  const hint = near.length > 0 ? `did you mean ${near.join(', or ')}?` : undefined;
  return fail('locks/no-such-class', `the tree has no lock class '${name.slice(0, 100)}'`, undefined, hint);
}

function classRow(index: LockIndex, table: OrderTable, id: number): ClassRow {
  return {
    name: index.locks.text(id),
    takers: index.acquirersOf(id).length,
    below: table.below.get(id)?.length ?? 0,
    above: table.above.get(id)?.length ?? 0,
  };
}

/** The orders of one class, both ways. */
export function ordersOfClass(index: LockIndex, table: OrderTable, name: string, limit: number): Outcome<ClassOrders> {
  const id = index.locks.find(name);
  if (id < 0 || !index.locks.isClass(id)) return unknownClass(index, name);
  const list = (edges: readonly OrderEdge[], other: (edge: OrderEdge) => number): OrderList => ({
    rows: edges.slice(0, limit).map((edge) => ({
      name: index.locks.text(other(edge)),
      sites: sitesOfEdge(edge),
      files: edge.files,
      reverse: sitesOfEdge(table.edge(edge.taken, edge.held)),
      first: Array.from(table.rows.subarray(edge.from, Math.min(edge.to, edge.from + FIRST)), table.site),
    })),
    leftOut: Math.max(0, edges.length - limit),
  });
  return ok({
    name,
    takers: index.acquirersOf(id).length,
    first: takersOf(index, id),
    below: list(table.below.get(id) ?? [], (edge) => edge.taken),
    above: list(table.above.get(id) ?? [], (edge) => edge.held),
  });
}

/** The first places where a class is taken. */
function takersOf(index: LockIndex, lock: number): OrderSite[] {
  const { symbols } = index.tree;
  return index
    .acquirersOf(lock)
    .slice(0, FIRST_TAKERS)
    .map((fn) => ({
      file: symbols.path(symbols.t.fnFile.at(fn)),
      line: index.summaryOf(fn).acquisitions.find((taken) => taken.lock === lock)?.line ?? symbols.t.fnLine.at(fn),
      function: symbols.functionName(fn),
    }));
}

/** The orders of one class whose ends are in different functions. */
export function reachOfClass(
  index: LockIndex,
  rules: RuleSet,
  table: OrderTable,
  name: string,
  limit: number,
): Outcome<ClassReach> {
  const id = index.locks.find(name);
  if (id < 0 || !index.locks.isClass(id)) return unknownClass(index, name);
  const isKnown = (held: number, taken: number): boolean => table.edge(held, taken) !== null;
  const found = ordersThroughCalls(index, rules, id, isKnown, limit);
  const { symbols } = index.tree;
  const row = (lock: number, { calls, fn, line }: CalledOrder): CalledRow => ({
    name: index.locks.text(lock),
    calls,
    at: { file: symbols.path(symbols.t.fnFile.at(fn)), line, function: symbols.functionName(fn) },
  });
  return ok({
    name,
    below: found.below.map((order) => row(order.taken, order)),
    above: found.above.map((order) => row(order.held, order)),
    leftOut: found.leftOut,
    boundsHit: found.boundsHit,
  });
}
