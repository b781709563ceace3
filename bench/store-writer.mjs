// Writes rows as fast as it can and says of each that it was acknowledged: what is killed by store-killed.mjs.
//
//   node bench/store-writer.mjs DIST FOLDER ROUND
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist = '', folder = '', round = '0'] = process.argv.slice(2);
const { databasePlace, keepDelivery, openStore } = await import(pathToFileURL(join(dist, 'store', 'index.js')).href);

const place = databasePlace(undefined, folder);
const opened = await openStore(place.value);
if (!opened.ok) {
  console.error(JSON.stringify(opened.fault));
  process.exit(3);
}
const store = opened.value;
const payload = { action: 'synchronize', text: 'x'.repeat(500) };
let number = 0;
// Several at once, as webhooks come; a row is acknowledged when its transaction has ended.
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (;;) {
      const id = `${round}-${number++}`;
      await keepDelivery(store, { id, event: 'pull_request', action: 'synchronize', repository: 'o/r', payload });
      writeSync(1, `${id}\n`);
    }
  }),
);
