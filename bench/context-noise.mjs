// Noise of the kinds about contexts: a sample of the tree's own functions, each judged as if all of it were new. A mature
// kernel has few real faults of these kinds, so nearly all that is reported is a false alarm.
//
//   node bench/context-noise.mjs [--tree 6.12] [--number 300] [--seed 1] [--write]
//
// The searches, bounds and the threshold are those of a review. --write puts the result into docs/benchmark.md.
import { parseArgs } from 'node:util';
import { FLAG } from '../dist/csource/index.js';
import { THRESHOLD } from '../dist/locks/confidence.js';
import { ContextSearch } from '../dist/locks/context-search.js';
import { contextFaults } from '../dist/locks/function-contexts.js';
import { OrderSearch } from '../dist/locks/order-search.js';
import { causeTable, knownCauses, percent, writeSection } from './benchmark-page.mjs';
import { chainText, openLockTree, placeOf, shortChain } from './lock-tree.mjs';
import { sample } from './seeded-sample.mjs';

/** Shorter functions call nothing worth asking about. */
const WORDS = 30;

const { values } = parseArgs({
  options: {
    tree: { type: 'string', default: '6.12' },
    number: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const { rules, index, locks, tree } = await openLockTree(values.tree);
const search = new ContextSearch(new OrderSearch(locks, rules), rules);
const functions = candidates();
const chosen = sample(functions, Number(values.number), Number(values.seed));
const begun = process.cpuUsage();
const noisy = [];
for (const fn of chosen) {
  const faults = contextFaults(search, fn, rules).filter(({ evidence }) => evidence.confidence >= THRESHOLD);
  if (faults.length === 0) continue;
  noisy.push({ fn, faults });
  for (const { kind, evidence } of faults) {
    console.log(`${kind} ${evidence.confidence.toFixed(2)} ${evidence.locks.join(' / ')}  ${placeOf(index, fn)}`);
    for (const path of evidence.paths()) console.log(`    ${chainText(path)}`);
  }
}
const used = process.cpuUsage(begun);
const seconds = (used.user + used.system) / 1e6;
const byKind = new Map();
for (const { faults } of noisy) for (const { kind } of faults) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
const summary = [
  `${chosen.length} of ${functions.length} functions of Linux ${values.tree} (seed ${values.seed}): **${noisy.length} with a finding** (${percent(noisy.length, chosen.length)});`,
  `${[...byKind].map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing'}.`,
  `${((1000 * seconds) / chosen.length).toFixed(0)} ms of processor time a function.`,
].join(' ');
console.log(summary);
if (values.write) {
  const rows = noisy.map(({ fn, faults }) => {
    const [first] = [...faults].sort((a, b) => b.evidence.confidence - a.evidence.confidence);
    const [path] = first.evidence.paths();
    const name = index.symbols.functionName(fn);
    return [name, first.kind, first.evidence.locks.join(' / '), first.evidence.confidence.toFixed(2), shortChain(path)];
  });
  const table = causeTable(['function', 'kind', 'locks', 'confidence', 'chain'], rows, knownCauses());
  writeSection('context-noise', `${summary}\n\n${table}`);
}
index.close();
await tree.close();

/** Functions that a kernel runs: no macros, no tools, of other architectures only two. */
function candidates() {
  const { symbols } = index;
  const out = [];
  for (let fn = 0; fn < symbols.functionCount; fn++) {
    if ((symbols.t.fnFlags.at(fn) & FLAG.MACRO) !== 0 || symbols.t.fnSize.at(fn) < WORDS) continue;
    const path = symbols.path(symbols.t.fnFile.at(fn));
    if (path.endsWith('.c') && !/^(?:tools|samples|scripts|Documentation)\/|^arch\/(?!x86\/|arm64\/)/.test(path))
      out.push(fn);
  }
  return out;
}
