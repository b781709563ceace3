// A whole kernel tree: index from nothing, warm review, refresh after many changes, beside peers on the same files.
//
//   node bench/whole-tree.mjs [--tree DIR] [--series MBOX] [--pick N] [--quick] [--full]
//
// Every row is a process of its own; ratios are of wall clock in this run. Peers: `ctags` (Debian's universal-ctags) and
// tree-sitter (npm, installed into a temporary folder; it reads one file in forty, and is scaled up, or with `--full` all
// of them, in some minutes). `--quick` leaves out the run with one worker. Prints a table; asserts nothing. `npm run build`
// first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    tree: { type: 'string' },
    series: { type: 'string' },
    pick: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
  },
});
const root = resolve(
  values.tree ?? spawnSync(process.execPath, ['scripts/linux-source.mjs', '6.12'], { encoding: 'utf8' }).stdout.trim(),
);
const shared = process.env.ABBOT_SHARED ?? '../shared';
const seed = join(shared, 'corpus', 'seed-series');
const series = values.series ?? (existsSync(seed) ? seed : 'examples/series');
const pick = values.pick ?? (series === seed ? '11' : null);
const folder = mkdtempSync(join(tmpdir(), 'abbot-bench-'));
const main = resolve('dist/cli/main.js');

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.[ch]$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
const list = join(folder, 'files');
writeFileSync(list, `${files.join('\n')}\n`);
writeFileSync(
  join(folder, 'rss.mjs'),
  `import { writeFileSync } from 'node:fs';
   import { isMainThread } from 'node:worker_threads';
   if (isMainThread) process.on('exit', () => writeFileSync(process.env.RSS_FILE, String(process.resourceUsage().maxRSS)));`,
);

/** Runs a command: wall-clock seconds and, for node, the peak of resident memory of the process with all its threads. */
function run(command, args, options = {}) {
  const rss = join(folder, 'rss');
  rmSync(rss, { force: true });
  const env = { ...process.env, RSS_FILE: rss, ...(options.env ?? {}) };
  const began = performance.now();
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options, env });
  const seconds = (performance.now() - began) / 1000;
  if (done.error || (done.status !== 0 && done.status !== 1)) {
    console.error(`${command} ${args.join(' ')}: ${done.error?.message ?? done.stderr.slice(-500)}`);
    return { seconds: Number.NaN, rss: Number.NaN, stdout: '' };
  }
  return { seconds, rss: existsSync(rss) ? Number(readFileSync(rss, 'utf8')) / 1024 : Number.NaN, stdout: done.stdout };
}
const abbot = (...args) => run(process.execPath, ['--import', join(folder, 'rss.mjs'), main, ...args]);
const sizeOf = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) / 1e6;
const row = (what, seconds, more = '') =>
  console.log(`| ${what} | ${Number.isNaN(seconds) ? '–' : seconds.toFixed(2)} | ${more} |`);

console.log(
  `${files.length} files, ${(bytes / 1e6).toFixed(0)} MB; ${cpus().length} cores (${cpus()[0]?.model}), ` +
    `${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| what | seconds | |\n|---|---|---|');

const read = run(process.execPath, [
  '-e',
  `for (const f of require('fs').readFileSync('${list}', 'utf8').trim().split('\\n')) require('fs').readFileSync(f)`,
]);
row('reading the bytes alone', read.seconds, `${(bytes / 1e6 / read.seconds).toFixed(0)} MB/s`);
const lexer = resolve('dist/csource/lexer.js');
const tokens = run(process.execPath, [
  '--input-type=module',
  '-e',
  `
  import { readFileSync } from 'node:fs';
  import { tokenize } from '${lexer}';
  import { NameTable } from '${resolve('dist/csource/names.js')}';
  import { KEYWORDS, makeTokens } from '${resolve('dist/csource/tokens.js')}';
  let ms = 0, bytes = 0; const tokens = makeTokens();
  const names = new NameTable(KEYWORDS);
  for (const f of readFileSync('${list}', 'utf8').trim().split('\\n').filter((_, i) => i % 10 === 0)) {
    const b = readFileSync(f); bytes += b.length; names.reset();
    const t = performance.now(); tokenize(b, names, tokens); ms += performance.now() - t;
  }
  console.log(bytes / 1e3 / ms);`,
]);
row('the tokenizer alone, every tenth file', Number.NaN, `${Number(tokens.stdout).toFixed(0)} MB/s a core`);

const ctagsOnce = () => run('ctags', ['-o', join(folder, 'tags'), '-L', list]);
const firstTags = ctagsOnce();
const cold = abbot('index', '--tree', root, '--cache', join(folder, 'c2'), '--workers', '2');
const secondTags = ctagsOnce();
rmSync(join(folder, 'tags'), { force: true });
const tags = (firstTags.seconds + secondTags.seconds) / 2;
row(
  '`ctags` on the same files, before and after',
  tags,
  `${firstTags.seconds.toFixed(1)}, ${secondTags.seconds.toFixed(1)}`,
);
row(
  '**`abbot index`, cold, 2 workers**',
  cold.seconds,
  `${(cold.seconds / tags).toFixed(2)} of ctags; ${(bytes / 1e6 / cold.seconds).toFixed(0)} MB/s; ${cold.rss.toFixed(0)} MB resident`,
);
if (!values.quick) {
  const single = abbot('index', '--tree', root, '--cache', join(folder, 'c1'), '--workers', '1');
  row(
    '`abbot index`, cold, 1 worker',
    single.seconds,
    `${(single.seconds / tags).toFixed(2)} of ctags; ${single.rss.toFixed(0)} MB resident`,
  );
  rmSync(join(folder, 'c1'), { recursive: true, force: true });
}
const peer = run('npm', [
  'i',
  '--prefix',
  join(folder, 'peer'),
  '--no-save',
  '--silent',
  'tree-sitter@0.22.4',
  'tree-sitter-c@0.23.6',
]);
if (!Number.isNaN(peer.seconds)) {
  // A process for each fortieth: what a parser made of all files took 19 GB when one process read them.
  let parsed = 0;
  let seconds = 0;
  for (const part of values.full ? Array(40).keys() : [7]) {
    const sitter = run(process.execPath, [
      '-e',
      `
      const Parser = require('${join(folder, 'peer/node_modules/tree-sitter')}');
      const parser = new Parser(); parser.setLanguage(require('${join(folder, 'peer/node_modules/tree-sitter-c')}'));
      let bytes = 0, ms = 0;
      for (const f of require('fs').readFileSync('${list}', 'utf8').trim().split('\\n').filter((_, i) => i % 40 === ${part})) {
        const text = require('fs').readFileSync(f, 'utf8'); bytes += text.length;
        const t = performance.now();
        parser.parse((at) => (at < text.length ? text.slice(at, at + 16384) : null));
        ms += performance.now() - t;
      }
      console.log(bytes / 1e6, ms / 1e3);`,
    ]);
    const [megabytes, took] = sitter.stdout.split(' ').map(Number);
    parsed += megabytes;
    seconds += took;
  }
  const rate = parsed / seconds;
  const whole = bytes / 1e6 / rate;
  row(
    `native tree-sitter parsing, ${values.full ? 'every file' : 'scaled from every fortieth file'}`,
    whole,
    `${rate.toFixed(1)} MB/s; abbot's cold index is ${(cold.seconds / whole).toFixed(2)} of it`,
  );
}
row(
  'facts + index on disk',
  Number.NaN,
  `facts ${sizeOf(join(folder, 'c2/facts')).toFixed(0)} MB, index and summaries ${sizeOf(join(folder, 'c2/trees')).toFixed(0)} MB`,
);

const reviewArgs = [
  'review',
  series,
  ...(pick ? ['--pick', pick] : []),
  '--tree',
  root,
  '--cache',
  join(folder, 'c2'),
  '-o',
  join(folder, 'review.txt'),
];
abbot(...reviewArgs);
const reviews = [1, 2, 3, 4, 5].map(() => abbot(...reviewArgs)).sort((a, b) => a.seconds - b.seconds);
row(
  '**warm `abbot review`**, median of 5',
  reviews[2].seconds,
  `${reviews[0].seconds.toFixed(2)}–${reviews[4].seconds.toFixed(2)}; ${Math.max(...reviews.map((r) => r.rss)).toFixed(0)} MB resident`,
);
for (const pair of [
  ['device.mutex', 'pci_rescan_remove_lock'],
  ['rtnl_mutex', 'device.mutex'],
  ['inode.i_rwsem', 'mm_struct.mmap_lock'],
]) {
  const explain = abbot(
    'explain',
    ...pair,
    '--tree',
    root,
    '--cache',
    join(folder, 'c2'),
    '-o',
    join(folder, 'explain.txt'),
  );
  row(`warm \`abbot explain ${pair.join(' ')}\``, explain.seconds, `${explain.rss.toFixed(0)} MB resident`);
}

// five hundred files of a copy, each with a new function and a comment
const copy = join(folder, 'copy');
spawnSync('cp', ['-a', root, copy]);
abbot('index', '--tree', copy, '--cache', join(folder, 'c2'));
files
  .filter((file, i) => i % Math.floor(files.length / 500) === 3 && statSync(file).size < 200_000)
  .slice(0, 500)
  .forEach((file, i) => {
    const target = join(copy, file.slice(root.length + 1));
    writeFileSync(
      target,
      `${readFileSync(target, 'utf8')}\n/* changed */\nint bench_changed_${i}(int x)\n{\n\treturn x + ${i};\n}\n`,
    );
  });
const refresh = abbot('index', '--tree', copy, '--cache', join(folder, 'c2'), '--workers', '2');
row('**refresh after 500 changed files**', refresh.seconds, `${refresh.rss.toFixed(0)} MB resident`);
const after = abbot(
  'review',
  series,
  ...(pick ? ['--pick', pick] : []),
  '--tree',
  copy,
  '--cache',
  join(folder, 'c2'),
  '-o',
  join(folder, 'review2.txt'),
);
row('`abbot review` with these 500 laid over', after.seconds, `${after.rss.toFixed(0)} MB resident`);
rmSync(folder, { recursive: true, force: true });
