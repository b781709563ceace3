import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { explain } from '../../../src/outcome/index.ts';
import { sendNextMail } from '../../../src/server/mail/index.ts';
import { attemptsAt, latestParcels, type OpenStore, openStore } from '../../../src/store/index.ts';
import { type Built, buildProgram } from '../../cli/built.ts';
import { type Databases, startDatabases } from '../../servers/databases.ts';
import { type SmtpServer, startSmtp } from '../../servers/smtp.ts';
import { consent, reviewed, settings } from './reviewed.ts';

// Mail servers that refuse, hang up or never answer, and a sender that is killed: never twice, and nothing is lost sight of.

let databases: Databases;
let store: OpenStore;
beforeAll(async () => {
  databases = await startDatabases('pglite');
  store = await databases.store();
}, 120_000);
afterAll(() => databases?.remove(), 60_000);
beforeEach(async () => {
  await sql`truncate replies, mail_attempts, outbox, consents, reviews, lineages restart identity cascade`.execute(
    store.db,
  );
  await consent(store);
});

async function send(url: string) {
  const sent = await sendNextMail(store, 'w1', { ...settings, smtpUrl: url }, Date.now);
  if (!sent.ok) throw new Error(explain(sent.fault));
  return sent.value;
}

async function withServer<T>(answer: Parameters<typeof startSmtp>[0], work: (server: SmtpServer) => Promise<T>) {
  const server = await startSmtp(answer);
  try {
    return await work(server);
  } finally {
    server.remove();
  }
}

const makeDue = () =>
  sql`update outbox set due_at = now() - interval '1 second', claimed_until = now() - interval '1 second'`.execute(
    store.db,
  );
const state = async () => (await latestParcels(store, 1))[0]?.state;

test('a server that says later gets the mail later', async () => {
  await reviewed(store, { id: 'a' });
  await withServer('later', async ({ url }) => expect(await send(url)).toMatchObject({ act: 'waits' }));
  expect(await state()).toBe('pending');
  await makeDue();
  await withServer('ok', async ({ url, received }) => {
    expect(await send(url)).toMatchObject({ act: 'sent' });
    expect(received()).toHaveLength(1);
  });
});

test('a server that says never is believed', async () => {
  await reviewed(store, { id: 'a' });
  await withServer('never', async ({ url }) => expect(await send(url)).toMatchObject({ act: 'failed' }));
  expect(await state()).toBe('failed');
});

test('recipients that a server refuses are told, and the others get the mail', async () => {
  await reviewed(store, { id: 'a', author: 'xenia@example.org' });
  await withServer('never-rcpt', async ({ url, received }) => {
    expect(await send(url)).toMatchObject({ act: 'sent', refused: ['xenia@example.org'] });
    expect(received().map(({ to }) => to)).toEqual([['linux-widget@lists.example.org']]);
  });
});

test('a server that is not there is asked again later, and a wrong password is not told', async () => {
  await reviewed(store, { id: 'a' });
  expect(await send('smtp://127.0.0.1:1')).toMatchObject({ act: 'waits' });
  await makeDue();
  await withServer('ok', async ({ url }) => {
    const sent = await send(url.replace('//', '//abbot:hush-hush@'));
    expect(sent).toMatchObject({ act: 'waits' });
    expect(JSON.stringify([sent, await latestParcels(store, 1), await attemptsAt(store, 1)])).not.toContain(
      'hush-hush',
    );
  });
});

test('a server that takes the mail and hangs up before it says so: a person has to look, and nothing is sent again', async () => {
  await reviewed(store, { id: 'a' });
  await withServer('cut', async ({ url, received }) => {
    expect(await send(url)).toMatchObject({ act: 'held', reason: 'unknown' });
    expect(received()).toHaveLength(1);
  });
  expect(await state()).toBe('held');
  // Somebody who lets it go by mistake does not make it go out twice.
  await sql`update outbox set state = 'pending'`.execute(store.db);
  await withServer('ok', async ({ url, received }) => {
    expect(await send(url)).toMatchObject({ act: 'held', reason: 'unknown' });
    expect(received()).toEqual([]);
  });
});

let abbot: Built;
beforeAll(() => {
  abbot = buildProgram();
}, 120_000);
afterAll(() => abbot?.remove());

test('a sender that is killed after the server took the mail does not make it go out twice', async () => {
  const place = databases.place();
  if (place.engine !== 'pglite') throw new Error('a folder is needed');
  const opened = await openStore(place);
  if (!opened.ok) throw new Error(explain(opened.fault));
  await consent(opened.value);
  await reviewed(opened.value, { id: 'a' });
  await opened.value.close();
  const script = join(abbot.folder, 'send.mjs');
  writeFileSync(
    script,
    `import { sendNextMail } from './dist/server/mail/index.js';
import { openStore } from './dist/store/index.js';
const [place, settings] = process.argv.slice(2).map((text) => JSON.parse(text));
const store = await openStore(place);
const sent = await sendNextMail(store.value, 'killed', settings, Date.now);
console.log(JSON.stringify(sent));
`,
  );
  await withServer('mute', async ({ url, received }) => {
    const args = [script, JSON.stringify(place), JSON.stringify({ ...settings, smtpUrl: url })];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    const gone = new Promise((resolve) => child.once('close', resolve));
    while (received().length === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await gone;
    expect(received()).toHaveLength(1);
  });
  const again = await openStore(place);
  if (!again.ok) throw new Error(explain(again.fault));
  try {
    await sql`update outbox set claimed_until = now() - interval '1 second'`.execute(again.value.db);
    await withServer('ok', async ({ url, received }) => {
      const sent = await sendNextMail(again.value, 'w2', { ...settings, smtpUrl: url }, Date.now);
      expect(sent).toMatchObject({ ok: true, value: { act: 'held', reason: 'unknown' } });
      expect(received()).toEqual([]);
    });
    expect((await attemptsAt(again.value, 1)).map(({ endedAt }) => endedAt)).toEqual([null]);
  } finally {
    await again.value.close();
  }
}, 120_000);
