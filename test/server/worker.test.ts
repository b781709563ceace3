import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fail, ok } from '../../src/outcome/index.ts';
import { defineJob, handleJob, openReviewDesk, type Work } from '../../src/server/index.ts';
import { followOutage } from '../../src/server/outage.ts';
import { startWorker, type Worker } from '../../src/server/worker.ts';
import {
  giveConsent,
  type OpenStore,
  openQueue,
  type Queue,
  reapWorkers,
  type Store,
  transact,
} from '../../src/store/index.ts';
import { type Databases, ENGINES, startDatabases } from '../servers/databases.ts';

const kind = defineJob({
  name: 'try-things',
  data: z.strictObject({ name: z.string(), lane: z.string().nullable() }),
  retries: 1,
  backoff: 1,
  expires: 60,
  key: () => null,
  lane: ({ lane }) => lane,
});
type Data = z.infer<typeof kind.data>;

describe.each(ENGINES)('a worker on %s', (engine) => {
  let databases: Databases;
  let store: OpenStore;
  let queue: Queue;
  let workers: Worker[] = [];
  beforeAll(async () => {
    databases = await startDatabases(engine);
    store = await databases.store();
    const { name, retries, backoff, expires } = kind;
    queue = await openQueue(store, [{ name, retries, backoff, expires }]);
  }, 120_000);
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop(1)));
    workers = [];
    await store.db.deleteFrom('consents').execute();
  });
  afterAll(() => databases?.remove());

  const log = pino({ level: 'silent' });
  const start = (id: string, work: Work<Data>, lastWords = (_data: Data) => async (_tx: Store) => {}): string[] => {
    const ends: string[] = [];
    workers.push(
      startWorker({
        store,
        queue,
        handlers: [handleJob(kind, work, lastWords)],
        identity: { id, host: 'here', pid: 1, program: '0' },
        log,
        outage: followOutage(log, Date.now),
        reviewer: openReviewDesk(),
        jobs: 2,
        lease: 3,
        onEnd: (_queue, outcome) => ends.push(outcome),
        onCrash: (error) => ends.push(`crash: ${error}`),
        now: Date.now,
      }),
    );
    return ends;
  };
  const send = (name: string, lane: string | null = null) =>
    queue.send(store, { queue: kind.name, data: { name, lane } });
  /** Any row will do to see what was kept. */
  const keep = (name: string) => async (tx: Store) => {
    const given = { place: name, mode: 'list', by: 'b', evidence: 'e', givenAt: new Date(0) } as const;
    if (!(await giveConsent(tx, given))) throw new Error(`${name} was kept twice`);
  };
  const kept = async () =>
    (await store.db.selectFrom('consents').select('place').orderBy('place').execute()).map(({ place }) => place);
  const until = async (check: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + 20_000; Date.now() < end && !(await check()); )
      await new Promise((resolve) => setTimeout(resolve, 20));
  };

  test('what a job concludes is kept with its end', async () => {
    const ends = start('w1', async ({ name }) => ok(keep(name)));
    await send('a');
    await send('b');
    await until(() => ends.length === 2);
    expect([ends, await kept()]).toEqual([
      ['done', 'done'],
      ['a', 'b'],
    ]);
  });

  test('a conclusion that fails leaves nothing, and the job is tried again', async () => {
    let tries = 0;
    const ends = start('w1', async ({ name }) =>
      ok(async (tx) => {
        await keep(name)(tx);
        if (++tries === 1) throw new Error('half way');
      }),
    );
    await send('c');
    await until(() => ends.length === 2);
    expect([ends, await kept()]).toEqual([['fault', 'done'], ['c']]);
  });

  test('a job that always fails ends after its tries with its last words', async () => {
    const ends = start(
      'w1',
      async () => fail('store/away', 'no'),
      ({ name }) => keep(name),
    );
    await send('d');
    await until(() => ends.length === 2);
    expect([ends, await kept()]).toEqual([['fault', 'fault'], ['d']]);
  });

  test('jobs of one lane are done one after the other', async () => {
    let now = 0;
    let most = 0;
    const ends = start('w1', async ({ name }) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 100));
      now--;
      return ok(keep(name));
    });
    for (const name of ['e', 'f', 'g']) await send(name, 'lane');
    await until(() => ends.length === 3);
    expect([most, await kept()]).toEqual([1, ['e', 'f', 'g']]);
  });

  test('at its end a worker gives back what it cannot finish, and that costs no try', async () => {
    const attempts: number[] = [];
    start('w1', async (_data, { signal, attempt }) => {
      attempts.push(attempt);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return fail('job/review-died', 'stopped');
    });
    await send('h');
    await until(() => attempts.length === 1);
    await workers[0]?.stop(0.1);
    const ends = start('w2', async ({ name }, { attempt }) => {
      attempts.push(attempt);
      return ok(keep(name));
    });
    await until(() => ends.length === 1);
    expect([attempts, await kept()]).toEqual([[1, 1], ['h']]);
  });

  test('a worker that was given up for dead is told to stop, and what it concludes counts for nothing', async () => {
    let aborted = false;
    let free: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      free = resolve;
    });
    let begun = 0;
    const work: Work<Data> = async ({ name }, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      if (++begun === 1) await waiting;
      return ok(keep(name));
    };
    const first = start('w1', work);
    await send('i');
    await until(() => begun === 1);
    await transact(store, (tx) => reapWorkers(tx, queue, 0, 'nobody'));
    await until(() => aborted);
    const second = start('w2', work);
    await until(() => first.length + second.length === 1);
    free();
    await until(() => first.length + second.length === 2);
    expect([aborted, [...first, ...second].sort(), await kept()]).toEqual([true, ['done', 'lost'], ['i']]);
  });
});
