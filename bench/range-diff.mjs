// How often rangeDiff() pairs patches as real `git range-diff` does, and prints the same text, over every two neighbouring
// versions of the corpora. The repositories are made from the patches (bench/version-repository.mjs).
//
//   node bench/range-diff.mjs [--show]     needs `npm run build`, and ABBOT_SHARED or ../shared
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDiff, rangeDiff, rangeDiffText } from '../dist/diff/index.js';
import { seriesOfCorpora, versionsOf } from './series-corpus.mjs';
import { reconstruct, writeVersions } from './version-repository.mjs';

const show = process.argv.includes('--show');
const count = {
  neighbours: 0,
  apply: 0,
  patches: 0,
  samePatches: 0,
  sameVersions: 0,
  sameText: 0,
  textLines: 0,
  sameLines: 0,
};
const unlike = [];
for (const { name, paths } of seriesOfCorpora()) {
  for (const versions of await versionsOf(paths)) {
    const made = versions.map((series) => {
      const whole = series.patches.every((patch) => patch.diff !== '');
      const states = whole ? reconstruct(series.patches.map((patch) => parseDiff(patch.diff))) : null;
      return states && { name: `v${series.version}`, series, patches: series.patches, ...states };
    });
    count.neighbours += Math.max(0, versions.length - 1);
    const usable = made.filter((v, i) => v && (made[i - 1] || made[i + 1]));
    if (usable.length < 2) continue;
    const folder = mkdtempSync(join(tmpdir(), 'abbot-range-diff-'));
    try {
      git(folder, 'init', '-q');
      writeVersions(folder, usable);
      for (const [i, to] of made.entries()) {
        const from = made[i - 1];
        if (from && to) compare(name, folder, from, to);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

function compare(name, folder, from, to) {
  count.apply++;
  const range = (v) => `base-${v.name}..tip-${v.name}`;
  const theirs = git(folder, 'range-diff', '--no-color', range(from), range(to));
  const ours = rangeDiffText(rangeDiff(from.series.patches, to.series.patches));
  // A pair is a line `1:  id ! 2:  id title`; ids are commits there and patch ids here.
  const pairs = (text) => [...text.matchAll(/^ *(\d+|-): +\S+ ([=!<>]) +(\d+|-): /gm)].map((m) => `${m[1]}${m[3]}`);
  const [a, b] = [pairs(theirs), pairs(ours)];
  const seen = new Set(a);
  count.patches += a.length;
  count.samePatches +=
    a.length - Math.max(a.filter((p) => !b.includes(p)).length, b.filter((p) => !seen.has(p)).length);
  const same = a.join() === b.join();
  if (same) count.sameVersions++;
  const plain = (text) =>
    text
      .replace(/^( *(?:\d+|-): +)\S+( [=!<>] +(?:\d+|-): +)\S+/gm, '$1$2')
      .trimEnd()
      .split('\n');
  const [x, y] = [plain(theirs), plain(ours)];
  const sameText = x.join('\n') === y.join('\n');
  if (sameText) count.sameText++;
  const left = new Map();
  for (const line of x) left.set(line, (left.get(line) ?? 0) + 1);
  count.textLines += Math.max(x.length, y.length);
  for (const line of y) {
    const there = left.get(line) ?? 0;
    if (there === 0) continue;
    left.set(line, there - 1);
    count.sameLines++;
  }
  if (!same)
    unlike.push(`${name} v${from.series.version} v${to.series.version}: git ${a.join(' ')}, here ${b.join(' ')}`);
  else if (!sameText && show) console.log(`${name} v${from.series.version} v${to.series.version}: another text`);
}

function git(folder, ...args) {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', env, maxBuffer: 1 << 28 });
}

const percent = (part, whole) => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
console.log(`neighbouring versions: ${count.neighbours}; both could be laid out for git: ${count.apply}`);
console.log(`pairs like git range-diff: ${percent(count.samePatches, count.patches)}`);
console.log(`versions with all pairs alike, in the same order: ${percent(count.sameVersions, count.apply)}`);
console.log(
  `the same text to the letter: ${percent(count.sameText, count.apply)}; lines alike: ${percent(count.sameLines, count.textLines)}`,
);
for (const line of unlike) console.log(`  ${line}`);
