// Versions linked to series, beside the known truth of the multi-version corpus: all series are read at once.
//
//   node bench/lineage.mjs [--corpus ../shared/corpus] [--verbose]
//
// Counts pairs of versions (by the message-id at the root of each): precision is the share of linked pairs that the index
// has in one series, recall the share of the index's pairs that were linked. Three runs: the mails as they are, with
// In-Reply-To and References taken from every second mail, and from all. Asserts nothing. `npm run build` first.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readMails } from '../dist/mail/index.js';
import { groupSeries, linkVersions } from '../dist/series/index.js';

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: resolve(process.env.ABBOT_SHARED ?? '../shared', 'corpus') },
    verbose: { type: 'boolean', default: false },
  },
});
const folder = join(values.corpus, 'multi-version');
const rows = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').trim().split('\n').slice(1);
const truth = new Map();
// The index tells series by author and title, and so lists one whose author's address changed twice: one title is one series.
for (const row of rows) {
  const [file, , , title, , , roots = ''] = row.split('\t');
  for (const [, version, id] of roots.matchAll(/v([\d.]+)=<([^>]+)>/g))
    truth.set(id, {
      title,
      file,
      version: Number(version),
    });
}
const mails = [];
for await (const item of readMails([folder])) if (item.ok) mails.push(item.value);

const unthreaded = (mail) => ({ ...mail, inReplyTo: [], references: [] });
const everySecond = (mail) =>
  createHash('sha1').update(`${mail.messageId}`).digest()[0] % 2 === 0 ? unthreaded(mail) : mail;
for (const [name, change] of [
  ['mails as they are', (mail) => mail],
  ['half without threads', everySecond],
  ['all without threads', unthreaded],
]) {
  const { linked, right, wrong, complete } = measure(mails.map(change));
  const pairs = pairsOfTruth();
  const percent = (a, b) => `${((100 * a) / b).toFixed(1)} % (${a} of ${b})`;
  console.log(name);
  console.log(`  precision (bar 99)  ${percent(right.length, linked)}`);
  console.log(`  recall    (bar 95)  ${percent(right.length, pairs.length)}`);
  console.log(`  complete series     ${complete}`);
  if (!values.verbose) continue;
  for (const [a, b] of wrong) console.log(`    wrong  ${label(a)} with ${label(b)}`);
  const found = new Set(right.map((pair) => pair.join(' ')));
  for (const [a, b] of pairs) if (!found.has([a, b].join(' '))) console.log(`    missed ${label(a)} with ${label(b)}`);
}

function label(id) {
  return `${truth.get(id).file} v${truth.get(id).version} <${id}>`;
}

function pairsOfTruth() {
  const pairs = [];
  const ids = [...truth.keys()].sort();
  for (const a of ids) for (const b of ids) if (a < b && truth.get(a).title === truth.get(b).title) pairs.push([a, b]);
  return pairs;
}

/** Pairs of known roots that ended up in one lineage; a root counts for the series that has its mail. */
function measure(input) {
  const { series } = groupSeries(input);
  const right = [];
  const wrong = [];
  for (const { versions } of linkVersions(series)) {
    const roots = versions.flatMap(({ series: one, resends }) =>
      [one, ...resends].flatMap((s) =>
        s === null ? [] : [s.messageId, ...s.patches.map((p) => p.messageId)].filter((id) => truth.has(id)).slice(0, 1),
      ),
    );
    const ids = [...new Set(roots)].sort();
    for (const a of ids)
      for (const b of ids) if (a < b) (truth.get(a).title === truth.get(b).title ? right : wrong).push([a, b]);
  }
  return {
    linked: right.length + wrong.length,
    right,
    wrong,
    complete: `${series.filter((s) => s.complete).length} of ${series.length}`,
  };
}
