import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { Hono } from 'hono';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExplain } from '../../../src/review/index.ts';
import { apiPart } from '../../../src/server/api/index.ts';
import type { Host, WebEnv } from '../../../src/server/part.ts';
import { openReviewDesk } from '../../../src/server/review-desk.ts';
import { latestParcels, makeToken, type OpenStore, openQueue, saveReview, transact } from '../../../src/store/index.ts';
import { richReview } from '../../report/fixtures.ts';
import { type Databases, startDatabases } from '../../servers/databases.ts';
import { consent, PLACE, reviewed } from '../mail/reviewed.ts';

let databases: Databases;
let store: OpenStore;
let app: Hono<WebEnv>;
let write = '';
let read = '';
let review = 0;

const explainPair = (locks: readonly [string, string]) =>
  runExplain({
    locks,
    tree: 'examples/tree',
    base: null,
    ruleDirs: [],
    today: '2026-01-31',
    cacheDir: null,
    workers: 1,
    onProgress: () => {},
  });

beforeAll(async () => {
  databases = await startDatabases('pglite');
  store = await databases.store();
  const queue = await openQueue(store, []);
  const { signal } = new AbortController();
  const host: Host = {
    store,
    queue,
    reviewer: openReviewDesk(),
    log: pino({ level: 'silent' }),
    metrics: new Registry(),
    worker: 'test',
    signal,
  };
  app = new Hono<WebEnv>();
  apiPart({ version: '0.1.0', explain: explainPair }).routes?.(app, host);
  const token = { userId: null, expiresAt: null };
  write = await makeToken(store, { ...token, name: 'w', scopes: ['write'] });
  read = await makeToken(store, { ...token, name: 'r', scopes: ['read'] });
  review = await reviewed(store, { id: 'a' });
  await reviewed(store, { id: 'a', version: 2, earlier: ['a-v1@example.org'] });
  await transact(store, (tx) =>
    saveReview(tx, {
      key: 'pull',
      origin: 'pull-request',
      place: 'owner/private',
      title: 'secret: do it',
      version: 1,
      messageId: null,
      author: { name: 'Ada', email: 'ada@example.org' },
      sentAt: new Date('2026-01-03T10:00:00Z'),
      total: 1,
      complete: true,
      beginnings: ['owner/private#1'],
      subsystems: [],
      result: { review: { ...richReview, run: 'private-run' } },
    }),
  );
}, 120_000);
afterAll(() => databases?.remove(), 60_000);

// Every answer is held against the description that the server itself gives.

interface Description {
  readonly paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
}
let description: Description | null = null;
const seen = new Set<string>();

async function ask(address: string, init: { method?: string; token?: string; body?: unknown } = {}) {
  const { method = 'GET', token, body } = init;
  const answer = await app.request(`/api${address}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
  const value = (isJson ? JSON.parse(text) : text) as never;
  await conforms(address, method, answer.status, isJson, value);
  return { status: answer.status, value: value as Record<string, unknown> };
}

const ajv = new Ajv.default({ strict: false, allErrors: true });
addFormats.default(ajv as never);

async function conforms(address: string, method: string, status: number, isJson: boolean, value: unknown) {
  if (description === null) {
    description = (await (await app.request('/api/openapi.json')).json()) as Description;
    ajv.addSchema(description as object, 'api');
  }
  const path = address.split('?')[0] ?? '';
  const known = Object.keys(description.paths).find((one) =>
    new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const route = known === undefined ? undefined : description.paths[known]?.[method.toLowerCase()];
  if (known === undefined || route === undefined) return;
  seen.add(`${method} ${known}`);
  expect(Object.keys(route.responses), `${method} ${address} answers ${status}`).toContain(String(status));
  if (!isJson) return;
  const pointer = `api#/paths/${known.replace(/~/g, '~0').replace(/\//g, '~1')}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`;
  const check = ajv.compile({ $ref: pointer.replace(/[{}]/g, (c) => encodeURIComponent(c)) });
  expect(check(value) ? [] : check.errors, `${method} ${address}`).toEqual([]);
}

test('reviews are listed page by page, the newest first', async () => {
  const first = await ask('/reviews?limit=1');
  expect(first.value['items']).toMatchObject([{ title: 'widget: Fix port removal races', place: PLACE }]);
  const second = await ask(`/reviews?limit=1&after=${encodeURIComponent(String(first.value['next']))}`);
  expect(second.value['items']).toHaveLength(1);
  expect((await ask('/reviews?after=yesterday')).status).toBe(400);
});

test('a review is found by its number and by its run, with findings, reply and report', async () => {
  expect((await ask(`/reviews/${review}`)).value).toMatchObject({ row: { run: 'a-1' }, review: { run: 'a-1' } });
  expect((await ask('/reviews/a-1')).status).toBe(404);
  expect((await ask(`/reviews/${review}/findings`)).value).toMatchObject([{ state: 'new', since: 1 }]);
  expect((await ask(`/reviews/${review}/reply`)).value).toMatchObject({ decision: 'held', reason: 'no-consent' });
  for (const format of ['text', 'markdown', 'json', 'sarif', 'checks'])
    expect((await ask(`/reviews/${review}/report?format=${format}`)).value).toContain('widget_rescan_lock');
  expect((await ask(`/reviews/${review}/report?format=html`)).status).toBe(400);
});

test('a series is found by its mail, with its versions; a finding by its fingerprint', async () => {
  expect((await ask('/series?id=a-v1@example.org')).value).toMatchObject([{ version: 1 }, { version: 2 }]);
  const name = encodeURIComponent('abba:device.mutex:widget_rescan_lock');
  expect((await ask(`/findings?fingerprint=${name}`)).value).toMatchObject([{ state: 'still' }, { state: 'new' }]);
});

test('b4 gets its patchset by a message-id, in brackets or not', async () => {
  for (const id of ['a-v1@example.org', '%3Ca-v1@example.org%3E'])
    expect((await ask(`/patchset?id=${id}`)).value).toMatchObject({
      message_id: 'a-v1@example.org',
      status: 'Reviewed',
    });
  expect((await ask('/patchset?id=nobody@example.org')).status).toBe(404);
});

test('a pair of locks is explained, and a lock that is none is named', async () => {
  const { value } = await ask('/pair?a=port.lock&b=port_topology_mutex');
  expect(value).toMatchObject({ locks: ['port.lock', 'port_topology_mutex'] });
  expect((await ask('/pair?a=port.lock&b=nonsense')).status).toBe(404);
}, 60_000);

test('health says what waits', async () => {
  expect((await ask('/health')).value).toMatchObject({
    engine: 'pglite',
    outbox: [{ name: 'mail', state: 'held', count: 2 }],
  });
});

test('reviews of pull requests, which may be private, need a token', async () => {
  const items = (value: { [key: string]: unknown }) => (value['items'] as { origin: string }[]).map((o) => o.origin);
  expect(items((await ask('/reviews')).value)).not.toContain('pull-request');
  expect(items((await ask('/reviews', { token: read })).value)).toContain('pull-request');
  expect((await ask('/reviews/private-run')).status).toBe(404);
  expect((await ask('/reviews/private-run', { token: read })).status).toBe(200);
  expect((await ask('/reviews?place=owner/private')).value['items']).toEqual([]);
});

test('what changes something needs a token that may write', async () => {
  const [parcel] = await latestParcels(store, 1);
  const body = { place: PLACE, mode: 'list', by: 'Eve', evidence: 'no', givenAt: '2026-01-01T00:00:00Z' };
  const writes: [string, string, unknown][] = [
    ['POST', '/consents', body],
    ['POST', '/consents/revoke', { place: PLACE, mode: 'list', by: 'Eve' }],
    ['POST', `/outbox/${parcel?.id}/release`, { action: 'send', by: 'Eve' }],
    ['PUT', '/stops/mail', { by: 'Eve', reason: 'fun' }],
    ['DELETE', '/stops/mail', undefined],
  ];
  for (const [method, address, given] of writes) {
    const init = { method, ...(given === undefined ? {} : { body: given }) };
    expect((await ask(address, init)).status, address).toBe(401);
    expect((await ask(address, { ...init, token: read })).status, address).toBe(403);
    expect((await ask(address, { ...init, token: `abbot_${'x'.repeat(43)}` })).status, address).toBe(401);
  }
  expect((await ask('/outbox')).status).toBe(401);
  expect((await ask('/consents')).value).toEqual([]);
});

test('consent is given, is in the ledger, and is taken back', async () => {
  const body = { place: PLACE, mode: 'list', by: 'Rex', evidence: 'yes@example.org', givenAt: '2026-01-01T00:00:00Z' };
  expect((await ask('/consents', { method: 'POST', token: write, body })).value).toEqual({ done: true });
  expect((await ask('/consents', { method: 'POST', token: write, body })).value).toEqual({ done: false });
  const taken = { place: PLACE, mode: 'list', by: 'Rex' };
  expect((await ask('/consents/revoke', { method: 'POST', token: write, body: taken })).value).toEqual({ done: true });
  expect((await ask('/consents')).value).toMatchObject([{ by: 'Rex', revokedBy: 'Rex' }]);
});

test('a person looks at a draft, and lets it go or drops it once', async () => {
  await consent(store);
  const { value } = await ask('/outbox?limit=1', { token: read });
  const id = (value['items'] as { id: number }[])[0]?.id;
  expect((await ask(`/outbox/${id}`, { token: read })).value).toMatchObject({
    state: 'held',
    payload: { message: expect.stringContaining('Auto-Submitted') },
  });
  const drop = { method: 'POST', token: write, body: { action: 'drop', by: 'Rex' } };
  expect((await ask(`/outbox/${id}/release`, drop)).value).toEqual({ done: true });
  expect((await ask(`/outbox/${id}/release`, drop)).status).toBe(409);
  expect((await ask('/outbox/999999', { token: read })).status).toBe(404);
});

test('the stop is set, shown and taken away', async () => {
  const body = { by: 'Rex', reason: 'something is wrong' };
  expect((await ask('/stops/mail', { method: 'PUT', token: write, body })).value).toEqual({ done: true });
  expect((await ask('/health')).value).toMatchObject({ stops: [{ name: 'mail', by: 'Rex' }] });
  expect((await ask('/stops/mail', { method: 'DELETE', token: write })).value).toEqual({ done: true });
  expect((await ask('/stops/everything', { method: 'DELETE', token: write })).status).toBe(400);
});

test('a body that is too long, no JSON, or says more than it should is refused in one line', async () => {
  const post = (body: unknown) => ask('/consents', { method: 'POST', token: write, body });
  expect((await post('{"place"')).status).toBe(400);
  expect((await post({ place: PLACE })).status).toBe(400);
  const longer = await app.request('/api/consents', {
    method: 'POST',
    headers: { authorization: `Bearer ${write}`, 'content-type': 'application/json' },
    body: JSON.stringify({ place: 'x'.repeat(100_000) }),
  });
  expect([longer.status, (await longer.text()).split('\n').length]).toEqual([413, 1]);
});

const EVIL = [
  "' or 1=1 --",
  '1; drop table reviews',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '9'.repeat(400),
  'x'.repeat(10_000),
  '-1',
  '1e9',
  '\ud800',
  '<script>',
];

test.each(EVIL.map((evil) => [evil.slice(0, 30), evil]))('%j as an id is harmless', async (_name, evil) => {
  const id = encodeURIComponent(Buffer.from(evil).toString('utf8'));
  const addresses = [`/reviews/${id}`, `/reviews/${id}/report`, `/series?id=${id}`, `/patchset?id=${id}`];
  addresses.push(`/findings?fingerprint=${id}`, `/reviews?place=${id}`, `/reviews?q=${id}`, `/pair?a=${id}&b=${id}`);
  addresses.push(`/outbox/${id}`, `/reviews?after=${id}`);
  for (const address of addresses) {
    const { status } = await ask(address, { token: read });
    expect([200, 400, 404], `${address.slice(0, 40)} ${status}`).toContain(status);
  }
  expect((await ask('/reviews')).value['items']).toHaveLength(2);
});

test('whatever is asked for, the server answers what it describes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (evil) => {
      const id = encodeURIComponent(Buffer.from(evil).toString('utf8'));
      expect((await ask(`/series?id=${id}`)).status).toBeGreaterThanOrEqual(400);
      expect((await ask(`/reviews?q=${id}&place=${id}`)).status).toBeLessThan(500);
    }),
    { numRuns: 40 },
  );
});

test('every route that is described was asked here', async () => {
  const { paths } = (await (await app.request('/api/openapi.json')).json()) as Description;
  const all = Object.entries(paths).flatMap(([path, of]) => Object.keys(of).map((m) => `${m.toUpperCase()} ${path}`));
  expect([...seen].sort()).toEqual(all.sort());
});
