// How fast the C front end reads: against reading the bytes alone, and against ctags over the same files.
// node bench/front-end.mjs [FOLDER…]   (default: fs, kernel, mm and drivers/pci of the cached Linux 6.12)
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { F, readFile } from '../dist/csource/index.js';

function folders() {
  if (process.argv.length > 2) return process.argv.slice(2);
  const where = spawnSync('node', ['scripts/linux-source.mjs', '6.12', '--where'], { encoding: 'utf8' });
  if (where.status !== 0) {
    console.error('name a folder with C files, or fetch Linux first: node scripts/linux-source.mjs 6.12');
    process.exit(2);
  }
  return ['fs', 'kernel', 'mm', 'drivers/pci'].map((folder) => join(where.stdout.trim(), folder));
}

const files = folders().flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.c'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

/** Runs a pass over all files; processor seconds, since other work may share the machine. */
function pass(work) {
  const before = process.cpuUsage();
  for (const file of files) work(readFileSync(file));
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
}

let bytes = 0;
let functions = 0;
pass((buffer) => {
  bytes += buffer.length;
});
const alone = pass(() => {});
pass(readFile); // the compiler warms up
const ours = pass((buffer) => {
  functions += readFile(buffer).functions.length / F.WORDS;
});

const say = (what, seconds) =>
  console.log(
    `${what.padEnd(28)} ${seconds.toFixed(2).padStart(7)} s  ${(bytes / 1e6 / seconds).toFixed(1).padStart(7)} MB/s`,
  );
console.log(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB, ${functions} functions and macros`);
say('reading the bytes alone', alone);
say('abbot front end', ours);
const ctags = spawnSync('sh', ['-c', 'times; ctags -f /dev/null --languages=C --kinds-C=f -L - >/dev/null; times'], {
  input: files.join('\n'),
  encoding: 'utf8',
});
const clock = [...(ctags.stdout ?? '').matchAll(/(\d+)m([\d.]+)s (\d+)m([\d.]+)s/g)].map(
  ([, m1, s1, m2, s2]) => 60 * (Number(m1) + Number(m2)) + Number(s1) + Number(s2),
);
if (ctags.status === 0 && clock.length === 4) {
  const seconds = clock[3] - clock[1];
  say('ctags, functions only', seconds);
  console.log(`abbot / bytes alone: ${(ours / alone).toFixed(1)} times the processor time`);
  console.log(`abbot / ctags:       ${(ours / seconds).toFixed(2)} times the processor time`);
} else console.log('ctags is not installed: no comparison with it');
