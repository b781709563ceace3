import type { LockIndex } from '../locks/index.ts';
import type { OrderSite } from './atlas-answers.ts';

/** One order of two lock classes: rows `from` to `to` of `OrderTable.rows`. */
export interface OrderEdge {
  readonly held: number;
  readonly taken: number;
  readonly from: number;
  readonly to: number;
  readonly files: number;
}

/** The orders that single functions of a tree have, by pairs of classes. */
export interface OrderTable {
  readonly edges: readonly OrderEdge[];
  /** Rows of `LockIndex.orders`, those of an edge together, by file and line. */
  readonly rows: Int32Array;
  /** Edges by the class that is held, and by the class that is taken; most used first. */
  readonly below: ReadonlyMap<number, readonly OrderEdge[]>;
  readonly above: ReadonlyMap<number, readonly OrderEdge[]>;
  readonly edge: (held: number, taken: number) => OrderEdge | null;
  readonly site: (row: number) => OrderSite;
  readonly fileOf: (row: number) => number;
}

/** Puts the orders of a tree together by pairs; its cost is that of sorting them once. */
export function orderTable({ orders, tree }: LockIndex): OrderTable {
  const { held, taken, fn, line } = orders;
  const { symbols } = tree;
  const fileOf = (row: number): number => symbols.t.fnFile.at(fn[row] as number);
  const files = Int32Array.from(held, (_, row) => fileOf(row));
  const order = (a: number, b: number): number =>
    (held[a] as number) - (held[b] as number) ||
    (taken[a] as number) - (taken[b] as number) ||
    (files[a] as number) - (files[b] as number) ||
    (line[a] as number) - (line[b] as number) ||
    a - b;
  const rows = Int32Array.from(held.keys()).sort(order);
  const edges: OrderEdge[] = [];
  for (let from = 0; from < rows.length; ) {
    const first = rows[from] as number;
    let to = from;
    let count = 0;
    let file = -1;
    for (; to < rows.length; to++) {
      const row = rows[to] as number;
      if (held[row] !== held[first] || taken[row] !== taken[first]) break;
      if (files[row] !== file) count++;
      file = files[row] as number;
    }
    edges.push({ held: held[first] as number, taken: taken[first] as number, from, to, files: count });
    from = to;
  }
  const byUse = [...edges].sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  const known = new Map(edges.map((edge) => [keyOf(edge.held, edge.taken), edge]));
  return {
    edges,
    rows,
    below: grouped(byUse, (edge) => edge.held),
    above: grouped(byUse, (edge) => edge.taken),
    edge: (h, t) => known.get(keyOf(h, t)) ?? null,
    fileOf: (row) => files[row] as number,
    site: (row) => ({
      file: symbols.path(files[row] as number),
      line: line[row] as number,
      function: symbols.functionName(fn[row] as number),
    }),
  };
}

/** How many places an order has. */
export function sitesOfEdge(edge: OrderEdge | null): number {
  return edge === null ? 0 : edge.to - edge.from;
}

/** How much of locks a file has. */
export interface FileUse {
  /** Orders inside single functions. */
  readonly orders: number;
  /** Functions that take a lock, each counted once for every class. */
  readonly takes: number;
}

/** The files of a tree that take locks. */
export function fileUses({ locks, tree, acquirersOf }: LockIndex, table: OrderTable): Map<string, FileUse> {
  const { symbols } = tree;
  const orders = new Map<number, number>();
  const takes = new Map<number, number>();
  const count = (counts: Map<number, number>, file: number): unknown => counts.set(file, (counts.get(file) ?? 0) + 1);
  for (const edge of table.edges)
    for (let i = edge.from, last = -1; i < edge.to; i++) {
      const file = table.fileOf(table.rows[i] as number);
      if (file !== last) count(orders, file);
      last = file;
    }
  for (let lock = 0; lock < locks.size; lock++)
    if (locks.isClass(lock)) for (const fn of acquirersOf(lock)) count(takes, symbols.t.fnFile.at(fn));
  return new Map([...takes].map(([file, n]) => [symbols.path(file), { orders: orders.get(file) ?? 0, takes: n }]));
}

/** Ids stay below 2^26, so that two of them make one exact number. */
function keyOf(held: number, taken: number): number {
  return held * 0x4000000 + taken;
}

function grouped(edges: readonly OrderEdge[], key: (edge: OrderEdge) => number): Map<number, OrderEdge[]> {
  const groups = new Map<number, OrderEdge[]>();
  for (const edge of edges) {
    const group = groups.get(key(edge));
    if (group) group.push(edge);
    else groups.set(key(edge), [edge]);
  }
  return groups;
}
