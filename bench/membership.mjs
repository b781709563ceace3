// Which mails make up a version of a series: abbot beside `b4 am` on real threads.
//
//   node bench/membership.mjs [--corpus ../shared/corpus] [--threads 200 | --threads all] [--verbose]
//
// One case is a thread (or a file with all threads of a series) and a version in it; equal means the same patches in the
// same order, by message-id. Prints the share and every difference; asserts nothing. Skips without b4. `npm run build` first.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { readMails } from '../dist/mail/index.js';
import { groupSeries, linkVersions } from '../dist/series/index.js';

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: resolve(process.env.ABBOT_SHARED ?? '../shared', 'corpus') },
    threads: { type: 'string', default: '200' },
    verbose: { type: 'boolean', default: false },
  },
});
if (spawnSync('b4', ['--version']).error) {
  console.log('skipped: there is no b4 here (Debian package b4)');
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'abbot-membership-'));
writeFileSync(join(folder, '.gitconfig'), '[user]\n\tname = a\n\temail = a@b.c\n[b4]\n\tattestation-policy = off\n');
try {
  const cases = [];
  for (const file of mboxes()) {
    const mails = [];
    for await (const item of readMails([file])) if (item.ok) mails.push(item.value);
    const own = ownVersions(mails);
    for (const [version, ids] of own) cases.push({ file, version, ids });
  }
  const chosen = values.threads === 'all' ? cases : spread(cases, Number(values.threads));
  let equal = 0;
  for (const { file, version, ids } of chosen) {
    const theirs = b4(file, version);
    if (ids.join() === theirs.join()) equal++;
    else {
      console.log(`${file.replace(`${values.corpus}/`, '')} v${version}: abbot ${ids.length}, b4 ${theirs.length}`);
      if (values.verbose) {
        for (const id of ids) if (!theirs.includes(id)) console.log(`    only abbot ${id}`);
        for (const id of theirs) if (!ids.includes(id)) console.log(`    only b4    ${id}`);
      }
    }
  }
  console.log(`threads and versions  ${chosen.length} of ${cases.length}`);
  console.log(`equal to b4 am        ${equal} (${((100 * equal) / chosen.length).toFixed(1)} %, bar 98)`);
} finally {
  rmSync(folder, { recursive: true });
}

/** The corpora as one mbox a thread or series. */
function mboxes() {
  const found = [];
  for (const name of ['lock-series', 'multi-version', 'b4-samples', 'patchew-testdata'])
    for (const file of readdirSync(join(values.corpus, name), { recursive: true }).sort()) {
      if (!/\.mbox(\.gz)?$/.test(file)) continue;
      const path = join(values.corpus, name, file);
      if (!file.endsWith('.gz')) found.push(path);
      else {
        const plain = join(folder, basename(file, '.gz'));
        writeFileSync(plain, gunzipSync(readFileSync(path)));
        found.push(plain);
      }
    }
  const seed = readdirSync(join(values.corpus, 'seed-series')).filter((file) => file.endsWith('.eml'));
  const whole = seed.sort().map((file) => {
    const text = readFileSync(join(values.corpus, 'seed-series', file), 'latin1').replace(/^>*From /gm, '>$&');
    return `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}\n`;
  });
  writeFileSync(join(folder, 'seed.mbox'), whole.join(''), 'latin1');
  return [...found, join(folder, 'seed.mbox')];
}

/** Message-ids of the patches by version, of the largest lineage in the mails. */
function ownVersions(mails) {
  const lineages = linkVersions(groupSeries(mails).series);
  const mails_ = (lineage) => lineage.versions.reduce((sum, v) => sum + (v.series?.patches.length ?? 0), 0);
  const [main] = lineages.sort((a, b) => mails_(b) - mails_(a));
  const versions = new Map();
  for (const { version, series } of main?.versions ?? []) {
    if (series === null || series.patches.length === 0 || versions.has(version)) continue;
    versions.set(
      version,
      series.patches.flatMap((patch) => (patch.diff === '' || patch.messageId === null ? [] : [patch.messageId])),
    );
  }
  return versions;
}

/** Message-ids of the patches that b4 would apply, in its order. */
function b4(file, version) {
  // b4 0.12 ends with a stack trace at a folded Subject, in mails that are signed or 8-bit: it gets them unfolded.
  const unfolded = join(folder, 'unfolded');
  const text = readFileSync(file, 'latin1');
  const mbox = text.startsWith('From ') ? text : `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}`;
  const plain = mbox.replace(/^Subject:.*(?:\n[ \t].*)+/gm, (subject) => subject.replace(/\n[ \t]+/g, ' '));
  writeFileSync(unfolded, plain, 'latin1');
  const args = ['--offline-mode', 'am', '-m', unfolded, '-v', String(version), '-T', '-o', '-'];
  const run = spawnSync('b4', args, {
    cwd: folder,
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder },
    maxBuffer: 1 << 28,
  });
  const out = run.stdout.toString('latin1');
  return [...out.matchAll(/^Message-Id: <([^>]+)>/gim)].map((m) => m[1]);
}

/** `count` of them, evenly. */
function spread(all, count) {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}
