// What the database does in a second, on PGlite and on PostgreSQL side by side, and what a page of a large one costs.
//
//   npm run build && node bench/store.mjs [--seconds 5] [--series 100000] [--write]
//
// PostgreSQL is Debian's, started for this with fsync on. --write puts the figures into docs/store.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { rolldown } from 'rolldown';
import { writeFigures } from './store-page.mjs';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const option = (name, usual) => Number(args[args.indexOf(name) + 1] || 0) || usual;
const seconds = option('--seconds', 5);
const series = option('--series', 100_000);
const store = await import(pathToFileURL(join(root, 'dist', 'store', 'index.js')).href);
const folder = mkdtempSync(join(tmpdir(), 'abbot-bench-store-'));

/** The helper of the tests, which is TypeScript. */
async function startPostgres() {
  const file = join(folder, 'postgres.mjs');
  const bundle = await rolldown({ input: join(root, 'test/servers/postgres.ts'), platform: 'node' });
  await bundle.write({ file });
  return (await import(pathToFileURL(file).href)).startPostgres(true);
}

async function open(url) {
  const opened = await store.openStore(store.databasePlace(url, join(folder, 'database')).value);
  if (!opened.ok) throw new Error(opened.fault.what);
  return opened.value;
}

/** How often a second `step` ends when so many do it at once. */
async function rate(at, step) {
  let done = 0;
  const end = performance.now() + seconds * 1000;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: at }, async () => {
      while (performance.now() < end) await step(done++);
    }),
  );
  return Math.round(done / ((performance.now() - began) / 1000));
}

async function measure(on) {
  const payload = { action: 'synchronize', text: 'x'.repeat(500) };
  let n = 0;
  const insert = () =>
    store.keepDelivery(on, { id: `${n++}`, event: 'push', action: null, repository: 'o/r', payload });
  const queue = await store.openQueue(on, [{ name: 'bench', retries: 1, backoff: 1, expires: 60 }]);
  const job = async () => {
    await queue.send(on, { queue: 'bench', data: { n: n++ } });
    const run = await store.inTransaction(on, async (tx) => {
      const taken = await queue.take(tx, 'bench');
      return taken && store.beginRun(tx, taken, 'bench', null);
    });
    if (run)
      await store.inTransaction(on, async (tx) => {
        await store.endRun(tx, run, 'done');
        await queue.complete(tx, run.job);
      });
  };
  return {
    'rows a second, one writer': await rate(1, insert),
    'rows a second, eight writers': await rate(8, insert),
    'jobs a second (sent, taken, ended)': await rate(4, job),
  };
}

/** Series with ten findings each, made by the database itself: what stands in them does not matter here. */
async function fill(on) {
  const words = sql`'series ' || n || ' of ' || (array['pci','usb','net','mm','fs'])[1 + n % 5]`;
  await sql`insert into lineages (title) select 'l' || n from generate_series(1, ${series}) n`.execute(on.db);
  await sql`insert into series (key, lineage_id, version, title, author_name, author_email, total, complete)
    select 'k' || n, n, 1, 't', 'a', 'a' || n % 500 || '@example.org', 1, true
    from generate_series(1, ${series}) n`.execute(on.db);
  await sql`insert into reviews (key, series_id, lineage_id, origin, place, title, version, author_name, author_email,
      sent_at, verdict, introduced, new_path, fixed, reported, subsystems)
    select 'k' || n, n, n, 'list', 'list ' || n % 40, ${words}, 1, 'author ' || n % 500, 'a' || n % 500 || '@example.org',
      timestamptz '2020-01-01' + n * interval '5 minutes',
      case when n % 50 = 0 then 'introduced' when n % 20 = 0 then 'new-path' else 'clean' end,
      0, 0, 0, 0, array[(array['PCI','USB','NET','MM','VFS'])[1 + n % 5]]
    from generate_series(1, ${series}) n`.execute(on.db);
  await sql`insert into findings (review_id, lineage_id, version, fingerprint, kind, verdict, listed, locks, reported,
      confidence, summary)
    select n, n, 1, 'abba ' || (n * 10 + f) % 20000, 'abba', 'pre-existing', true, array['l' || n % 300, 'm' || f], false,
      0.5, 'x'
    from generate_series(1, ${series}) n, generate_series(1, 10) f`.execute(on.db);
  await sql`analyze`.execute(on.db);
}

async function pages(on) {
  const filters = {
    'all, first page': [{}, null],
    'all, half way': [{}, 'middle'],
    'one list': [{ place: 'list 7' }, null],
    'one verdict, half way': [{ verdict: 'introduced' }, 'middle'],
    'one author': [{ authorEmail: 'a17@example.org' }, null],
    'one subsystem': [{ subsystem: 'USB' }, null],
    'two words': [{ words: 'series pci' }, null],
    'one word that is rare': [{ words: '77777' }, null],
  };
  const times = {};
  for (const [name, [filter, from]] of Object.entries(filters)) {
    const after =
      from === null ? null : { sentAt: new Date(Date.UTC(2020, 0, 1) + (series / 2) * 300_000), id: series / 2 };
    const taken = [];
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      await store.pageOfReviews(on, filter, after, 50);
      taken.push(performance.now() - began);
    }
    times[name] = taken.sort((a, b) => a - b)[10].toFixed(1);
  }
  return times;
}

const server = await startPostgres();
try {
  const [pglite, postgres] = [await open(undefined), await open(server.database())];
  const [a, b] = [await measure(pglite), await measure(postgres)];
  const rows = Object.keys(a).map(
    (name) => `| ${name} | ${a[name]} | ${b[name]} | ${(a[name] / b[name]).toFixed(2)} |`,
  );
  await pglite.close();
  const table = `| measure | PGlite | PostgreSQL 15 | ratio |\n|---|---|---|---|\n${rows.join('\n')}`;
  console.log(table);
  await fill(postgres);
  const times = await pages(postgres);
  const count = `${series.toLocaleString('en')} series with ${(series * 10).toLocaleString('en')} findings, PostgreSQL`;
  const list = Object.entries(times).map(([name, ms]) => `| ${name} | ${ms} |`);
  const pageTable = `| page of 50 of ${count} | median ms |\n|---|---|\n${list.join('\n')}`;
  console.log(pageTable);
  await postgres.close();
  if (args.includes('--write')) writeFigures('rates', `${table}\n\n${pageTable}`);
} finally {
  server.remove();
  rmSync(folder, { recursive: true, force: true });
}
