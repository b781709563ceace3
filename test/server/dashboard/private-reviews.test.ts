import { Hono } from 'hono';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dashboard, inboxPages, seriesPages } from '../../../src/server/dashboard/index.ts';
import type { Host, WebEnv } from '../../../src/server/part.ts';
import { type OpenStore, saveReview } from '../../../src/store/index.ts';
import { richReview } from '../../report/fixtures.ts';
import { type Databases, startDatabases } from '../../servers/databases.ts';

let databases: Databases;
let store: OpenStore;
beforeAll(async () => {
  databases = await startDatabases('pglite');
  store = await databases.store();
  for (const origin of ['list', 'pull-request'] as const)
    await saveReview(store, {
      key: origin,
      origin,
      place: origin === 'list' ? 'linux-pci' : 'octo/secret',
      title: `seen on ${origin}`,
      version: 1,
      messageId: `${origin}@example.org`,
      author: { name: 'Ada', email: 'ada@example.org' },
      sentAt: new Date(0),
      total: 1,
      complete: true,
      beginnings: [],
      subsystems: [],
      result: { review: { ...richReview, lineage: { versions: [] } } },
    });
}, 120_000);
afterAll(() => databases?.remove());

const deeds = { rerun: async () => null, draft: async () => ({ text: null, why: '' }), mails: async () => [] };

function pages(viewer: { id: number; login: string; csrf: string } | null): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const host = { store, log: pino({ level: 'silent' }), signal: new AbortController().signal } as unknown as Host;
  const part = dashboard({ version: '0', pages: [inboxPages, seriesPages(() => deeds)], viewer: async () => viewer });
  part.routes?.(app, host);
  return app;
}

test('the review of a pull request is shown to nobody who is not logged in', async () => {
  const app = pages(null);
  const inbox = await (await app.request('/')).text();
  expect([inbox.includes('seen on list'), inbox.includes('seen on pull-request')]).toEqual([true, false]);
  const statuses = await Promise.all([1, 2].map(async (n) => (await app.request(`/series/${n}/v/1`)).status));
  expect(statuses.sort()).toEqual([200, 404]);
});

test('and to those who are', async () => {
  const app = pages({ id: 1, login: 'ada', csrf: 'x' });
  expect(await (await app.request('/')).text()).toContain('seen on pull-request');
  expect((await app.request('/series/2/v/1')).status).toBe(200);
});
