// Stands in for `abbot` when score.py runs it: keeps what goes in and what comes out, in RECORD_REVIEWS.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const [, , ...args] = process.argv;
const begun = performance.now();
const run = spawnSync(process.execPath, [main, ...args], { maxBuffer: 1 << 28 });
const seconds = (performance.now() - begun) / 1000;
const box = args[1] ?? '';
const record = {
  which: basename(box, '.mbox'),
  case: basename(dirname(box)),
  mails: readFileSync(box, 'latin1'),
  seconds,
  code: run.status,
  stderr: run.stderr.toString(),
  output: run.stdout.toString(),
};
writeFileSync(join(process.env.RECORD_REVIEWS, `${record.case}-${record.which}.json`), JSON.stringify(record));
process.stdout.write(run.stdout);
process.stderr.write(run.stderr);
process.exitCode = run.status ?? 1;
