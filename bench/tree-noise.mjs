// Tree noise: a sample of the tree's own orders A→B inside single functions, each judged as if a patch had just brought it.
// A mature kernel has few real inversions, so nearly all that is reported is a false alarm.
//
//   node bench/tree-noise.mjs [--tree 6.12] [--number 1000] [--seed 1] [--write]
//
// The judgement is `judgeSeries` itself: the base is the same index with that order taken out of that one function, so
// bounds, object binding, gates and threshold are those of a review. --write puts the result into docs/benchmark.md.
import { parseArgs } from 'node:util';
import { judgeSeries } from '../dist/locks/index.js';
import { causeTable, knownCauses, median, percent, writeSection } from './benchmark-page.mjs';
import { chainText, openLockTree, placeOf, shortChain } from './lock-tree.mjs';
import { sample } from './seeded-sample.mjs';

const { values } = parseArgs({
  options: {
    tree: { type: 'string', default: '6.12' },
    number: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const { rules, index, locks, tree } = await openLockTree(values.tree);
const orders = ownOrders(locks);
const chosen = sample(orders, Number(values.number), Number(values.seed));

const noisy = [];
const below = { hidden: 0, gated: 0, otherKinds: 0 };
/** Kinds that are proven by a path in the reverse order. */
const REVERSE = new Set(['abba', 'wait-under-lock', 'self-deadlock']);
const times = [];
for (const [i, order] of chosen.entries()) {
  const begun = performance.now();
  const { findings } = judgeSeries(without(locks, order), [asPatched(locks, order)], rules);
  times.push(performance.now() - begun);
  const mine = findings.filter((f) => isAbout(f, order));
  const told = mine.filter((f) => f.reported && (f.verdict === 'introduced' || f.verdict === 'new-path'));
  const reported = told.find((f) => REVERSE.has(f.kind));
  if (!reported && told.length > 0) below.otherKinds++;
  else if (reported) {
    noisy.push({ order, finding: reported });
    print(order, reported);
  } else if (mine.some((f) => f.verdict === 'gated')) below.gated++;
  else if (mine.length > 0) below.hidden++;
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${i + 1}/${chosen.length}, ${noisy.length} reported`);
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');

const sorted = [...times].sort((a, b) => a - b);
const pairs = new Set(noisy.map(({ order }) => pairText(order)));
const summary = [
  `${chosen.length} of ${orders.length} own orders of Linux ${values.tree} (seed ${values.seed}): **${noisy.length} reported** (${percent(noisy.length, chosen.length)}), of ${pairs.size} distinct pairs;`,
  `${below.hidden} more stay below the threshold of confidence and ${below.gated} are gated; ${below.otherKinds} are told as something else (interrupts), not by a reverse path.`,
  `A query takes ${median(times).toFixed(0)} ms in the middle, ${(sorted[Math.floor(sorted.length * 0.95)] ?? 0).toFixed(0)} ms at the 95th percentile, ${(sorted.at(-1) ?? 0).toFixed(0)} ms at most.`,
].join(' ');
console.log(summary);
if (values.write) {
  const list = causeTable(['own order', 'functions', 'confidence', 'reverse'], pairRows(), knownCauses());
  writeSection('tree-noise', `${summary}\n\n${list}`);
}
index.close();
await tree.close();

/** One row a pair: how many of its orders were reported, and the reverse path of the first. */
function pairRows() {
  const byPair = new Map();
  for (const item of noisy) {
    const pair = pairText(item.order);
    byPair.set(pair, [...(byPair.get(pair) ?? []), item]);
  }
  return [...byPair].map(([pair, items]) => [
    pair,
    items.length,
    Math.max(...items.map(({ finding }) => finding.confidence)),
    shortChain(items[0].finding.paths[1]),
  ]);
}

/** Each order once for each function that has it. */
function ownOrders({ orders: o }) {
  const seen = new Map();
  for (let i = 0; i < o.held.length; i++) {
    const key = `${o.held[i]}|${o.taken[i]}|${o.fn[i]}`;
    if (!seen.has(key)) seen.set(key, { held: o.held[i], taken: o.taken[i], fn: o.fn[i], line: o.line[i] });
  }
  return [...seen.values()];
}

/** The index as if `fn` did not hold the one where it takes the other. */
function without(base, { held, taken, fn }) {
  const summary = base.summaryOf(fn);
  const acquisitions = summary.acquisitions.map((a) =>
    a.lock === taken ? { ...a, held: a.held.filter((h) => h.lock !== held) } : a,
  );
  // its parts may be read on demand: a spread would lose them
  const { effects, calls, bounded } = summary;
  const stripped = { effects, acquisitions, calls, bounded };
  return { ...base, summaryOf: (id) => (id === fn ? stripped : base.summaryOf(id)) };
}

/** The index as it is, in the form of a tree after a patch that touched `fn`. */
function asPatched(base, { fn }) {
  return {
    ...base,
    base,
    tree: { ...base.tree, touched: [fn], removed: [] },
    changed: new Set([fn]),
    skippedCallers: 0,
  };
}

function isAbout(finding, { held, taken }) {
  return finding.locks.includes(locks.locks.text(held)) && finding.locks.includes(locks.locks.text(taken));
}

function pairText({ held, taken }) {
  return `${locks.locks.text(held)} → ${locks.locks.text(taken)}`;
}

function print(order, finding) {
  console.log(`${pairText(order)}  ${placeOf(index, order.fn, order.line)}  ${finding.verdict} ${finding.confidence}`);
  for (const path of finding.paths.slice(0, 2)) console.log(`    ${chainText(path)}`);
}
