// Real kernel fixes, taken out and put back: recall, false alarms and calibration of the lock analysis.
//
//   node bench/locks.mjs [--only SUBSTRING] [--jobs N] [--keep DIR] [--write]
//
// Runs ABBOT_SHARED/bench/score.py (default ../shared) on Linux 6.12 and 6.1 and prints its table, then what it does not
// say: each miss, each false alarm, and how often a finding of some confidence is right. --keep leaves results.jsonl and all
// reviews in DIR. --write puts everything into docs/benchmark.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { causeCounts, causeTable, knownCauses, median, percent, table, writeSection } from './benchmark-page.mjs';
import { linuxFolder, stop } from './lock-tree.mjs';

const TREES = { '6.12.117': '6.12', '6.1.192': '6.1' };
/** Lower ends of the classes of confidence in the reliability table. */
const BINS = [0.9, 0.8, 0.7, 0.6, 0.5];
const NOT_IN_TOTAL = 'other';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
    keep: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const bench = resolve(process.env.ABBOT_SHARED ?? '../shared', 'bench');
if (!existsSync(join(bench, 'score.py'))) stop(`there is no ${bench}/score.py; set ABBOT_SHARED`);
const folder = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'abbot-bench-'));
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (/\.jsonl?$/.test(name)) rmSync(join(folder, name));

const trees = Object.entries(TREES).map(([name, version]) => [name, linuxFolder(version)]);
warmUp();
const scored = score();
process.stdout.write(scored);
const cases = new Map(readLines(join(bench, 'cases.jsonl')).map((c) => [c.id, c]));
const results = readLines(join(folder, 'results.jsonl'));
const reviews = readReviews();
report();
if (!values.keep) rmSync(folder, { recursive: true });

/** The index of each tree is built before anything is timed. */
function warmUp() {
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  for (const [, tree] of trees) {
    const run = spawnSync('node', [main, 'index', '--tree', tree, '--quiet'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (run.status !== 0) stop(`the index of ${tree} could not be built`);
  }
}

function score() {
  const abbot = `node ${fileURLToPath(new URL('record-review.mjs', import.meta.url))}`;
  const args = [join(bench, 'score.py'), '--abbot', abbot, '--only', values.only, '--jobs', values.jobs];
  for (const [name, tree] of trees) args.push('--tree', `${name}=${tree}`);
  args.push('--out', join(folder, 'results.jsonl'));
  const env = { ...process.env, RECORD_REVIEWS: folder };
  const run = spawnSync('python3', args, { env, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  return run.status === 0 ? run.stdout.toString() : stop(`score.py ended with ${run.error?.code ?? run.status}`);
}

function readLines(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The two reviews of each case; a case is known by its diff, which stands in the mails of its round trip. */
function readReviews() {
  const byFolder = new Map();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const record = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const pair = byFolder.get(record.case) ?? {};
    pair[record.which] = { ...record, findings: findingsOf(record.output) };
    byFolder.set(record.case, pair);
  }
  const byCase = new Map();
  const pairs = [...byFolder.values()];
  for (const result of results) {
    const diff = diffOf(readFileSync(join(bench, cases.get(result.id).patch), 'latin1'));
    const pair = pairs.find((p) => p.round?.mails.includes(diff));
    if (pair) byCase.set(result.id, pair);
  }
  return byCase;
}

function diffOf(mail) {
  const git = mail.indexOf('\ndiff --git ');
  const start = git < 0 ? mail.indexOf('\n--- ') : git;
  return mail
    .slice(start + 1)
    .split('\n-- \n')[0]
    .trimEnd();
}

function findingsOf(output) {
  try {
    return JSON.parse(output).findings ?? [];
  } catch {
    return [];
  }
}

/** Findings of a case that say something new is wrong, and whether the score counts them as the labelled one. */
function spoken(result) {
  const { revert, round } = reviews.get(result.id) ?? {};
  const isSpoken = (f) => f.verdict === 'introduced' || f.verdict === 'new-path';
  const said = (revert?.findings ?? []).filter(isSpoken);
  if (result.class === 'negative')
    return [...said, ...(round?.findings ?? []).filter(isSpoken)].map((finding) => ({ finding, right: false }));
  const others = (result.others ?? []).map((other) => JSON.stringify(other));
  return said.map((finding) => {
    const at = others.indexOf(JSON.stringify([finding.kind, finding.locks]));
    if (at >= 0) others.splice(at, 1);
    return { finding, right: at < 0 };
  });
}

function report() {
  const causes = knownCauses();
  const missed = results.filter((r) => r.class !== 'negative' && !r.found);
  const open = results.filter((r) => r.found && !r.closed);
  const alarms = results.flatMap((result) => {
    const list = spoken(result).filter(({ right }) => !right);
    const isCounted = result.class === 'negative' || result.class !== NOT_IN_TOTAL;
    return isCounted ? list.map(({ finding }) => ({ result, finding })) : [];
  });
  const broken = results.filter((r) => r.error);
  const seconds = results.map((r) => r.seconds);
  const parts = [
    `${'```'}\n${scored.trim()}\n${'```'}`,
    `One review takes ${median(seconds)} s in the middle, ${Math.max(0, ...seconds)} s at most (${values.jobs} at a time).`,
    `### Confidence\n\n${reliability()}`,
    `### Found and not closed\n\n${list(open, causes, ['case', 'class'], (r) => [r.id, r.class])}`,
    `### Misses\n\n${counts(missed, causes)}\n\n${list(missed, causes, ['case', 'class', 'scope', 'locks', 'said instead'], (r) => [r.id, r.class, r.scope, cases.get(r.id).locks.join('; '), said(r)])}`,
    `### False alarms\n\n${list(alarms, causes, ['case and locks', 'class', 'kind', 'confidence', 'verdict'], ({ result, finding }) => [`${result.id}: ${finding.locks.join(' / ')}`, result.class, finding.kind, finding.confidence, finding.verdict])}`,
  ];
  if (broken.length > 0)
    parts.push(
      `### Errors\n\n${table(
        ['case', 'error'],
        broken.map((r) => [r.id, r.error]),
      )}`,
    );
  console.log(`\n${parts.slice(1).join('\n\n')}`);
  if (values.write) writeSection('locks', parts.join('\n\n'));
}

/** All findings by confidence: how many there are and how many are the labelled one. */
function reliability() {
  const all = results.filter((r) => r.class !== NOT_IN_TOTAL).flatMap(spoken);
  const rows = BINS.map((from, i) => {
    const to = BINS[i - 1] ?? 1.01;
    const of = all.filter(({ finding }) => finding.confidence >= from && finding.confidence < to);
    const right = of.filter((f) => f.right).length;
    return [`${from.toFixed(1)} to ${Math.min(1, to).toFixed(1)}`, of.length, right, percent(right, of.length)];
  });
  const found = results.filter((r) => r.found && r.class !== NOT_IN_TOTAL);
  const sure = found.filter((r) => spoken(r).some(({ finding, right }) => right && finding.confidence >= 0.8));
  const high = all.filter(({ finding }) => finding.confidence >= 0.8);
  const right = high.filter((f) => f.right).length;
  const text = `Of ${high.length} findings with a confidence of 0.8 or more ${right} are right (${percent(right, high.length)}); ${sure.length} of ${found.length} found cases carry such a finding (${percent(sure.length, found.length)}).`;
  return `${table(['confidence', 'findings', 'right', 'share'], rows)}\n\n${text}`;
}

/** What a review said of a case that it missed. */
function said(result) {
  return (reviews.get(result.id)?.revert?.findings ?? [])
    .map((f) => `${f.verdict} ${f.kind} ${f.locks.join(' / ')} (${f.confidence})`)
    .slice(0, 3)
    .join('; ');
}

function list(items, causes, head, cells) {
  return items.length === 0 ? 'None.' : causeTable(head, items.map(cells), causes);
}

function counts(missed, causes) {
  const groups = causeCounts(
    missed.map((r) => r.id),
    causes,
  );
  return groups.length === 0 ? '' : table(['group of causes', 'misses'], groups);
}
