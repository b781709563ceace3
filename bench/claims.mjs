// Checks the changelog of every version of the corpora's series against the version before: how many claims are decided
// how, and every `contradicted` one in full, to be read by hand.
//
//   node bench/claims.mjs [--sample N] [--all]     needs `npm run build`, and ABBOT_SHARED or ../shared
//
// --sample prints N of the supported claims, evenly spread, and N of the others; --all prints every claim.
import { compareVersions } from '../dist/diff/index.js';
import { seriesOfCorpora, versionsOf } from './series-corpus.mjs';

const at = process.argv.indexOf('--sample');
const sample = at < 0 ? 0 : Number(process.argv[at + 1]);
const all = [];
let series = 0;
let pairs = 0;
let silent = 0;
let unmentioned = 0;
for (const { name, paths } of seriesOfCorpora()) {
  if (name === 'seed-series') continue;
  for (const versions of await versionsOf(paths)) {
    if (versions.length < 2) continue;
    series++;
    for (const [i, to] of versions.slice(1).entries()) {
      pairs++;
      const compared = compareVersions(versions[i], to);
      if (compared.claims.length === 0) silent++;
      unmentioned += compared.unmentioned.length;
      for (const claim of compared.claims)
        all.push({ where: `${name} v${versions[i].version} v${to.version}`, ...claim });
    }
  }
}

const of = (verdict) => all.filter((claim) => claim.verdict === verdict);
console.log(`${series} series, ${pairs} neighbouring versions (${silent} without a claim), ${all.length} claims:`);
for (const verdict of ['supported', 'contradicted', 'not-visible']) {
  const count = of(verdict).length;
  console.log(`  ${verdict}: ${count} (${((100 * count) / all.length).toFixed(0)} %)`);
}
console.log(`changes that no claim mentions: ${unmentioned}`);
show(of('contradicted'));
if (sample > 0) for (const verdict of ['supported', 'not-visible']) show(spread(of(verdict), sample));
if (process.argv.includes('--all')) show(all);

function spread(claims, count) {
  const step = Math.max(1, claims.length / count);
  return Array.from({ length: Math.min(count, claims.length) }, (_, i) => claims[Math.floor(i * step)]);
}

function show(claims) {
  for (const { where, verdict, text, patch, evidence } of claims)
    console.log(`\n${where}${patch === null ? '' : `, patch ${patch}`}: ${verdict}\n  ${text}\n  = ${evidence}`);
}
