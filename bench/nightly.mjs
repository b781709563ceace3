// All the long benchmarks, one after the other. The first three write their part of docs/benchmark.md; the last prints
// the table of docs/performance.md, with tree-sitter on every file.
//
//   npm run nightly            (about an hour and a half on two cores)
//
// Exit code 1 when one of them could not run; what the figures are decides nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNS = [
  ['locks.mjs', '--write'],
  ['tree-noise.mjs', '--write'],
  ['planted.mjs', '--write'],
  ['whole-tree.mjs', '--full'],
  ['store.mjs', '--write'],
  ['store-killed.mjs', '--rounds', '100', '--write'],
  ['github.mjs', '500', '--write'],
];

let failed = 0;
const build = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(1);
for (const [name, ...args] of RUNS) {
  console.log(`\n== ${[name, ...args].join(' ')}`);
  const script = fileURLToPath(new URL(name, import.meta.url));
  const run = spawnSync(process.execPath, [script, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (run.status === 0) continue;
  failed++;
  console.error(`${name} ended with ${run.signal ?? run.status}`);
}
console.log('\n== npx vitest run, properties from a new seed');
const suite = spawnSync('npx', ['vitest', 'run'], {
  stdio: 'inherit',
  env: { ...process.env, ABBOT_SEED: 'random', ABBOT_LONG: '1' },
});
if (suite.status !== 0) failed++;
process.exit(failed > 0 ? 1 : 0);
