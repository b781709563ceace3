import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Kills a process that writes to a PGlite with SIGKILL, once a round, and counts the rows that were acknowledged and are
 * not there afterwards.
 *
 * @param {{ dist: string, folder: string, delays: readonly number[], onRound?: (round: number, acknowledged: number) => void }} options
 *   `dist` holds the built program; `delays` are the milliseconds after the first row of each round
 */
export async function killRounds({ dist, folder, delays, onRound }) {
  const acknowledged = [];
  for (const [round, delay] of delays.entries()) {
    acknowledged.push(...(await oneRound({ dist, folder, round, delay })));
    onRound?.(round, acknowledged.length);
  }
  const { databasePlace, keptDeliveries, openStore } = await import(
    pathToFileURL(join(dist, 'store', 'index.js')).href
  );
  const opened = await openStore(databasePlace(undefined, folder).value);
  if (!opened.ok) throw new Error(JSON.stringify(opened.fault));
  let lost = 0;
  for (let i = 0; i < acknowledged.length; i += 1000) {
    const ids = acknowledged.slice(i, i + 1000);
    lost += ids.length - (await keptDeliveries(opened.value, ids)).size;
  }
  await opened.value.close();
  return { rounds: delays.length, acknowledged: acknowledged.length, lost };
}

function oneRound({ dist, folder, round, delay }) {
  const writer = join(import.meta.dirname, 'store-writer.mjs');
  const child = spawn(process.execPath, [writer, dist, folder, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let text = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      if (text === '') setTimeout(() => child.kill('SIGKILL'), delay);
      text += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
    child.on('error', reject);
    child.on('close', () => {
      // What stands after the last line's end was cut off by the kill.
      const ids = text.split('\n').slice(0, -1);
      if (ids.length === 0) reject(new Error(`round ${round}: nothing was written: ${said}`));
      else resolve(ids);
    });
  });
}
