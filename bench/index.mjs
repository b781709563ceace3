// The linked index and the lock summaries of a kernel tree from nothing, beside `ctags` on the same files.
//
//   node bench/index.mjs [--tree DIR] [--workers 2] [folder …]     default: drivers/pci drivers/base include
//
// Prints seconds, MB/s, the ratio to ctags and the peak resident memory; asserts nothing. `npm run build` first.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtinRulesDir, loadRules, openLockIndex } from '../dist/locks/index.js';
import { openIndex, openTree } from '../dist/tree/index.js';

const { values, positionals } = parseArgs({
  options: { tree: { type: 'string' }, workers: { type: 'string', default: '2' } },
  allowPositionals: true,
});
const folders = positionals.length > 0 ? positionals : ['drivers/pci', 'drivers/base', 'include'];
const root =
  values.tree ?? spawnSync(process.execPath, ['scripts/linux-source.mjs', '6.12'], { encoding: 'utf8' }).stdout.trim();

const tree = await openTree(root);
if (!tree.ok) throw new Error(tree.fault.what);
const listed = (await tree.value.list()).filter(
  ({ path }) => /\.[ch]$/.test(path) && folders.some((folder) => folder === '.' || path.startsWith(`${folder}/`)),
);
const bytes = listed.reduce((sum, file) => sum + file.size, 0);
const part = { ...tree.value, list: async () => listed };
const { rules } = await loadRules([builtinRulesDir()], { today: '2026-01-01', cacheDir: null });

const quiet = { cacheDir: null, workers: Number(values.workers), onProgress: () => {} };
const began = performance.now();
const index = await openIndex(part, { ...quiet, transparent: rules.transparent });
if (!index.ok) throw new Error(index.fault.what);
const linked = performance.now();
const locks = await openLockIndex(index.value, rules, quiet);
if (!locks.ok) throw new Error(locks.fault.what);
const ended = performance.now();
const peak = process.resourceUsage().maxRSS / 1024;

const folder = mkdtempSync(join(tmpdir(), 'abbot-bench-'));
writeFileSync(join(folder, 'files'), listed.map(({ path }) => `${root}/${path}\n`).join(''));
const tagsBegan = performance.now();
const ctags = spawnSync('ctags', ['-o', join(folder, 'tags'), '-L', join(folder, 'files')]);
const tags = ctags.error ? null : (performance.now() - tagsBegan) / 1000;
rmSync(folder, { recursive: true });

const seconds = (ended - began) / 1000;
const row = (name, value) => console.log(name.padEnd(28), value);
row('folders', folders.join(' '));
row('files, MB', `${listed.length}, ${(bytes / 1e6).toFixed(1)}`);
row('functions, lock classes', `${index.value.counts.functions}, ${locks.value.locks.size}`);
row('facts and links, s', ((linked - began) / 1000).toFixed(2));
row('lock summaries, s', ((ended - linked) / 1000).toFixed(2));
row('all, s (MB/s)', `${seconds.toFixed(2)} (${(bytes / 1e6 / seconds).toFixed(1)})`);
row('ctags on the same files, s', tags === null ? 'no ctags here' : tags.toFixed(2));
if (tags !== null) row('ratio to ctags', (seconds / tags).toFixed(2));
row('peak resident, MB', peak.toFixed(0));
