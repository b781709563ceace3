import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listWorkers, type OpenStore, openStore } from '../../src/store/index.ts';
import { type Built, buildProgram } from '../cli/built.ts';
import { type Databases, ENGINES, startDatabases } from '../servers/databases.ts';
import { PASSWORD } from '../servers/postgres.ts';
import { type BotProcess, startBot, until } from './bot-process.ts';
import { orderReviews } from './orders.ts';

const LEASE = 4;

describe.runIf(ENGINES.includes('postgres'))('workers on one PostgreSQL', () => {
  let abbot: Built;
  let databases: Databases;
  let store: OpenStore;
  let url = '';
  const started: BotProcess[] = [];
  const start = (...args: string[]): BotProcess => {
    const bot = startBot(abbot, args, { DATABASE_URL: url });
    started.push(bot);
    return bot;
  };
  const work = (): BotProcess => start('work', '--no-tree', '--lease', `${LEASE}`, '--jobs', '2');
  beforeAll(async () => {
    abbot = buildProgram();
    databases = await startDatabases('postgres');
    const place = databases.place();
    if (place.engine !== 'postgres') throw new Error('not a PostgreSQL');
    url = place.url;
    const opened = await openStore(place);
    if (!opened.ok) throw new Error(opened.fault.what);
    store = opened.value;
  }, 180_000);
  afterAll(async () => {
    for (const bot of started) bot.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await store?.close();
    await databases?.remove();
    abbot?.remove();
  });
  const reviews = async () => (await store.db.selectFrom('reviews').select('key').execute()).map(({ key }) => key);
  const openRunsOf = (worker: string) =>
    store.db.selectFrom('runs').selectAll().where('worker', '=', worker).where('endedAt', 'is', null).execute();

  test('of two workers one is killed in the middle, and the other finishes its jobs, each once', async () => {
    const [one, two] = [work(), work()];
    await Promise.all([one.line('abbot runs'), two.line('abbot runs')]);
    await until(async () => (await listWorkers(store)).length === 2, 'two workers');
    const victim = (await listWorkers(store)).find(({ pid }) => pid === one.pid)!;
    let keys: string[] = [];
    // Nobody can keep a review while this lock is held: both workers come to stand in the middle of a job.
    await store.db.transaction().execute(async (tx) => {
      const { sql } = await import('kysely');
      await sql`lock table reviews in share mode`.execute(tx);
      keys = await orderReviews(store, 6);
      await until(async () => (await openRunsOf(victim.id)).length === 2, 'a worker in the middle of two jobs');
      // Both have their reviews, and wait for the lock.
      await until(async () => {
        const waiting = await sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`.execute(tx);
        return (waiting.rows[0]?.n ?? 0) >= 2;
      }, 'workers that wait');
      one.kill('SIGKILL');
      await one.ended;
    });
    await until(async () => (await reviews()).length === keys.length, 'all reviews');
    await until(async () => (await openRunsOf(victim.id)).length === 0, 'the end of the lost runs');
    expect((await reviews()).sort()).toEqual([...keys].sort());
    const runs = await store.db.selectFrom('runs').select(['worker', 'outcome', 'jobId']).execute();
    const lost = runs.filter(({ worker, outcome }) => worker === victim.id && outcome === 'lost');
    expect(lost).toHaveLength(2);
    const done = runs.filter(({ outcome }) => outcome === 'done').map(({ jobId }) => jobId);
    expect(new Set(done).size).toBe(done.length);
    for (const { jobId } of lost) expect(done).toContain(jobId);
    two.kill('SIGTERM');
    expect(await two.ended).toBe(0);
  }, 180_000);

  test('a worker that is asked to end finishes or gives back what it has, and is gone from the table', async () => {
    const bot = work();
    await bot.line('abbot runs');
    const keys = await orderReviews(store, 4, 'q');
    bot.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
    expect(bot.log().at(-1)?.msg).toBe('abbot has ended');
    expect(await listWorkers(store)).toEqual([]);
    const open = await store.db.selectFrom('runs').selectAll().where('endedAt', 'is', null).execute();
    expect(open).toEqual([]);
    const next = work();
    await until(async () => (await reviews()).filter((key) => keys.includes(key)).length === 4, 'the rest');
    next.kill('SIGTERM');
    expect(await next.ended).toBe(0);
  }, 180_000);

  test('lists are watched by adding them from any machine, and doctor tells of database and queue', async () => {
    const env = { DATABASE_URL: url };
    const added = await abbot.run(['watch', 'add', 'https://lore.kernel.org/linux-pci/', '--since', '2026-01-01'], {
      env,
    });
    expect([added.code, added.stderr]).toEqual([0, '']);
    const rows = await store.db.selectFrom('lists').select(['place', 'settle']).execute();
    expect(rows).toEqual([{ place: 'https://lore.kernel.org/linux-pci/', settle: 15 }]);
    expect((await abbot.run(['watch', 'list'], { env })).stdout).toMatch(
      /^https:\/\/lore.kernel.org\/linux-pci\/ {2}settle/,
    );
    expect((await abbot.run(['watch', 'remove', 'https://lore.kernel.org/linux-pci/'], { env })).code).toBe(0);
    const doctor = await abbot.run(['doctor'], { env });
    expect([doctor.code, doctor.stdout]).toEqual([
      0,
      expect.stringMatching(/✓ database postgres:\/\/abbot@127.*\n.*✓ queue/),
    ]);
    expect(doctor.stdout).not.toContain(PASSWORD);
  });

  test('a database that goes away and comes back loses nothing, and log and /readyz say so', async () => {
    const bot = start('work', '--no-tree', '--lease', `${LEASE}`, '--port', '0');
    const { address } = await bot.line('abbot runs');
    const ready = async () => (await fetch(`${address}/readyz`)).status;
    expect(await ready()).toBe(200);
    databases.server?.stop();
    await bot.line('the database');
    expect(await ready()).toBe(503);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    databases.server?.start();
    await bot.line('the database answers again');
    await until(async () => (await ready()) === 200, 'ready again');
    const keys = await orderReviews(store, 3, 'r');
    await until(async () => (await reviews()).filter((key) => keys.includes(key)).length === 3, 'its reviews');
    const outages = bot.log().filter(({ level }) => level === 'error');
    expect(outages.map(({ msg }) => msg.startsWith('the database'))).toEqual([true]);
    bot.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
    expect(bot.said()).not.toContain(PASSWORD);
  }, 180_000);
});
