import fc from 'fast-check';
import { Hono } from 'hono';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Atlas, openAtlas } from '../../../../src/review/index.ts';
import { locksPages } from '../../../../src/server/dashboard/locks/index.ts';
import { dashboard } from '../../../../src/server/dashboard/part.tsx';
import type { Host, WebEnv } from '../../../../src/server/part.ts';
import { openReviewDesk } from '../../../../src/server/review-desk.ts';
import { type OpenStore, openQueue, saveReview, transact } from '../../../../src/store/index.ts';
import { expectGolden } from '../../../golden/golden.ts';
import { richReview } from '../../../report/fixtures.ts';
import { folderWith } from '../../../review/request.ts';
import { type Databases, startDatabases } from '../../../servers/databases.ts';
import { pageText } from './page-text.ts';

const request = { base: null, ruleDirs: [], today: '2026-01-31', cacheDir: null, workers: 1, now: () => 0 };
const example = openAtlas({ ...request, tree: 'examples/tree' });
let databases: Databases;
let store: OpenStore;
let host: Host;

beforeAll(async () => {
  databases = await startDatabases('pglite');
  store = await databases.store();
  const queue = await openQueue(store, []);
  const { signal } = new AbortController();
  const reviewer = openReviewDesk();
  host = { store, queue, reviewer, log: pino({ level: 'silent' }), metrics: new Registry(), worker: 'test', signal };
  await example.opened;
}, 120_000);
afterAll(async () => {
  await example.close();
  await databases?.remove();
});

/** The server with nothing but these pages. */
function serverOf(atlas: Atlas | null): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const part = dashboard({ version: '0', pages: [locksPages(atlas)], viewer: async () => null });
  part.routes?.(app, host);
  return app;
}

async function get(address: string, atlas: Atlas | null = example): Promise<{ status: number; html: string }> {
  const answer = await serverOf(atlas).request(address);
  return { status: answer.status, html: await answer.text() };
}

test.each([
  ['search', '/locks?q=port'],
  ['misspelt', '/locks?q=port_topology_mutx'],
  ['class', '/locks/class/port_topology_mutex'],
  ['calls', '/locks/class/port_topology_mutex?calls=1'],
  ['pair', '/locks/pair?a=port_topology_mutex&b=port.lock'],
  ['choose-pair', '/locks/pair'],
  ['areas', '/locks/graph?q=port'],
  ['graph', '/locks/graph?area=PORT+BUS'],
  ['source', '/source?file=drivers/port/core.c&line=12'],
])('the page %s', async (name, address) => {
  const { status, html } = await get(address);
  expect(status).toBe(200);
  expectGolden(`locks-${name}.txt`, pageText(html));
});

test.each([
  ['/locks/class/port_topology_mutx', 'No such lock class', 'did you mean port_topology_mutex?'],
  ['/locks/pair?a=port.lock&b=nothing', 'No such lock class', 'spell a lock class'],
  ['/locks/graph?area=NOWHERE', 'No such part of the tree', 'name a section of MAINTAINERS'],
  ['/source?file=../../package.json&line=1', 'No such file', 'name a C file'],
  ['/source', 'No such file', 'name a C file'],
])('%s is not found, in plain words', async (address, title, hint) => {
  const { status, html } = await get(address);
  expect(status).toBe(404);
  expect(pageText(html)).toContain(title);
  expect(pageText(html)).toContain(hint);
});

test('without a tree each page says how to get one', async () => {
  for (const address of ['/locks', '/locks/class/a', '/locks/pair', '/locks/graph?area=a', '/source?file=a.c']) {
    const { status, html } = await get(address, null);
    expect(status).toBe(404);
    expect(pageText(html)).toContain('abbot serve --tree DIR');
  }
});

test('while the tree is being read, pages say so and ask again by themselves', async () => {
  const atlas = openAtlas({ ...request, tree: folderWith({ 'a.c': 'int a;' }) });
  onTestFinished(() => atlas.close());
  const answer = await serverOf(atlas).request('/locks?q=a');
  const html = await answer.text();
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(pageText(html)).toContain('The tree is being read');
  expect(html).toContain('hx-get="/locks?q=a"');
  await atlas.opened;
  expect((await get('/locks?q=a', atlas)).status).toBe(200);
});

test('a tree that cannot be read is 503, with the reason', async () => {
  const atlas = openAtlas({ ...request, tree: folderWith({ README: 'no source' }) });
  onTestFinished(() => atlas.close());
  await atlas.opened;
  const { status, html } = await get('/locks', atlas);
  expect(status).toBe(503);
  expect(pageText(html)).toContain('holds no C source');
});

test('a review that reports a pair colours its orders and is linked', async () => {
  const order = (a: string, b: string): string =>
    `void ${a}_${b}(void)\n{\n\tmutex_lock(&${a});\n\tmutex_lock(&${b});\n\tmutex_unlock(&${b});\n\tmutex_unlock(&${a});\n}\n`;
  const code = `static DEFINE_MUTEX(one);\nstatic DEFINE_MUTEX(two);\nstatic DEFINE_MUTEX(three);\n`;
  const atlas = openAtlas({
    ...request,
    tree: folderWith({ 'x/a.c': code + order('one', 'two') + order('two', 'one') + order('two', 'three') }),
  });
  onTestFinished(() => atlas.close());
  await atlas.opened;
  expect(pageText((await get('/locks/graph?area=x', atlas)).html)).not.toContain('the review');
  const finding = richReview.findings[0];
  if (finding === undefined) throw new Error('no finding');
  await transact(store, (tx) =>
    saveReview(tx, {
      key: 'k',
      origin: 'list',
      place: 'https://lore.kernel.org/linux-pci',
      title: 't',
      version: 3,
      messageId: null,
      author: { name: 'a', email: 'a@example.org' },
      sentAt: new Date(0),
      total: 1,
      complete: true,
      beginnings: ['a@example.org'],
      subsystems: [],
      result: { review: { ...richReview, findings: [{ ...finding, reported: true, locks: ['one', 'two'] }] } },
    }),
  );
  const { html } = await get('/locks/graph?area=x', atlas);
  expect(html.match(/class="edge (\w+)"/g)).toEqual(
    ['reported', 'reported', 'one'].map((name) => `class="edge ${name}"`),
  );
  expect(html).toMatch(/href="\/series\/\d+\/v\/3"/);
});

test('pages have no style, script or handler of their own, which the policy forbids', async () => {
  for (const address of [
    '/locks',
    '/locks/graph?area=PORT+BUS',
    '/locks/class/port.lock',
    '/source?file=drivers/port/core.c',
  ]) {
    const answer = await serverOf(example).request(address);
    const html = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)/);
  }
});

test('no name that somebody sends becomes markup, changes the direction of the page or breaks it', async () => {
  const app = serverOf(example);
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      '<img src=x onerror=alert(1)>',
      '"><script>alert(1)</script>',
      '\u202eport\u0000.lock',
      'x'.repeat(10_000),
      '../../../etc/passwd',
      '%2e%2e%2f',
      '__proto__',
      "';--",
    ),
  );
  const addresses = [
    (text: string) => `/locks?q=${text}`,
    (text: string) => `/locks/class/${text}`,
    (text: string) => `/locks/pair?a=${text}&b=port.lock`,
    (text: string) => `/locks/graph?area=${text}`,
    (text: string) => `/locks/graph?q=${text}`,
    (text: string) => `/source?file=${text}&line=${text}`,
  ];
  await fc.assert(
    fc.asyncProperty(name, fc.constantFrom(...addresses), async (text, address) => {
      const answer = await app.request(address(encodeURIComponent(text)));
      const html = await answer.text();
      expect([200, 404]).toContain(answer.status);
      expect(html).not.toMatch(/<img|<script>|\u202e/);
      expect(html.includes('\u0000')).toBe(false);
    }),
    { numRuns: 80 },
  );
});

test('source with characters that hide or turn text shows them spelled out', async () => {
  const atlas = openAtlas({ ...request, tree: folderWith({ 'a.c': 'int a; /* \u202e } \u200b <b> */\n\tint b;\n' }) });
  onTestFinished(() => atlas.close());
  await atlas.opened;
  const { html } = await get('/source?file=a.c&line=2', atlas);
  expect(html).toContain('int a; /* &lt;U+202E&gt; } &lt;U+200B&gt; &lt;b&gt; */');
  expect(html).toContain('<i>2</i>\tint b;');
});
