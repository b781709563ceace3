import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Built, buildProgram } from '../../cli/built.ts';
import { type BotProcess, startBotProcess, until } from '../../github/bot-process.ts';
import { FakeGitHub } from '../../github/fake-github.ts';
import { pullEvent } from '../../github/payloads.ts';
import { BASE_FILES, INVERTING } from '../../github/sources.ts';
import { startDatabases } from '../../servers/databases.ts';

// What things take, for bench/github.mjs. Nothing here asserts a time: the machine may be busy.
const report = process.env['ABBOT_PACE_REPORT'];
const pushes = report ? 20 : 1;

const fake = new FakeGitHub();
const home = mkdtempSync(join(tmpdir(), 'abbot-pace-'));
let built: Built;
let bot: BotProcess;
beforeAll(async () => {
  await fake.start();
  built = buildProgram();
  const databases = await startDatabases('pglite');
  const place = databases.place();
  if (place.engine === 'pglite') cpSync(place.folder, join(home, 'data', 'database'), { recursive: true });
  await databases.remove();
  bot = await startBotProcess({ built, fake, home });
  fake.hook = `${bot.address}/api/github/webhooks`;
}, 120_000);
afterAll(async () => {
  await bot.stop();
  await fake.stop();
  built.remove();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

const median = (times: number[]) => Math.round([...times].sort((a, b) => a - b)[times.length >> 1] ?? 0);

test('pushes are reviewed one after the other, and a head that is known costs no writing', async () => {
  const repository = fake.repository('pace', 'r', BASE_FILES);
  const pull = fake.pull(repository, [INVERTING]);
  const ended = () => repository.checkRuns.some((r) => r.headSha === pull.head.sha && r.status === 'completed');
  const times: number[] = [];
  let sent = 0;
  const guid = () => `00000000-0000-4000-9000-${String(++sent).padStart(12, '0')}`;
  for (let i = 0; i <= pushes; i++) {
    if (i > 0) fake.push(repository, pull, [{ ...INVERTING, message: `${INVERTING.message}\n\nTry ${i}.` }]);
    const began = performance.now();
    await fake.send('pull_request', pullEvent(fake, repository, pull, i === 0 ? 'opened' : 'synchronize'), guid());
    await until(ended, () => bot.log().slice(-2000));
    // The first one is cold: processes start, and the mirror is made.
    if (i > 0) times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  const before = fake.requests.length;
  await fake.send('pull_request', pullEvent(fake, repository, pull, 'synchronize'), guid());
  await until(
    () => fake.requests.length > before,
    () => bot.log().slice(-2000),
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const asked = fake.requests.slice(before);
  const writes = asked.filter((r) => r.method !== 'GET').length;
  expect(asked.length).toBeLessThanOrEqual(3);
  expect(writes).toBe(0);
  expect(fake.violations).toEqual([]);
  if (!report) return;

  const answered: number[] = [];
  for (let i = 0; i < 200; i++) answered.push((await fake.send('ping', { zen: 'x' }, guid())).ms);
  const bare: number[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (let i = 0; i < 200; i++) bare.push((await fake.send('ping', { zen: 'x' }, guid())).ms);
  server.close();
  const exact = (of: number[]) => Number(([...of].sort((a, b) => a - b)[of.length >> 1] ?? 0).toFixed(2));
  const figures = {
    pushes,
    median: median(times),
    worst: Math.round(Math.max(...times)),
    requests: asked.length,
    writes,
    answered: exact(answered),
    bare: exact(bare),
  };
  writeFileSync(report, JSON.stringify(figures));
}, 240_000);
