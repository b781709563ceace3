// A whole public-inbox epoch read into mails, beside `git cat-file --batch` alone reading the same blobs.
//
//   node bench/epoch.mjs [EPOCH.git] [--mails 100000] [--corpus ../shared/corpus] [--keep DIR.git]
//
// Without an epoch one is built in a bare repository: the mails of the corpora, over and over, each time under new
// message-ids, one commit a mail in the file `m`. Prints mails a second, the ratio to git, the peak resident memory and
// what was lost; asserts nothing. `npm run build` first.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildEpoch } from './build-epoch.mjs';

const { values, positionals } = parseArgs({
  options: {
    mails: { type: 'string', default: '100000' },
    corpus: { type: 'string', default: resolve(process.env.ABBOT_SHARED ?? '../shared', 'corpus') },
    keep: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});

const folder = mkdtempSync(join(tmpdir(), 'abbot-epoch-'));
try {
  const built = values.keep ?? join(folder, 'epoch.git');
  const epoch = positionals[0] ?? built;
  if (positionals[0] === undefined && !existsSync(built)) {
    const began = performance.now();
    await buildEpoch(values.corpus, built, Number(values.mails));
    console.error(`built ${built} in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
  const list = join(folder, 'blobs');
  const blobs = blobsOf(epoch);
  writeFileSync(list, blobs.map((id) => `${id}\n`).join(''));

  const rounds = [];
  for (let i = 0; i < Number(values.rounds); i++) rounds.push([gitAlone(epoch, list), await readAll(epoch)]);
  const best = (pick) => Math.min(...rounds.map(pick));
  const git = best(([peer]) => peer);
  const ours = best(([, own]) => own.seconds);
  const last = rounds.at(-1)[1];
  const row = (name, value) => console.log(name.padEnd(34), value);
  row('mails, MB', `${blobs.length}, ${(last.bytes / 1e6).toFixed(0)}`);
  row('git cat-file --batch alone, s', `${git.toFixed(2)} (${(blobs.length / git).toFixed(0)} mails/s)`);
  row('read into mails, s', `${ours.toFixed(2)} (${(blobs.length / ours).toFixed(0)} mails/s)`);
  row('ratio to git (bar 0.25)', (git / ours).toFixed(2));
  row('peak resident, MB (bar 500)', Math.max(...rounds.map(([, own]) => own.peak)).toFixed(0));
  row('read, faults, lost', `${last.mails}, ${last.faults}, ${blobs.length - last.mails - last.faults}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** The blob of every commit's `m`, oldest first. */
function blobsOf(epoch) {
  const log = spawnSync('git', ['-C', epoch, 'log', '--reverse', '--raw', '--no-abbrev', '--format=', '--root'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (log.status !== 0) throw new Error(log.stderr);
  return [...log.stdout.matchAll(/^:\d+ 100644 [0-9a-f]+ ([0-9a-f]{40,64}) [AM]\tm$/gm)].map((m) => m[1]);
}

/** Seconds of the peer. */
function gitAlone(epoch, list) {
  const [input, output] = [openSync(list, 'r'), openSync('/dev/null', 'w')];
  const began = performance.now();
  spawnSync('git', ['-C', epoch, 'cat-file', '--batch', '--buffer'], { stdio: [input, output, 'inherit'] });
  const seconds = (performance.now() - began) / 1000;
  closeSync(input);
  closeSync(output);
  return seconds;
}

/** Our own reading, in a process of its own, so that its memory is its own. */
async function readAll(epoch) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('read-epoch.mjs', import.meta.url)), epoch], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(`read-epoch ended with ${code}`);
  return JSON.parse(out);
}
