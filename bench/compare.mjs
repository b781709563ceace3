// What `abbot compare` costs beside real `git range-diff` of the same two versions, whole processes, warm.
//
//   node bench/compare.mjs [--runs 7] [--abbot DIST]     needs `npm run build`, git, bash, and ABBOT_SHARED or ../shared
//
// The repositories are made as bench/range-diff.mjs makes them. `by hand` is what somebody without abbot does with two
// threads from a list: `git am` of both on their bases, then range-diff. `thread` gives abbot the mails of all versions.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDiff } from '../dist/diff/index.js';
import { seriesOfCorpora, versionsOf } from './series-corpus.mjs';
import { reconstruct, writeVersions } from './version-repository.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string' }, abbot: { type: 'string' } } });
const runs = Number(values.runs ?? 7);
const main = resolve(values.abbot ?? 'dist', 'cli/main.js');
/** Patches of both versions together: the series nearest to each of these are measured. */
const SIZES = [2, 4, 8, 12, 20, 30, 40, 60, 80];

const folder = mkdtempSync(join(tmpdir(), 'abbot-compare-'));
const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
for (const who of ['AUTHOR', 'COMMITTER'])
  Object.assign(env, { [`GIT_${who}_NAME`]: 'A', [`GIT_${who}_EMAIL`]: 'a@example.org' });

try {
  const chosen = nearest(await pairs());
  const rows = chosen.map(measure);
  const start = [
    best('node -e 0', ['node', '-e', '0']),
    best('abbot --version', ['node', main, '--version']),
    best('git --version', ['git', '--version']),
  ];
  for (const { name, cpu, wall } of start) console.log(`${name}: ${ms(cpu)} processor, ${ms(wall)} wall`);
  print(rows, 'cpu', 'processor time (user and system), ms');
  print(rows, 'wall', 'wall time, ms');
} finally {
  rmSync(folder, { recursive: true });
}

/** The last two neighbouring versions of each series that git can be given. */
async function pairs() {
  const found = [];
  for (const { name, paths } of seriesOfCorpora()) {
    const lineages = await versionsOf(paths);
    const longest = lineages.reduce((a, b) => (b.length > a.length ? b : a), []);
    const made = longest.slice(-2).map((series) => {
      const whole = series.patches.every((patch) => patch.diff !== '' && patch.messageId !== null);
      const states = whole ? reconstruct(series.patches.map((patch) => parseDiff(patch.diff))) : null;
      return states && { name: `v${series.version}`, series, patches: series.patches, ...states };
    });
    if (made.length < 2 || made.includes(null) || made[0].name === made[1].name) continue;
    found.push({ name, paths, versions: made, size: made[0].patches.length + made[1].patches.length });
  }
  return found;
}

function nearest(all) {
  const by = (size) => [...all].sort((a, b) => Math.abs(a.size - size) - Math.abs(b.size - size))[0];
  return [...new Set(SIZES.map(by))];
}

function measure({ name, paths, versions, size }, number) {
  const place = join(folder, String(number));
  const repository = join(place, 'git');
  mkdirSync(repository, { recursive: true });
  git(repository, 'init', '-q');
  writeVersions(repository, versions);
  git(repository, 'checkout', '-q', '-f', `base-${versions[0].name}`);
  const mails = split(paths, place);
  const files = versions.map(({ series }) => {
    const patches = series.patches.map(({ messageId }) => mails.get(messageId));
    return { patches, all: [...(series.cover ? [mails.get(series.cover.messageId)] : []), ...patches] };
  });
  const both = join(place, 'both.mbox');
  const text = files.flatMap(({ all }) => all).filter(Boolean);
  writeFileSync(both, Buffer.concat(text.flatMap(inMbox)));
  const ranges = versions.map((v) => `base-${v.name}..tip-${v.name}`);
  const options = ['--from', versions[0].name.slice(1), '--to', versions[1].name.slice(1)];
  const am = versions.map((v, i) => [
    `git checkout -q -f --detach base-${v.name} && git am -q --3way --keep-cr ${files[i].patches.map((f) => `'${f}'`).join(' ')}`,
    `v${i}=$(git rev-parse HEAD)`,
  ]);
  const byHand = [
    ...am.flat(),
    `git range-diff base-${versions[0].name}..$v0 base-${versions[1].name}..$v1 > /dev/null`,
  ].join(' && ');
  return {
    name: `${name} ${versions[0].name}, ${versions[1].name}`,
    size,
    git: best('git', ['git', '-C', repository, 'range-diff', '--no-color', ...ranges]),
    byHand: best('by hand', ['bash', '-c', byHand], repository),
    abbot: best('abbot', ['node', main, 'compare', both, ...options]),
    thread: best('thread', ['node', main, 'compare', ...paths, ...options]),
  };
}

/** A mail with the line that begins it in an mbox, which git leaves out where it was not there. */
function inMbox(file) {
  const bytes = readFileSync(file);
  const from = bytes.subarray(0, 5).toString() === 'From ' ? '' : 'From mail Thu Jan  1 00:00:00 1970\n';
  return [Buffer.from(from), bytes, Buffer.from('\n')];
}

/** One file a mail, by message-id, as git splits them. */
function split(paths, place) {
  const mails = new Map();
  const boxes = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true })
          .filter((f) => /\.(?:mbox|eml)$/.test(f))
          .map((f) => join(path, f))
      : [path],
  );
  for (const [i, box] of boxes.entries()) {
    const out = join(place, `mails-${i}`);
    mkdirSync(out);
    git(place, 'mailsplit', '-b', '--keep-cr', `-o${out}`, box);
    for (const name of readdirSync(out)) {
      const file = join(out, name);
      const id = /^message-id:\s*<([^>\s]+)>/im.exec(readFileSync(file, 'latin1'))?.[1];
      if (id && !mails.has(id)) mails.set(id, file);
    }
  }
  return mails;
}

/** The least processor and wall time of some runs, in milliseconds; the first warms what can be warmed. */
function best(name, command, cwd = folder) {
  const times = [];
  for (let i = 0; i <= runs; i++) {
    const script = 'TIMEFORMAT="%R %U %S"; { time "$@" > /dev/null 2> err.txt; } 2>&1; echo $?';
    const out = execFileSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8', env, cwd });
    const [wall, user, sys, code] = out.trim().split(/\s+/).map(Number);
    if (code !== 0) {
      console.error(`${name} failed (${code}): ${readFileSync(join(cwd, 'err.txt'), 'utf8').split('\n')[0]}`);
      return { name, cpu: Number.NaN, wall: Number.NaN };
    }
    if (i > 0) times.push({ cpu: (user + sys) * 1000, wall: wall * 1000 });
  }
  const least = (key) => Math.min(...times.map((time) => time[key]));
  return { name, cpu: least('cpu'), wall: least('wall') };
}

function print(rows, key, title) {
  console.log(`\n${title}; least of ${runs} runs`);
  console.log('patches  git   by hand  abbot   abbot/git  abbot/by hand  thread  thread/by hand   series');
  for (const { name, size, git, byHand, abbot, thread } of rows) {
    const [g, h, a, t] = [git, byHand, abbot, thread].map((time) => time[key]);
    const cells = [size, ms(g), ms(h), ms(a), (a / g).toFixed(2), (a / h).toFixed(2), ms(t), (t / h).toFixed(2)];
    console.log(`${cells.map((cell) => String(cell).padStart(8)).join(' ')}   ${name}`);
  }
}

function ms(value) {
  return value.toFixed(0);
}

function git(cwd, ...args) {
  return execFileSync('git', ['-C', cwd, ...args], { encoding: 'utf8', env, maxBuffer: 1 << 28 });
}
