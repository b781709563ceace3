// A sample of the net lock effects that were inferred, with the source of each function, to be read by hand.
//
//   node bench/wrappers.mjs [--tree 6.12] [--number 200] [--from 0] [--seed 3]
//
// Functions that the rules name are left out: nothing was inferred about them. --from N leaves out the first N of the
// sample, so that it can be read in parts. What was found wrong is written down in docs/benchmark.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { F } from '../dist/csource/index.js';
import { openLockTree, placeOf } from './lock-tree.mjs';
import { sample } from './seeded-sample.mjs';

/** Longest piece of source that is printed. */
const LINES = 90;
const KINDS = ['returns with', 'gives back'];
const WHEN = new Map([
  [0, ''],
  [1, ' when it returns 0'],
  [2, ' when it returns something else than 0'],
  [3, ' when it does not return a negative number'],
  [4, ' when it returns a negative number'],
]);

const { values } = parseArgs({
  options: {
    tree: { type: 'string', default: '6.12' },
    number: { type: 'string', default: '200' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string', default: '3' },
  },
});
const { rules, index, locks, folder, tree } = await openLockTree(values.tree);
const { symbols } = index;
const inferred = [];
for (let fn = 0; fn < symbols.functionCount; fn++) {
  if (rules.locks.has(symbols.functionName(fn)) || rules.guards.has(symbols.functionName(fn))) continue;
  for (const effect of locks.summaryOf(fn).effects) if (effect.kind < KINDS.length) inferred.push({ fn, effect });
}
const chosen = sample(inferred, Number(values.number), Number(values.seed));
console.log(`${chosen.length} of ${inferred.length} inferred net effects of Linux ${values.tree}, seed ${values.seed}`);
for (const [i, { fn, effect }] of chosen.entries()) {
  if (i < Number(values.from)) continue;
  const lock = locks.locks.text(effect.lock);
  const again = effect.reentrant ? ', the owner may take it again' : '';
  console.log(`\n#${i + 1} ${symbols.functionName(fn)}  ${placeOf(index, fn)}`);
  console.log(`   ${KINDS[effect.kind]} ${lock} (${effect.instance})${whenText(effect.when)}${again}`);
  for (const line of sourceOf(fn)) console.log(`   | ${line}`);
}
index.close();
await tree.close();

/** 16 and more: a parameter is true; 32 and more: it is false. */
function whenText(when) {
  if (when >= 32) return ` when parameter ${when - 32} is false`;
  if (when >= 16) return ` when parameter ${when - 16} is true`;
  return WHEN.get(when) ?? ` (${when})`;
}

function sourceOf(fn) {
  const fileId = symbols.t.fnFile.at(fn);
  const at = symbols.t.fnLocal.at(fn) * F.WORDS;
  const functions = index.source(fileId)?.facts.functions ?? [];
  const lines = readFileSync(join(folder, symbols.path(fileId)), 'latin1').split('\n');
  const source = lines.slice(functions[at + F.LINE] - 1, functions[at + F.END_LINE]);
  return source.length > LINES ? [...source.slice(0, LINES), `… ${source.length - LINES} more lines`] : source;
}
