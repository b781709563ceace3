import { type CalledOrder, type LockIndex, ordersInside, type RuleSet } from '../locks/index.ts';
import type { AreaRow, GraphEdge, LockGraph } from './atlas-answers.ts';
import { type OrderEdge, type OrderTable, sitesOfEdge } from './atlas-orders.ts';

/** Classes of an area whose orders through calls are followed: those that are taken most often there. */
const FOLLOWED = 100;

interface Counted {
  readonly edge: OrderEdge;
  readonly first: number;
  readonly sites: number;
  readonly files: number;
}

/** The lock orders inside some files: the `most` that are used most, and the classes that they join. */
export function graphOf(
  index: LockIndex,
  rules: RuleSet,
  table: OrderTable,
  area: AreaRow,
  files: ReadonlySet<string>,
  most: number,
): LockGraph {
  const { symbols } = index.tree;
  const ids = new Set([...files].map((path) => index.tree.fileOf(path)));
  const counted = table.edges
    .flatMap((edge) => countInside(table, edge, ids))
    .sort((a, b) => b.sites - a.sites || b.files - a.files || a.edge.from - b.edge.from);
  // where single functions fill the picture, what calls add would be left out of it
  const follow = counted.length < most ? FOLLOWED : 0;
  const isInside = (fn: number): boolean => ids.has(symbols.t.fnFile.at(fn));
  const { orders, leftOut: notFollowed } = ordersInside(index, rules, isInside, follow);
  const isCalled = new Set(orders.map(({ held, taken }) => `${held}|${taken}`));
  const called = orders
    .filter(({ held, taken }) => table.edge(held, taken) === null)
    .sort((a, b) => b.ways - a.ways || a.calls - b.calls || a.held - b.held || a.taken - b.taken);

  const numbers = new Map<number, number>();
  const node = (lock: number): number => {
    const known = numbers.get(lock) ?? numbers.size;
    numbers.set(lock, known);
    return known;
  };
  const ends = (held: number, taken: number): Pick<GraphEdge, 'held' | 'taken' | 'reverse'> => {
    const reverse = isCalled.has(`${taken}|${held}`) ? 'calls' : null;
    const direct = sitesOfEdge(table.edge(taken, held)) > 0;
    return { held: node(held), taken: node(taken), reverse: direct ? 'functions' : reverse };
  };
  const inFunctions = ({ edge, first, sites, files }: Counted): GraphEdge => {
    return { ...ends(edge.held, edge.taken), sites, files, calls: 0, first: table.site(first) };
  };
  const throughCalls = ({ held, taken, calls, fn, line }: CalledOrder): GraphEdge => {
    const first = { file: symbols.path(symbols.t.fnFile.at(fn)), line, function: symbols.functionName(fn) };
    return { ...ends(held, taken), sites: 0, files: 0, calls, first };
  };
  const edges = [
    ...counted.slice(0, most).map(inFunctions),
    ...called.slice(0, Math.max(0, most - counted.length)).map(throughCalls),
  ];
  return {
    area,
    files: files.size,
    nodes: [...numbers.keys()].map((lock) => index.locks.text(lock)),
    edges,
    leftOut: counted.length + called.length - edges.length,
    notFollowed,
  };
}

/** How often an order is in some files; nothing when it is in none of them. */
function countInside(table: OrderTable, edge: OrderEdge, ids: ReadonlySet<number>): Counted[] {
  let first = -1;
  let sites = 0;
  let count = 0;
  let last = -1;
  for (let i = edge.from; i < edge.to; i++) {
    const row = table.rows[i] as number;
    const file = table.fileOf(row);
    if (!ids.has(file)) continue;
    if (first < 0) first = row;
    sites++;
    if (file !== last) count++;
    last = file;
  }
  return sites === 0 ? [] : [{ edge, first, sites, files: count }];
}
