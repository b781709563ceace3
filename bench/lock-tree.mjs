// Opens a Linux tree with its lock summaries, as a review does, for the benchmarks that ask the analysis directly.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { builtinRulesDir, loadRules, showProblem } from '../dist/locks/index.js';
import { openLocks } from '../dist/review/analyse-locks.js';
import { cacheFolder, openTree } from '../dist/tree/index.js';

/** Folder of a Linux version (`6.12`, `6.1`) as scripts/linux-source.mjs has it; a path is taken as it is. */
export function linuxFolder(version) {
  if (version.includes('/')) return version;
  const found = spawnSync('node', ['scripts/linux-source.mjs', version, '--where'], { encoding: 'utf8' });
  if (found.status === 0) return found.stdout.trim();
  return stop(found.stderr.trim() || `there is no Linux ${version}`);
}

/** The tree, its rules, its index and its lock summaries; the first time takes minutes. */
export async function openLockTree(version) {
  const folder = linuxFolder(version);
  const cacheDir = take(cacheFolder());
  const { rules, problems } = await loadRules([builtinRulesDir()], { today: '2026-01-01', cacheDir });
  for (const problem of problems) console.error(`rules: ${showProblem(problem)}`);
  const tree = take(await openTree(folder));
  const workers = availableParallelism();
  const { index, locks } = take(await openLocks(tree, rules, { cacheDir, workers, onProgress: progress }));
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return { tree, rules, index, locks, folder };
}

function progress({ phase, done, total }) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${phase} ${done}${total ? `/${total}` : ''}`);
}

export function take(outcome) {
  return outcome.ok ? outcome.value : stop(`${outcome.fault.what}${outcome.fault.why ? `: ${outcome.fault.why}` : ''}`);
}

export function stop(why) {
  console.error(why);
  process.exit(2);
}

/** `path:line` of a function, or of a line in it. */
export function placeOf(index, fn, line) {
  const { symbols } = index;
  return `${symbols.path(symbols.t.fnFile.at(fn))}:${line ?? symbols.t.fnLine.at(fn)}`;
}

/** One half of a finding on one line: `f:12 > g:30 >slot h:7`. */
export function chainText(path) {
  const steps = path.chain.map((s) => `${s.via === 'slot' || s.via === 'callback' ? `[${s.slot}] ` : ''}${s.function}`);
  const last = path.chain[path.chain.length - 1];
  return `holds ${path.holds}, waits for ${path.waits}: ${steps.join(' > ')} (${last.file}:${last.line}, cost ${path.cost.toFixed(1)})`;
}

/** The same without the locks, and without the middle of a long chain. */
export function shortChain(path) {
  const names = path.chain.map((step) => step.function);
  const slots = path.chain.flatMap(({ slot }) => (slot ? [slot] : []));
  const shown = names.length > 5 ? [...names.slice(0, 2), `… ${names.length - 4} more …`, ...names.slice(-2)] : names;
  return `${shown.join(' > ')}${slots.length > 0 ? ` through ${slots.join(', ')}` : ''}`;
}
