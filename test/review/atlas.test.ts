import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { type Atlas, openAtlas } from '../../src/review/index.ts';
import { folderWith } from './request.ts';

const request = { base: null, ruleDirs: [], today: '2026-01-31', cacheDir: null, workers: 1 };
/** The first lock of `down` is held in one function, the second taken in another. */
const CALLING = `static DEFINE_MUTEX(upper);
static DEFINE_MUTEX(lower);
void under(void)
{
	mutex_lock(&lower);
	mutex_unlock(&lower);
}
void over(void)
{
	mutex_lock(&upper);
	under();
	mutex_unlock(&upper);
}
`;
const example = openAtlas({ ...request, tree: 'examples/tree', now: () => 0 });
afterAll(() => example.close());

const PAIR = `static DEFINE_MUTEX(outer);
static DEFINE_MUTEX(inner);
void down(void)
{
	mutex_lock(&outer);
	mutex_lock(&inner);
	mutex_unlock(&inner);
	mutex_unlock(&outer);
}
`;
const REVERSE = PAIR.replaceAll('outer', '@').replaceAll('inner', 'outer').replaceAll('@', 'inner');

/** An atlas of a folder of its own, with a clock that a test can put forward. */
function atlasOf(files: Readonly<Record<string, string>>): {
  atlas: Atlas;
  folder: string;
  wait: (ms: number) => void;
} {
  const folder = folderWith(files);
  let clock = 0;
  const atlas = openAtlas({ ...request, tree: folder, now: () => clock });
  onTestFinished(() => atlas.close());
  return { atlas, folder, wait: (ms) => (clock += ms) };
}

test('before the tree is read, questions are told to wait', async () => {
  const { atlas } = atlasOf({ 'a.c': PAIR });
  expect(atlas.state()).toMatchObject({ kind: 'opening' });
  expect(await atlas.search('')).toMatchObject({ ok: false, fault: { code: 'atlas/not-ready' } });
  expect(await atlas.opened).toMatchObject({ kind: 'ready', now: 'current', coverage: { files: 1 } });
});

test('a search without words lists all classes, those with the most orders first', async () => {
  await example.opened;
  const found = await example.search('', 3);
  expect(found).toMatchObject({ ok: true, value: { near: [] } });
  const rows = found.ok ? found.value.rows : [];
  const orders = rows.map((row) => row.below + row.above);
  expect(rows).toHaveLength(3);
  expect(orders).toEqual([...orders].sort((a, b) => b - a));
});

test('a search finds classes by all of its words, whatever their case', async () => {
  await example.opened;
  const found = await example.search('PORT topo');
  expect(found.ok && found.value.rows.map((row) => row.name)).toContain('port_topology_mutex');
  const none = await example.search('port nothing_of_the_kind');
  expect(none).toMatchObject({ ok: true, value: { rows: [], total: 0 } });
});

test('a name comes before names that only hold it', async () => {
  const { atlas } = atlasOf({
    'a.c': `static DEFINE_MUTEX(my_lock_of_all);\nstatic DEFINE_MUTEX(lock_of);\nvoid f(void)\n{\n\tmutex_lock(&my_lock_of_all);\n\tmutex_lock(&lock_of);\n\tmutex_unlock(&lock_of);\n\tmutex_unlock(&my_lock_of_all);\n}\n`,
  });
  await atlas.opened;
  const found = await atlas.search('lock_of');
  expect(found.ok && found.value.rows.map((row) => row.name)).toEqual(['lock_of', 'my_lock_of_all']);
});

test('a misspelt search names what comes near', async () => {
  await example.opened;
  expect(await example.search('port_topology_mutx')).toMatchObject({
    ok: true,
    value: { rows: [], near: ['port_topology_mutex'] },
  });
});

test('the orders of a class say where they are, and how often the other way round', async () => {
  const { atlas } = atlasOf({ 'a.c': PAIR + REVERSE.slice(REVERSE.indexOf('void')).replace('down', 'up') });
  await atlas.opened;
  expect(await atlas.orders('outer')).toEqual({
    ok: true,
    value: {
      name: 'outer',
      takers: 2,
      first: [
        { file: 'a.c', line: 5, function: 'down' },
        { file: 'a.c', line: 13, function: 'up' },
      ],
      below: {
        rows: [{ name: 'inner', sites: 1, files: 1, reverse: 1, first: [{ file: 'a.c', line: 6, function: 'down' }] }],
        leftOut: 0,
      },
      above: {
        rows: [{ name: 'inner', sites: 1, files: 1, reverse: 1, first: [{ file: 'a.c', line: 13, function: 'up' }] }],
        leftOut: 0,
      },
    },
  });
});

test('an unknown class is a fault with a hint, for orders and for pairs', async () => {
  await example.opened;
  const fault = { code: 'locks/no-such-class', hint: 'did you mean port_topology_mutex?' };
  expect(await example.orders('port_topology_mutx')).toMatchObject({ ok: false, fault });
  expect(await example.pair('port.lock', 'port_topology_mutx')).toMatchObject({ ok: false, fault });
});

test('a pair has all paths in both directions, and is not searched twice', async () => {
  await example.opened;
  const first = await example.pair('port_topology_mutex', 'port.lock');
  expect(first).toMatchObject({ ok: true, value: { reverse: [], coverage: { mode: 'tree' } } });
  expect(first.ok && first.value.forward[0]?.chain[0]?.function).toBe('rescan_store');
  expect(await example.pair('port_topology_mutex', 'port.lock')).toBe(first);
});

test('orders through calls name where the other lock is taken or held', async () => {
  const { atlas } = atlasOf({ 'a.c': CALLING });
  await atlas.opened;
  const leftOut = { below: 0, above: 0 };
  const lower = { name: 'lower', calls: 1, at: { file: 'a.c', line: 5, function: 'under' } };
  const upper = { name: 'upper', calls: 1, at: { file: 'a.c', line: 11, function: 'over' } };
  expect(await atlas.reach('upper')).toEqual({
    ok: true,
    value: { name: 'upper', below: [lower], above: [], leftOut, boundsHit: false },
  });
  expect(await atlas.reach('lower')).toMatchObject({ ok: true, value: { below: [], above: [upper] } });
});

test('areas are the sections of MAINTAINERS and the folders that take locks', async () => {
  await example.opened;
  const areas = await example.areas('');
  const rows = areas.ok ? areas.value.rows : [];
  expect(rows).toContainEqual({ name: 'PORT BUS', kind: 'subsystem', orders: 0, takes: 19 });
  expect(rows.map((row) => row.name)).toContain('drivers/port');
  expect(await example.areas('port b')).toMatchObject({ ok: true, value: { rows: [{ name: 'PORT BUS' }], total: 1 } });
});

test('the graph of an area joins the classes of its files, in functions and through calls', async () => {
  const { atlas } = atlasOf({
    'x/a.c': PAIR,
    'x/b.c': PAIR.replace('down', 'again'),
    'x/c.c': CALLING,
    'y/d.c': REVERSE,
  });
  await atlas.opened;
  const found = await atlas.graph('x/');
  if (!found.ok) throw new Error(found.fault.what);
  const { nodes, edges, ...rest } = found.value;
  expect(rest).toMatchObject({ area: { name: 'x', kind: 'folder' }, files: 3, leftOut: 0, notFollowed: 0 });
  expect(nodes).toHaveLength(6);
  expect(edges.map(({ sites, calls, first }) => [sites, calls, first.file])).toEqual([
    [1, 0, 'x/a.c'],
    [1, 0, 'x/b.c'],
    [0, 1, 'x/c.c'],
  ]);
});

test('a graph says which orders come the other way round', async () => {
  const up = REVERSE.slice(REVERSE.indexOf('void')).replace('down', 'up');
  const { atlas } = atlasOf({ 'x/a.c': PAIR + up });
  await atlas.opened;
  const found = await atlas.graph('x');
  expect(found.ok && found.value.edges.map((edge) => edge.reverse)).toEqual(['functions', 'functions']);
});

test('a graph with too many orders says how many were left out', async () => {
  await example.opened;
  const whole = await example.graph('PORT BUS');
  const part = await example.graph('PORT BUS', 1);
  if (!whole.ok || !part.ok) throw new Error('no graph');
  expect(whole.value.edges.length).toBeGreaterThan(2);
  expect(part.value.edges).toEqual([whole.value.edges[0]]);
  expect(part.value.leftOut).toBe(whole.value.edges.length - 1);
});

test('the same question has the same answer, byte for byte', async () => {
  const again = openAtlas({ ...request, tree: 'examples/tree', now: () => 5 });
  onTestFinished(() => again.close());
  await Promise.all([example.opened, again.opened]);
  for (const ask of [
    (atlas: Atlas) => atlas.search('port'),
    (atlas: Atlas) => atlas.graph('PORT BUS'),
    (atlas: Atlas) => atlas.orders('port.lock'),
  ])
    expect(JSON.stringify(await ask(again))).toBe(JSON.stringify(await ask(example)));
});

test('source lines stand around the wanted one, within the file', async () => {
  await example.opened;
  const top = await example.source('drivers/port/core.c', 1, 10);
  expect(top).toMatchObject({ ok: true, value: { from: 1, changed: false } });
  expect(top.ok && top.value.lines).toHaveLength(10);
  const total = top.ok ? top.value.total : 0;
  expect(await example.source('drivers/port/core.c', 1e9, 10)).toMatchObject({ value: { from: total - 9, total } });
});

test('source is shown whatever its bytes, its line ends and the length of its lines', async () => {
  const { atlas, folder } = atlasOf({ 'a.c': PAIR });
  await atlas.opened;
  const bytes = Buffer.concat([Buffer.from([0xff, 0x00, 0x0d, 0x0a]), Buffer.from(`${'x'.repeat(9000)}\nlast`)]);
  writeFileSync(join(folder, 'a.c'), bytes);
  const found = await atlas.source('a.c', 1);
  expect(found).toMatchObject({ ok: true, value: { from: 1, total: 3, changed: true } });
  expect(found.ok && found.value.lines.map((line) => line.length)).toEqual([2, 500, 4]);
});

test('only C sources of the tree can be read', async () => {
  await example.opened;
  const paths = fc.oneof(
    fc.string({ maxLength: 50 }),
    fc.constantFrom(
      '',
      '../../package.json',
      '/etc/passwd',
      'drivers/port/../../../../package.json',
      'drivers/port/Makefile',
      'MAINTAINERS',
      'drivers//port/core.c',
      './drivers/port/core.c',
      'drivers/port/core.c\0.h',
      'a/'.repeat(5000),
    ),
  );
  await fc.assert(
    fc.asyncProperty(paths, fc.double(), async (path, line) => {
      expect(await example.source(path, line)).toMatchObject({ ok: false, fault: { code: 'atlas/no-such-file' } });
    }),
    { numRuns: 60 },
  );
});

test('no text that somebody sends is more than not found', async () => {
  await example.opened;
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('__proto__', 'constructor', '$0.lock', '?', '\u202e\0', '<script>', '%', '*', 'x'.repeat(10_000)),
  );
  await fc.assert(
    fc.asyncProperty(text, text, async (a, b) => {
      expect((await example.search(a)).ok).toBe(true);
      expect((await example.areas(a)).ok).toBe(true);
      const orders = await example.orders(a);
      const pair = await example.pair(a, b);
      const graph = await example.graph(a);
      for (const found of [orders, pair, graph])
        expect(found.ok || /^(locks|atlas)\/no-such-/.test(found.fault.code)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a tree that changed is read again, while the old index answers', async () => {
  const { atlas, folder, wait } = atlasOf({ 'a.c': PAIR });
  await atlas.opened;
  writeFileSync(join(folder, 'b.c'), PAIR.replaceAll('outer', 'other'));
  expect(await atlas.search('other')).toMatchObject({ value: { total: 0 } });
  wait(60_001);
  await atlas.search('other');
  await expect.poll(async () => (await atlas.search('other')).ok && atlas.state()).toMatchObject({ now: 'current' });
  await expect.poll(() => atlas.search('other')).toMatchObject({ ok: true, value: { total: 1 } });
});

test('a tree that is gone is said so, and what was read of it still answers', async () => {
  const { atlas, folder, wait } = atlasOf({ 'a.c': PAIR });
  await atlas.opened;
  rmSync(folder, { recursive: true });
  wait(60_001);
  expect((await atlas.orders('outer')).ok).toBe(true);
  await expect.poll(() => atlas.state()).toMatchObject({ now: 'stale', fault: { code: 'tree/not-a-tree' } });
  expect((await atlas.orders('outer')).ok).toBe(true);
  expect(await atlas.source('a.c', 1)).toMatchObject({ ok: false, fault: { code: 'atlas/no-such-file' } });
});

test('a tree that cannot be read is a fault, and is tried again a minute later', async () => {
  const { atlas, folder, wait } = atlasOf({ README: 'nothing' });
  expect(await atlas.opened).toMatchObject({ kind: 'failed', fault: { code: 'tree/not-a-tree' } });
  expect(await atlas.search('')).toMatchObject({ ok: false, fault: { code: 'tree/not-a-tree' } });
  writeFileSync(join(folder, 'a.c'), PAIR);
  wait(60_001);
  await atlas.search('');
  await expect.poll(() => atlas.state()).toMatchObject({ kind: 'ready' });
});
