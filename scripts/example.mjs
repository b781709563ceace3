// Reviews the bundled example, as `npm start` promises. The example has a deadlock in it, so abbot's exit code 1
// ("something to report") is the success of the demonstration, and 0 would be its failure.
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = ['review', 'examples/series', '--tree', 'examples/tree'];

console.error(`$ npx abbot ${args.join(' ')}\n`);
const { status, error } = spawnSync(process.execPath, [resolve(root, 'dist/cli/main.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
if (error) console.error(`example: abbot cannot be run: ${error.message}`);
if (status === 0) console.error('example: the deadlock that examples/README.md describes was not reported');
process.exit(status === 1 ? 0 : status || 1);
