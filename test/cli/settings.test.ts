import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/index.ts';
import { resolveSettings } from '../../src/cli/settings.ts';
import { record } from './surroundings.ts';

let folder: string;
let deep: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'abbot-settings-'));
  deep = join(folder, 'a', 'b');
  mkdirSync(deep, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function settings(flags = {}, env = {}) {
  const resolved = await resolveSettings(flags, record({ cwd: deep, home: folder, env }).to);
  if (!resolved.ok) throw new Error(resolved.fault.what);
  return resolved.value;
}

test('without anything, defaults hold', async () => {
  expect(await settings()).toEqual({
    tree: { value: null, origin: 'default' },
    base: { value: null, origin: 'default' },
    rules: { value: [], origin: 'default' },
    cache: { value: join(folder, '.cache', 'abbot'), origin: 'default' },
    cacheSize: { value: 4096, origin: 'default' },
    workers: { value: 2, origin: 'default' },
    color: { value: 'auto', origin: 'default' },
  });
});

test('a file is found upward, and its paths are relative to it', async () => {
  const file = join(folder, 'a', 'abbot.yaml');
  writeFileSync(file, 'tree: linux\nrules: [mine]\n');
  const { tree, rules } = await settings();
  expect(tree).toEqual({ value: join(folder, 'a', 'linux'), origin: file });
  expect(rules.value).toEqual([join(folder, 'a', 'mine')]);
});

test('the nearest file wins, and the XDG folder comes last', async () => {
  mkdirSync(join(folder, 'xdg', 'abbot'), { recursive: true });
  writeFileSync(join(folder, 'xdg', 'abbot', 'abbot.yaml'), 'base: xdg\n');
  const env = { XDG_CONFIG_HOME: join(folder, 'xdg') };
  expect((await settings({}, env)).base.value).toBe('xdg');
  writeFileSync(join(folder, 'abbot.yaml'), 'base: far\n');
  expect((await settings({}, env)).base.value).toBe('far');
  writeFileSync(join(deep, 'abbot.yml'), 'base: near\n');
  expect((await settings({}, env)).base.value).toBe('near');
});

test('a flag wins over a variable, which wins over a file', async () => {
  writeFileSync(join(folder, 'abbot.yaml'), 'base: file\n');
  const env = { ABBOT_BASE: 'variable' };
  expect((await settings({ base: 'flag' }, env)).base).toEqual({ value: 'flag', origin: '--base' });
  expect((await settings({}, env)).base).toEqual({ value: 'variable', origin: 'ABBOT_BASE' });
});

test('--no-tree wins over a configured tree', async () => {
  expect((await settings({ tree: false }, { ABBOT_TREE: '/linux' })).tree).toEqual({
    value: null,
    origin: '--no-tree',
  });
});

test.each([
  ['an unknown key', 'base: x\ntre: y\n', /abbot\.yaml line 2: unknown key 'tre' \(known: tree, base/],
  ['a wrong type', 'workers: many\n', /abbot\.yaml line 1: workers: /],
  ['broken YAML', 'tree: [\n', /abbot\.yaml line \d: /],
  ['a list', '- tree\n', /abbot\.yaml/],
  ['an alias bomb', `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: *a`).join('\n')}\n`, /abbot\.yaml/],
])('%s in a file is a usage error that names the line', async (_name, text, line) => {
  writeFileSync(join(deep, 'abbot.yaml'), text);
  const seen = record({ cwd: deep, home: folder });
  expect(await run(['review', 'x'], seen.to)).toBe(2);
  expect(seen.stderr()).toMatch(line);
  expect(seen.asked).toEqual([]);
});

test('a TOML file says the same as a YAML one', async () => {
  writeFileSync(join(deep, 'abbot.toml'), 'base = "v6.12"\nworkers = 3\n');
  const { base, workers } = await settings();
  expect([base.value, workers.value]).toEqual(['v6.12', 3]);
});

test.each([
  ['broken TOML', 'base = \n', /abbot\.toml: line 1: /],
  ['an unknown key', 'tre = "x"\n', /abbot\.toml: unknown key 'tre'/],
])('%s in a TOML file is a usage error', async (_name, text, line) => {
  writeFileSync(join(deep, 'abbot.toml'), text);
  const seen = record({ cwd: deep, home: folder });
  expect(await run(['review', 'x'], seen.to)).toBe(2);
  expect(seen.stderr()).toMatch(line);
});

test('an empty file says nothing', async () => {
  writeFileSync(join(deep, 'abbot.yaml'), '');
  expect((await settings()).tree.origin).toBe('default');
});

test('a variable that cannot be meant is a usage error', async () => {
  const seen = record({ cwd: deep, home: folder, env: { ABBOT_WORKERS: 'many' } });
  expect(await run(['review', 'x'], seen.to)).toBe(2);
  expect(seen.stderr()).toMatch(/^abbot: ABBOT_WORKERS is 'many': it must be a number/);
});

test('doctor prints each value with its origin', async () => {
  writeFileSync(join(folder, 'abbot.yaml'), 'base: v6.12\n');
  const seen = record({ cwd: deep, home: folder, env: { ABBOT_TREE: folder } });
  expect(await run(['doctor', '--workers', '4'], seen.to)).toBe(0);
  expect(seen.stdout()).toContain(`tree       ${folder}  (ABBOT_TREE)`);
  expect(seen.stdout()).toContain(`base       v6.12  (${join(folder, 'abbot.yaml')})`);
  expect(seen.stdout()).toContain('workers    4  (--workers)');
});

test('doctor prints the servers that are contacted, and who stands in for them', async () => {
  writeFileSync(
    join(folder, 'abbot.yaml'),
    'sources:\n  hosts: [lists.example]\n  mirrors:\n    https://lists.example: [https://mirror.example/l]\n',
  );
  const seen = record({ cwd: deep, home: folder, env: { ABBOT_INBOX: 'https://lists.example/' } });
  expect(await run(['doctor'], seen.to)).toBe(0);
  expect(seen.stdout()).toContain(`hosts      lists.example  (${join(folder, 'abbot.yaml')})`);
  expect(seen.stdout()).toContain('mirrors    https://lists.example → https://mirror.example/l  (');
  expect(seen.stdout()).toContain('inbox      https://lists.example  (ABBOT_INBOX)');
  expect(seen.stdout()).toContain(`data       ${join(folder, '.local', 'share', 'abbot')}  (default)`);
});

test('a mirror that is no server is a usage error', async () => {
  writeFileSync(join(folder, 'abbot.yaml'), 'sources:\n  mirrors:\n    https://lists.example: ["not a host"]\n');
  const seen = record({ cwd: deep, home: folder });
  expect(await run(['doctor'], seen.to)).toBe(2);
  expect(seen.stderr()).toMatch(/^abbot: 'not a host' in sources is not a server/);
});

test('doctor says that a tree is not there, and exits 3', async () => {
  const seen = record({ cwd: deep, home: folder });
  expect(await run(['doctor', '--tree', 'missing'], seen.to)).toBe(3);
  expect(seen.stdout()).toContain('✗ tree');
});
