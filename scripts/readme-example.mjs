// Puts the review of the bundled example into the README, as the program prints it. `npm run build` first.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const run = spawnSync(
  process.execPath,
  ['dist/cli/main.js', 'review', 'examples/series', '--tree', 'examples/tree', '--no-cache'],
  { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', COLUMNS: '80' } },
);
if (run.status !== 1) throw new Error(`the example's review ended with ${run.status}: ${run.stderr}`);
const readme = readFileSync('README.md', 'utf8');
const [begin, end] = ['<!-- review:begin -->', '<!-- review:end -->'];
const head = readme.slice(0, readme.indexOf(begin) + begin.length);
const block = run.stdout
  .trimEnd()
  .split('\n')
  .map((line) => `    ${line}`.trimEnd())
  .join('\n');
writeFileSync('README.md', `${head}\n${block}\n${readme.slice(readme.indexOf(end))}`);
