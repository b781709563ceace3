// What the GitHub App does in a storm: 500 webhooks, a third of them twice, out of order, over five processes that are
// killed (`kill -9`) and started again, on PostgreSQL, and over one on PGlite. And what it costs: how soon a push is
// reviewed, and how many requests an unchanged head takes. Beside it, in the same run, a web server that only answers.
//
//   node bench/github.mjs [deliveries] [--write]      the figures go into docs/github.md with --write
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const deliveries = process.argv.slice(2).find((a) => /^\d+$/.test(a)) ?? '500';
const folder = mkdtempSync(join(tmpdir(), 'abbot-bench-'));
const report = join(folder, 'storm.json');
const pace = join(folder, 'pace.json');
const env = { ...process.env, ABBOT_STORM: deliveries, ABBOT_STORM_REPORT: report, ABBOT_PACE_REPORT: pace };
// One after the other: each has the machine to itself.
for (const name of ['storm', 'pace']) {
  const args = ['vitest', 'run', `test/server/github/${name}.test.ts`];
  const run = spawnSync('npx', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (run.status !== 0) process.exit(1);
}
const storms = JSON.parse(readFileSync(report, 'utf8'));
const paced = JSON.parse(readFileSync(pace, 'utf8'));
rmSync(folder, { recursive: true });

const lines = [
  `${deliveries} deliveries on ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}:`,
  '',
  '| measure | bar | PGlite, 1 process | PostgreSQL, 5 processes |',
  '|---|---|---|---|',
];
const row = (name, bar, of) =>
  lines.push(
    `| ${name} | ${bar} | ${of(storms.pglite)} | ${storms.postgres ? of(storms.postgres) : 'not installed'} |`,
  );
row('deliveries sent, duplicates among them', '', (s) => `${s.deliveries}, ${s.duplicates}`);
row('processes killed', '', (s) => s.kills);
row('deliveries that met nobody, and came again', '', (s) => s.refused);
row('reviews lost', '0', (s) => s.lost);
row('duplicate comments', '0', (s) => s.duplicateComments);
row('duplicate check runs', '0', (s) => s.duplicateCheckRuns);
row('check runs left open', '0', (s) => s.left);
row('webhook answered while reviews run, p50', '', (s) => `${s.p50} ms`);
row('webhook answered while reviews run, p99', '200 ms', (s) => `${s.p99} ms`);
row('heads reviewed', '', (s) => s.reviews);
row('all of it', '', (s) => `${Math.round(s.seconds)} s`);
lines.push(
  '',
  `From the push event to the finished check run, warm, small pull request (bar 5 s): median ${paced.median} ms, worst of ${paced.pushes} ${paced.worst} ms.`,
  `Requests for a head that is reviewed already (bar 3, none that writes): ${paced.requests}, ${paced.writes} that write.`,
  `A webhook that has nothing to do with a review, while none runs, takes ${paced.answered} ms (median); a server of node:http that only reads and answers, in the same run, ${paced.bare} ms: ${(paced.answered / paced.bare).toFixed(1)} times as long.`,
);
const text = lines.join('\n');
console.log(text);
if (process.argv.includes('--write')) {
  const page = join(root, 'docs', 'github.md');
  const old = readFileSync(page, 'utf8');
  const marked = /(<!-- measured -->\n)[\s\S]*?(<!-- \/measured -->)/;
  writeFileSync(
    page,
    old.replace(marked, (_all, begin, end) => `${begin}${text}\n${end}`),
  );
}
