import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  beginRun,
  endRun,
  type OpenStore,
  openQueue,
  type Queue,
  reapWorkers,
  seeWorker,
  transact,
} from '../../src/store/index.ts';
import { type Databases, ENGINES, startDatabases } from '../servers/databases.ts';

const POLICY = { retries: 2, backoff: 1, expires: 60 };

describe.each(ENGINES)('the queue on %s', (engine) => {
  let databases: Databases;
  let store: OpenStore;
  let queue: Queue;
  beforeAll(async () => {
    databases = await startDatabases(engine);
    store = await databases.store();
    const names = ['keys', 'rollback', 'tries', 'lanes', 'lost', 'back'];
    queue = await openQueue(
      store,
      names.map((name) => ({ name, ...POLICY })),
    );
  }, 120_000);
  afterAll(() => databases?.remove());

  test('of waiting jobs with one key one is kept, and another may come while it is worked on', async () => {
    const send = (n: number) => queue.send(store, { queue: 'keys', data: { n }, key: 'k' });
    expect([await send(1), await send(2)]).toEqual([expect.any(String), null]);
    const taken = await queue.take(store, 'keys');
    expect([taken?.data, taken?.key, taken?.attempt]).toEqual([{ n: 1 }, 'k', 1]);
    expect(await send(3)).toEqual(expect.any(String));
    expect(await queue.complete(store, taken!)).toBe(true);
    expect(await queue.complete(store, taken!)).toBe(false);
  });

  test('a job that was sent in a transaction that rolled back was never sent', async () => {
    const rolled = transact(store, async (tx) => {
      await queue.send(tx, { queue: 'rollback', data: {} });
      throw new Error('no');
    });
    await expect(rolled).rejects.toThrow('no');
    expect(await queue.take(store, 'rollback')).toBe(null);
  });

  test('a job that fails comes back after its wait, until its tries are used up', async () => {
    await queue.send(store, { queue: 'tries', data: {} });
    const attempts: [number, boolean][] = [];
    for (const until = Date.now() + 20_000; attempts.length < 3 && Date.now() < until; ) {
      const job = await queue.take(store, 'tries');
      if (job === null) await new Promise((resolve) => setTimeout(resolve, 100));
      else {
        attempts.push([job.attempt, job.last]);
        await queue.fail(store, job, { what: 'no' });
      }
    }
    expect(attempts).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    const counts = await queue.counts(store);
    expect(counts.filter((one) => one.queue === 'tries')).toEqual([{ queue: 'tries', state: 'failed', count: 1 }]);
  });

  test('two jobs of one lane are not worked on at once', async () => {
    for (const n of [1, 2]) await queue.send(store, { queue: 'lanes', data: { n } });
    const [one, two] = [await queue.take(store, 'lanes'), await queue.take(store, 'lanes')];
    const first = await beginRun(store, one!, 'w', 'lane');
    expect(first).not.toBe(null);
    expect(await beginRun(store, two!, 'w', 'lane')).toBe(null);
    expect(await endRun(store, first!, 'done')).toBe(true);
    expect(await beginRun(store, two!, 'w', 'lane')).not.toBe(null);
  });

  test('a job of a worker that is not heard of goes to another, and the first cannot end it any more', async () => {
    await queue.send(store, { queue: 'lost', data: {} });
    await seeWorker(store, { id: 'dead', host: 'h', pid: 1, program: '0' });
    await seeWorker(store, { id: 'living', host: 'h', pid: 2, program: '0' });
    const job = await queue.take(store, 'lost');
    const run = await beginRun(store, job!, 'dead', null);
    expect(await transact(store, (tx) => reapWorkers(tx, queue, 30, 'living'))).toEqual({ ok: true, value: 0 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await transact(store, (tx) => reapWorkers(tx, queue, 0.02, 'living'))).toEqual({ ok: true, value: 1 });
    expect(await endRun(store, run!, 'done')).toBe(false);
    let again = null;
    for (const until = Date.now() + 10_000; again === null && Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      again = await queue.take(store, 'lost');
    }
    expect([again?.id, again?.attempt]).toEqual([job?.id, 2]);
  });

  test('a job that is given back costs none of its tries', async () => {
    await queue.send(store, { queue: 'back', data: { n: 1 }, key: 'b', priority: 3 });
    const job = await queue.take(store, 'back');
    await transact(store, (tx) => queue.giveBack(tx, job!, 0));
    const again = await queue.take(store, 'back');
    expect([again?.data, again?.key, again?.attempt, again?.priority]).toEqual([{ n: 1 }, 'b', 1, 3]);
  });
});
