// Rows that were acknowledged and are gone after `kill -9`, over many rounds at random moments under write load.
//
//   npm run build && node bench/store-killed.mjs [--rounds 100] [--write]
//
// --write puts the figures into docs/store.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { killRounds } from './kill-rounds.mjs';
import { writeFigures } from './store-page.mjs';

const args = process.argv.slice(2);
const rounds = Number(args[args.indexOf('--rounds') + 1] || 0) || 100;
const folder = mkdtempSync(join(tmpdir(), 'abbot-killed-'));
try {
  const delays = Array.from({ length: rounds }, () => Math.floor(Math.random() * 1500));
  const result = await killRounds({
    dist: resolve(import.meta.dirname, '..', 'dist'),
    folder: join(folder, 'database'),
    delays,
    onRound: (round, rows) => (round + 1) % 10 === 0 && console.log(`round ${round + 1}: ${rows} rows acknowledged`),
  });
  const line = `${result.rounds} rounds, ${result.acknowledged} rows acknowledged, ${result.lost} lost`;
  console.log(line);
  if (args.includes('--write')) writeFigures('killed', `\`kill -9\` under write load on PGlite: ${line}.`);
  process.exitCode = result.lost === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
