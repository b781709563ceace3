// Planted inversions, the counterweight of tree noise: takes the tree's own orders A→B, lays a patch over the tree that
// takes B→A one, two or three calls away, and counts how many a review reports.
//
//   node bench/planted.mjs [--tree 6.12] [--number 200] [--seed 2] [--write]
//
// Each order is planted twice: with helpers that the patch brings along (`new`), and by calling a function of the tree
// that takes A itself or some calls below (`existing`). --write puts the result into docs/benchmark.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FLAG } from '../dist/csource/index.js';
import { judgeSeries, overlayLocks } from '../dist/locks/index.js';
import { OrderSearch } from '../dist/locks/order-search.js';
import { overlayIndex } from '../dist/tree/index.js';
import { causeTable, knownCauses, median, percent, table, writeSection } from './benchmark-page.mjs';
import { openLockTree, placeOf } from './lock-tree.mjs';
import { PLANTED, plantedText } from './plant-inversion.mjs';
import { sample } from './seeded-sample.mjs';

const DISTANCES = [1, 2, 3];
/** Places where a lock is taken that are looked at for the primitive. */
const LOOKED_AT = 12;
const { values } = parseArgs({
  options: {
    tree: { type: 'string', default: '6.12' },
    number: { type: 'string', default: '200' },
    seed: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});
const number = Number(values.number);
const { rules, index, locks, folder, tree } = await openLockTree(values.tree);
const { symbols, graph } = index;
const baseSearch = new OrderSearch(locks, rules);
const results = [];
const refused = {
  'class cannot be written as C': 0,
  'no function of the tree to call': 0,
  'spelled C gives another class': 0,
};
const times = [];
const families = new Map();
const sources = new Map();

const orders = sample(ownOrders(), Number.MAX_SAFE_INTEGER, Number(values.seed));
for (const way of ['new', 'existing']) {
  let planted = 0;
  for (const order of orders) {
    if (planted === number) break;
    if (plant(order, way, DISTANCES[planted % DISTANCES.length])) planted++;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${way}: ${planted}/${number}`);
  }
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
report();
index.close();
await tree.close();

/** Orders in `.c` files that the analysis looks into, each once for its function. */
function ownOrders() {
  const { held, taken, fn, line } = locks.orders;
  const seen = new Map();
  held.forEach((lock, i) => {
    const key = `${lock}|${taken[i]}|${fn[i]}`;
    if (!symbols.path(symbols.t.fnFile.at(fn[i])).endsWith('.c') || seen.has(key)) return;
    seen.set(key, { held: lock, taken: taken[i], fn: fn[i], line: line[i] });
  });
  return [...seen.values()];
}

/** False when the order could not be planted in that way. */
function plant(order, way, calls) {
  const fileId = symbols.t.fnFile.at(order.fn);
  const path = symbols.path(fileId);
  const [first, second] = [locks.locks.text(order.taken), locks.locks.text(order.held)];
  const existing = way === 'existing' ? functionTaking(order.held, calls - 1, fileId) : null;
  if (way === 'existing' && !existing) return refuse('no function of the tree to call');
  const asLock = (lock) => ({ text: locks.locks.text(lock), family: familyOf(lock) });
  const text = plantedText(asLock(order.taken), asLock(order.held), calls, existing);
  if (text === null) return refuse('class cannot be written as C');
  const bytes = Buffer.concat([readFileSync(join(folder, path)), Buffer.from(text)]);

  const begun = performance.now();
  const after = overlayLocks(locks, overlayIndex(index, new Map([[path, bytes]])), rules);
  const { findings } = judgeSeries(locks, [after], rules);
  const time = performance.now() - begun;

  if (!isAsMeant(after, order, way)) return refuse('spelled C gives another class');
  times.push(time);
  const mine = findings.filter((f) => f.locks.includes(first) && f.locks.includes(second));
  const found = mine.some((f) => f.reported && (f.verdict === 'introduced' || f.verdict === 'new-path'));
  results.push({ order, way, calls, found, why: found ? '' : whyNot(after, order, mine) });
  return true;
}

function refuse(why) {
  refused[why]++;
  return false;
}

/** The family of the primitive with which the tree takes a lock, null when its source does not show one. */
function familyOf(lock) {
  if (!families.has(lock)) families.set(lock, readFamily(lock));
  return families.get(lock);
}

function readFamily(lock) {
  const places = baseSearch.acquisitionsOf(lock);
  const [direct, wrapped] = [places.filter(({ taken }) => taken.via < 0), places.filter(({ taken }) => taken.via >= 0)];
  for (const { fn, taken } of [...direct, ...wrapped].slice(0, LOOKED_AT)) {
    const line = sourceLines(symbols.path(symbols.t.fnFile.at(fn)))[taken.line - 1] ?? '';
    for (const [, name, guard] of line.matchAll(/\b(\w+)\s*\((?:(\w+)\)\()?/g)) {
      const api = guard ? rules.guards.get(guard) : rules.locks.get(name);
      if (api && (guard || api.op === 'acquire') && api.arg !== null && api.field === null) return api.family;
    }
  }
  return declaredFamily(locks.locks.text(lock));
}

/** The family whose objects have the C type with which `tag.field` is declared, as for the lock inside a container. */
function declaredFamily(text) {
  const [, tag, field] = /(?:^|:)(\w+)\.(\w+)$/.exec(text) ?? [];
  const [tagName, fieldName] = [symbols.names.find(tag ?? ''), symbols.names.find(field ?? '')];
  if (tagName < 0 || fieldName < 0) return null;
  for (let struct = symbols.t.structHead.find(tagName); struct >= 0; struct = symbols.t.structNext.at(struct)) {
    const at = symbols.field(struct, fieldName);
    const type = at < 0 ? -1 : symbols.t.fieldType.at(at);
    if (type < 0) continue;
    const name = symbols.names.text(type >> 3);
    const family = rules.families.find(({ types }) => types.some((t) => t.replace(/^struct /, '') === name));
    if (family) return family.family;
  }
  return null;
}

function sourceLines(path) {
  if (!sources.has(path)) sources.set(path, readFileSync(join(folder, path), 'latin1').split('\n'));
  return sources.get(path);
}

/** Whether the front end reads the planted functions as the orders they are meant to be. */
function isAsMeant(after, order, way) {
  const taken = new Set();
  for (const fn of after.tree.touched) {
    if (!after.tree.symbols.functionName(fn).startsWith(PLANTED)) continue;
    for (const a of after.summaryOf(fn).acquisitions) taken.add(a.lock);
  }
  return taken.has(order.taken) && (way === 'existing' || taken.has(order.held));
}

/** A function that can be called from the file and takes the lock `calls` direct calls below itself, the nearest first. */
function functionTaking(lock, calls, fileId) {
  let level = new Set(baseSearch.acquisitionsOf(lock).map(({ fn }) => fn));
  for (let i = 0; i < calls; i++) {
    const above = new Set();
    for (const fn of level) for (const caller of graph.callersOf(fn)) if (!level.has(caller)) above.add(caller);
    level = above;
  }
  const usable = [...level].filter((fn) => {
    const isHere = symbols.t.fnFile.at(fn) === fileId;
    const isPlain = (symbols.t.fnFlags.at(fn) & (FLAG.STATIC | FLAG.MACRO)) === 0;
    const isOnly = symbols.functionsOf(symbols.t.fnName.at(fn), fileId, 2).length === 1;
    return (isHere || isPlain) && isOnly && !baseSearch.isClosed(fn);
  });
  const near = (fn) => Number(symbols.t.fnFile.at(fn) !== fileId);
  usable.sort((a, b) => near(a) - near(b) || a - b);
  return usable.length > 0 ? { name: symbols.functionName(usable[0]), calls } : null;
}

function whyNot(after, order, mine) {
  const weak = mine.find((f) => f.verdict === 'introduced' || f.verdict === 'new-path');
  if (weak) return `confidence ${weak.confidence} is below the threshold`;
  if (mine.length > 0) return `verdict ${mine[0].verdict}`;
  const search = new OrderSearch(after, rules);
  if (search.paths(order.held, order.taken).length === 0) return 'the order of the tree is not found';
  if (search.paths(order.taken, order.held).length === 0) return 'the planted order is not found';
  return 'both orders are found, the pair is not judged';
}

function report() {
  const rows = [];
  for (const way of ['new', 'existing'])
    for (const calls of [...DISTANCES, null]) {
      const of = results.filter((r) => r.way === way && (calls === null || r.calls === calls));
      const found = of.filter((r) => r.found).length;
      rows.push([way, calls ?? 'all', of.length, found, percent(found, of.length)]);
    }
  const figures = table(['helpers', 'calls away', 'planted', 'found', 'share'], rows);
  const skipped = Object.entries(refused).map(([why, count]) => `${why}: ${count}`);
  const note = [
    `Linux ${values.tree}, seed ${values.seed}; ${median(times).toFixed(0)} ms a patch in the middle, ${Math.max(0, ...times).toFixed(0)} ms at most.`,
    `Orders passed over because they could not be planted: ${skipped.join('; ')}.`,
  ].join(' ');
  const missed = results.filter((r) => !r.found);
  console.log(`${figures}\n\n${note}\n`);
  for (const { order, way, calls, why } of missed)
    console.log(`missed (${way}, ${calls}): ${pairText(order)}  ${placeOf(index, order.fn, order.line)}  ${why}`);
  if (!values.write) return;
  const list = missed.map((m) => [
    `${pairText(m.order)} (${m.way}, ${m.calls})`,
    placeOf(index, m.order.fn, m.order.line),
    m.why,
  ]);
  const misses =
    missed.length === 0 ? '' : `\n\n${causeTable(['order of the tree', 'at', 'what happened'], list, knownCauses())}`;
  writeSection('planted', `${figures}\n\n${note}${misses}`);
}

function pairText({ held, taken }) {
  return `${locks.locks.text(held)} → ${locks.locks.text(taken)}`;
}
