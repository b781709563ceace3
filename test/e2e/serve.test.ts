import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { killRounds } from '../../bench/kill-rounds.mjs';
import { databasePlace, openStore } from '../../src/store/index.ts';
import { type Built, buildProgram } from '../cli/built.ts';
import { modelFolder } from '../servers/databases.ts';
import { openEpoch } from '../sources/epoch-repository.ts';
import { patchText, rawMail } from '../sources/mails.ts';
import { type BotProcess, startBot, until } from './bot-process.ts';

let abbot: Built;
let folder = '';
let model = '';
const started: BotProcess[] = [];
beforeAll(async () => {
  abbot = buildProgram();
  folder = mkdtempSync(join(tmpdir(), 'abbot-serve-'));
  model = await modelFolder();
}, 180_000);
afterEach(async () => {
  for (const bot of started) bot.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});
afterAll(() => {
  abbot?.remove();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** A data folder whose database is made already. */
function dataFolder(name: string): string {
  const data = join(folder, name);
  mkdirSync(data);
  cpSync(model, join(data, 'database'), { recursive: true });
  return data;
}

function serve(data: string, ...args: string[]): BotProcess {
  const bot = startBot(abbot, ['serve', '--no-tree', '--port', '0', ...args], { ABBOT_DATA: data });
  started.push(bot);
  return bot;
}

/** What is in the database of a bot that has ended. */
async function reviewsIn(data: string): Promise<{ key: string; messageId: string | null; verdict: string }[]> {
  const place = databasePlace(undefined, join(data, 'database'));
  const store = place.ok ? await openStore(place.value) : place;
  if (!store.ok) throw new Error(store.fault.what);
  const rows = await store.value.db.selectFrom('reviews').select(['key', 'messageId', 'verdict']).execute();
  await store.value.close();
  return rows;
}

const PATCHES = 8;

test('a bot that is killed at any moment loses no series of a list and reviews none twice', async () => {
  const data = dataFolder('killed');
  const epoch = openEpoch(data);
  epoch.add(
    Array.from({ length: PATCHES }, (_, i) =>
      rawMail({
        subject: `[PATCH] part ${i}: do it\u0001`,
        id: `p${i}@example.org`,
        body: patchText(`${i}`, '', `lib/f${i}.c`),
        from: `P${i} Q${i} <p${i}@example.org>`,
      }),
    ),
  );
  const added = await abbot.run(['watch', 'add', epoch.path, '--settle', '0', '--since', '2026-01-01'], {
    env: { ABBOT_DATA: data },
  });
  expect([added.code, added.stderr]).toEqual([0, '']);
  for (const goal of [3]) {
    const bot = serve(data);
    await bot.line('abbot runs');
    await until(() => bot.log().filter(({ msg }) => msg === 'reviewed').length >= goal, `${goal} reviews`);
    bot.kill('SIGKILL');
    await bot.ended;
  }
  const last = serve(data);
  const { address } = await last.line('abbot runs');
  await until(async () => {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    return new RegExp(`abbot_queue_jobs\\{queue="review-series",state="completed"\\} ${PATCHES}\\b`).test(metrics);
  }, 'all jobs');
  last.kill('SIGTERM');
  expect(await last.ended).toBe(0);
  const reviews = await reviewsIn(data);
  const ids = Array.from({ length: PATCHES }, (_, i) => `p${i}@example.org`);
  expect(reviews.map(({ messageId }) => messageId).sort()).toEqual(ids);
  expect(reviews.every(({ verdict }) => verdict === 'clean')).toBe(true);
}, 180_000);

test('a database that another process has is one clear line, and free again when that process is killed', async () => {
  const data = dataFolder('in-use');
  const first = serve(data);
  await first.line('abbot runs');
  const second = await abbot.run(['serve', '--no-tree', '--port', '0'], { env: { ABBOT_DATA: data } });
  expect(second.code).toBe(3);
  expect(second.stdout).toBe('');
  expect(second.stderr).toMatch(
    new RegExp(`^abbot: .*/in-use/database is in use by process ${first.pid} on \\S+; stop that process, or set.*\\n$`),
  );
  const doctor = await abbot.run(['doctor'], { env: { ABBOT_DATA: data } });
  expect([doctor.code, doctor.stdout]).toEqual([0, expect.stringMatching(/✓ database \S+ is in use by process \d+/)]);
  first.kill('SIGKILL');
  await first.ended;
  const after = await abbot.run(['doctor'], { env: { ABBOT_DATA: data } });
  expect(after.stdout).toMatch(/✓ database \S+\n {2}✓ queue {4}0 jobs wait, 0 are worked on, 0 failed; \d workers\n/);
  const third = serve(data);
  await third.line('abbot runs');
}, 180_000);

test('a port that is taken is one clear line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const second = await abbot.run(['serve', '--no-tree', '--port', `${port}`], {
    env: { ABBOT_DATA: dataFolder('port') },
  });
  other.close();
  expect([second.code, second.stdout]).toEqual([3, '']);
  expect(second.stderr).toMatch(/^abbot: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*; name another port.*\n$/);
}, 180_000);

test('work without DATABASE_URL is a usage error in one line', async () => {
  const run = await abbot.run(['work', '--no-tree']);
  expect([run.code, run.stdout]).toEqual([2, '']);
  expect(run.stderr).toMatch(/^abbot: a worker needs a database that it can share; set DATABASE_URL .*\n$/);
});

test.each([
  [
    'no server',
    'postgres://someone:sw0rdfish@127.0.0.1:1/db',
    /the database does not answer \(postgres:\/\/someone@127/,
  ],
  ['no host', 'postgres://someone:sw0rdfish@nowhere.invalid/db', /the database does not answer/],
  ['no address', 'mysql://someone:sw0rdfish@host/db', /DATABASE_URL is not the address of a PostgreSQL/],
  ['nothing like it', 'sw0rdfish', /DATABASE_URL is not the address of a PostgreSQL/],
])('a DATABASE_URL with %s is one clear line without the password', async (_name, url, line) => {
  const doctor = await abbot.run(['doctor'], { env: { DATABASE_URL: url } });
  expect([doctor.code, doctor.stdout]).toEqual([3, expect.stringMatching(line)]);
  expect(doctor.stdout + doctor.stderr).not.toContain('sw0rdfish');
  for (const command of ['serve', 'work']) {
    const run = await abbot.run([command, '--no-tree', '--port', '0'], { env: { DATABASE_URL: url } });
    expect([2, 3]).toContain(run.code);
    expect(run.stderr).toMatch(line);
    expect(run.stderr.split('\n')).toHaveLength(2);
    expect(run.stdout + run.stderr).not.toContain('sw0rdfish');
  }
});

test('rows that were acknowledged survive kill -9 under write load', async () => {
  const database = join(dataFolder('rounds'), 'database');
  const result = await killRounds({
    dist: join(abbot.folder, 'dist'),
    folder: database,
    delays: [150, 10, 400, 60, 250],
  });
  expect([result.rounds, result.lost]).toEqual([5, 0]);
  expect(result.acknowledged).toBeGreaterThan(5);
}, 180_000);
