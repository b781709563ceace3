// What the atlas of a whole tree costs: opening it, questions when it is open, the paths of pairs, and memory. Beside it,
// in the same run: `runExplain`, which opens the index for every pair, and `grep -rn` for the name of a lock.
//
//   npm run build && ABBOT_LINUX=… ABBOT_CACHE=… node bench/atlas.mjs [pairs, 24]
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Hono } from 'hono';
import { openAtlas, runExplain } from '../dist/review/index.js';
import { locksPages } from '../dist/server/dashboard/locks/index.js';
import { dashboard } from '../dist/server/dashboard/part.js';
import { openStore } from '../dist/store/index.js';

const tree = process.env.ABBOT_LINUX;
const cacheDir = process.env.ABBOT_CACHE;
if (!tree || !cacheDir) {
  console.error('set ABBOT_LINUX to a kernel tree and ABBOT_CACHE to a folder for its index');
  process.exit(2);
}
const wanted = Number(process.argv[2] ?? 24);
const request = { tree, base: null, ruleDirs: [], today: '2026-01-01', cacheDir, workers: 2 };
const ms = (n) => `${n < 10 ? n.toFixed(1) : Math.round(n)} ms`;
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const at = (list, part) => list[Math.min(list.length - 1, Math.floor(list.length * part))];
const timed = async (work) => {
  const begun = performance.now();
  const value = await work();
  return { value, time: performance.now() - begun };
};
const row = (name, times) => {
  const sorted = [...times].sort((a, b) => a - b);
  const line = [sorted.length, ms(at(sorted, 0.5)), ms(at(sorted, 0.95)), ms(sorted.at(-1))];
  console.log(`| ${[name, ...line].join(' | ')} |`);
};

const before = megabytes();
const opening = await timed(async () => {
  const atlas = openAtlas({ ...request, now: Date.now });
  await atlas.opened;
  return atlas;
});
const atlas = opening.value;
const state = atlas.state();
if (state.kind !== 'ready') {
  console.error(state);
  process.exit(1);
}
console.log(`${state.coverage.files} files, ${state.coverage.functions} functions; open after ${ms(opening.time)}`);
const cold = await timed(() => atlas.search('', 1000));
console.log(`first question (puts the orders together): ${ms(cold.time)}; RSS ${before} -> ${megabytes()} MB`);
const classes = cold.value.value.rows;
console.log(
  `${cold.value.value.total} classes with orders\n\n| question | n | p50 | p95 | max |\n|---|---|---|---|---|`,
);

// spread over the list, from the classes with the most orders to those with few
const some = (list, n) =>
  Array.from({ length: Math.min(n, list.length) }, (_, i) => list[Math.floor((i * list.length) / n)]);
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
const search = [];
for (const { name } of some(classes, 100)) search.push((await timed(() => atlas.search(name.slice(0, 6)))).time);
row('search, 6 letters', search);
search.length = 0;
for (const { name } of some(classes, 20)) search.push((await timed(() => atlas.search(`${name}zz`))).time);
row('search, misspelt', search);
const orders = [];
const pairs = [];
for (const { name } of some(classes, 200)) {
  const found = await timed(() => atlas.orders(name));
  orders.push(found.time);
  for (const other of found.value.value.below.rows.filter((one) => one.reverse > 0).slice(0, 1))
    pairs.push([name, other.name]);
  for (const other of found.value.value.below.rows.slice(0, 1)) pairs.push([name, other.name]);
}
row('orders of a class', orders);
const areas = await timed(() => atlas.areas('', 1000));
row('areas, the first time', [areas.time]);
const graphs = [];
for (const { name } of some(areas.value.value.rows, 40)) graphs.push((await timed(() => atlas.graph(name))).time);
row('graph of an area', graphs);
const source = [];
for (const { name } of some(classes, 100)) {
  const place = (await atlas.orders(name)).value.first[0];
  if (place) source.push((await timed(() => atlas.source(place.file, place.line))).time);
}
row('source lines', source);
const warm = await timed(() => atlas.pair(...pairs[0]));
row('pair, the first (opens the second thread)', [warm.time]);
const chosen = some(pairs, wanted);
const own = [];
for (const pair of chosen) {
  const found = await timed(() => atlas.pair(...pair));
  own.push(found.time);
  if (!found.value.ok || found.time > 1000)
    console.error(pair.join(' / '), found.value.ok ? ms(found.time) : found.value.fault.code);
}
row('pair', own);
row(
  'pair again',
  await Promise.all(chosen.slice(-20).map(async (pair) => (await timed(() => atlas.pair(...pair))).time)),
);
console.log(`\nlongest hold-up of the calling thread: ${ms(loop.max / 1e6)}; RSS ${megabytes()} MB`);

const reach = [];
for (const { name } of some(classes, 10)) reach.push((await timed(() => atlas.reach(name))).time);
console.log('\n| pages, on the server | n | p50 | p95 | max |\n|---|---|---|---|---|');
const store = await openStore({ engine: 'pglite', folder: mkdtempSync(join(tmpdir(), 'abbot-bench-')) });
if (!store.ok) throw new Error(store.fault.what);
const app = new Hono();
dashboard({ version: '0', pages: [locksPages(atlas)], viewer: async () => null }).routes(app, { store: store.value });
const page = async (name, addresses) => {
  const times = [];
  let bytes = 0;
  for (const address of addresses) {
    const { value, time } = await timed(async () => (await app.request(address)).text());
    bytes = Math.max(bytes, value.length);
    times.push(time);
  }
  row(`${name} (up to ${Math.round(bytes / 1000)} kB)`, times);
};
await page(
  'search',
  some(classes, 50).map(({ name }) => `/locks?q=${encodeURIComponent(name.slice(0, 5))}`),
);
await page(
  'class',
  some(classes, 100).map(({ name }) => `/locks/class/${encodeURIComponent(name)}`),
);
await page(
  'pair, known',
  chosen.slice(-20).map(([a, b]) => `/locks/pair?${new URLSearchParams({ a, b })}`),
);
const drawn = some(areas.value.value.rows, 20).map(({ name }) => `/locks/graph?${new URLSearchParams({ area: name })}`);
await page('graph, the first time', drawn);
await page('graph again', drawn);
row('(orders of a class through calls)', reach);
await store.value.close();

const few = some(chosen, 5);
let [mine, theirs] = [0, 0];
for (const locks of few) {
  theirs += (await timed(() => runExplain({ ...request, locks, onProgress: () => {} }))).time;
  mine += own[chosen.indexOf(locks)];
}
console.log(`runExplain for ${few.length} of these pairs, beside the atlas: ${(theirs / mine).toFixed(1)} x the time`);
const word = 'pci_rescan_remove_lock';
const asked = await timed(() => atlas.search(word));
const grep = await timed(() => spawnSync('grep', ['-rn', '--include=*.[ch]', '-w', word, '.'], { cwd: tree }));
console.log(`grep -rn ${word}, beside a search: ${Math.round(grep.time / asked.time)} x the time (${ms(grep.time)})`);
await atlas.close();
