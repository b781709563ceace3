import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LoadedRules, loadRules, rulePack, showProblem } from '../../../src/locks/rules/index.ts';
import { rulesText } from './problems.ts';

const today = '2026-06-01';
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'abbot-rules-'));
  for (const sub of ['base', 'mine']) mkdirSync(join(dir, sub));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, ...lines: string[]): void {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), rulesText(...lines));
}

const load = (cacheDir: string | null = null): Promise<LoadedRules> =>
  loadRules([join(dir, 'base'), join(dir, 'mine')], { today, cacheDir });
const shown = (loaded: LoadedRules) => loaded.problems.map((p) => showProblem(p).replaceAll(`${dir}/`, ''));

describe('several files', () => {
  test('add up, folders included, packs left out', async () => {
    put('base/a.yaml', 'containers: [a]');
    put('base/sub/b.yml', 'containers: [b]');
    put('base/packs/c.yaml', 'containers: [c]');
    put('mine/d.yaml', 'containers: [d]');
    const { rules, problems } = await load();
    expect([...rules.containers]).toEqual(['a', 'b', 'd']);
    expect(problems).toEqual([]);
  });

  test('a broken file is told and disables no other', async () => {
    put('base/a.yaml', 'containers: [a]');
    put('mine/b.yaml', 'containrs: [b]');
    const loaded = await load();
    expect([...loaded.rules.containers]).toEqual(['a']);
    expect(shown(loaded)).toEqual(["mine/b.yaml:2:1: error: unknown key 'containrs'; write 'containers'"]);
  });

  test('a name given twice stays as it was first', async () => {
    put('base/a.yaml', 'hubs:', '  - {name: f, because: first}');
    put('mine/b.yaml', 'hubs:', '  - {name: [g, f], because: second}');
    const loaded = await load();
    expect(loaded.rules.hubs.get('f')?.because).toBe('first');
    expect(loaded.rules.hubs.get('g')?.because).toBe('second');
    expect(shown(loaded)).toEqual([
      "mine/b.yaml:3:16: error: hub 'f' is already in base/a.yaml:3; remove it here, or say replaces: true at the top of this file",
    ]);
  });

  test('a later file may replace, if it says so', async () => {
    put('base/a.yaml', 'hubs:', '  - {name: f, because: first}');
    put('mine/b.yaml', 'replaces: true', 'hubs:', '  - {name: f, because: second}');
    const { rules, problems } = await load();
    expect(rules.hubs.get('f')?.because).toBe('second');
    expect(problems).toEqual([]);
  });

  test('files of one folder may not replace each other', async () => {
    put('mine/a.yaml', 'hubs:', '  - {name: f, because: first}');
    put('mine/b.yaml', 'replaces: true', 'hubs:', '  - {name: f, because: second}');
    expect(shown(await load())[0]).toContain('keep one of the two');
  });

  test('orders that close a cycle over two files are told with the cycle', async () => {
    put('base/a.yaml', 'orders:', '  - {order: [a, b, c], because: x, source: y}');
    put('mine/b.yaml', 'orders:', '  - {order: [c, a], because: x, source: y}');
    const loaded = await load();
    expect(shown(loaded)).toEqual([
      'mine/b.yaml:3:17: error: this order closes a cycle: c -> a -> b -> c; remove or turn round one of these orders',
    ]);
    expect(loaded.rules.orders).toHaveLength(2);
  });

  test('a guard of an unknown family is told with the nearest one', async () => {
    put('base/a.yaml', 'locks: {mutex: {acquire: [l]}}', 'guards:', '  g: {family: mutx}');
    expect(shown(await load())).toEqual([
      "base/a.yaml:4:6: error: guard 'g' is of the unknown family 'mutx'; write family: mutex",
    ]);
  });
});

describe('suppressions', () => {
  test('are left out and told of once they expire', async () => {
    put(
      'mine/a.yaml',
      'suppressions:',
      "  - {locks: [a, b], reason: old, expires: '2026-05-31'}",
      "  - {locks: [c, d], reason: new, expires: '2026-06-01'}",
    );
    const loaded = await load();
    expect(loaded.rules.suppressions.map((s) => s.reason)).toEqual(['new']);
    expect(shown(loaded)).toEqual([
      'mine/a.yaml:3:5: warning: this suppression expired on 2026-05-31 (old); remove it, or give it a later date and a reason that still holds',
    ]);
  });
});

describe('the file system', () => {
  test('a folder that is not there is a problem, not an exception', async () => {
    const { problems } = await loadRules([join(dir, 'nowhere')], { today });
    expect(problems[0]?.what).toBe('cannot be read (ENOENT)');
  });

  test('links are not followed', async () => {
    put('outside.yaml', 'containers: [a]');
    symlinkSync(join(dir, 'outside.yaml'), join(dir, 'mine/link.yaml'));
    const loaded = await load();
    expect(loaded.rules.containers.size).toBe(0);
    expect(shown(loaded)[0]).toContain('not a regular file');
  });

  test('a file too large is not read', async () => {
    writeFileSync(join(dir, 'mine/a.yaml'), '#'.repeat(300_000));
    expect(shown(await load())).toEqual(['mine/a.yaml:1:1: error: larger than 256 KiB; split it into several files']);
  });
});

describe('the cache', () => {
  const cached = () => readdirSync(join(dir, 'cache/rules'));

  test('gives the same rules and problems again', async () => {
    put('base/a.yaml', 'containers: [a]', 'suppressions:', "  - {locks: [a], reason: old, expires: '2026-01-01'}");
    put('mine/b.yaml', 'oops: 1');
    const first = await load(join(dir, 'cache'));
    const second = await load(join(dir, 'cache'));
    expect(second).toEqual(first);
    expect(first.problems).toHaveLength(2);
    expect(cached()).toHaveLength(1);
  });

  test('is not asked when a file has changed', async () => {
    put('base/a.yaml', 'containers: [a]');
    await load(join(dir, 'cache'));
    put('base/a.yaml', 'containers: [b]');
    expect([...(await load(join(dir, 'cache'))).rules.containers]).toEqual(['b']);
  });

  test('is passed over when it is damaged', async () => {
    put('base/a.yaml', 'containers: [a]');
    await load(join(dir, 'cache'));
    writeFileSync(join(dir, 'cache/rules', cached()[0]!), '{"pieces":[]}');
    expect([...(await load(join(dir, 'cache'))).rules.containers]).toEqual(['a']);
  });

  test('that cannot be written is a warning', async () => {
    put('base/a.yaml', 'containers: [a]');
    writeFileSync(join(dir, 'cache'), '');
    const { rules, problems } = await load(join(dir, 'cache'));
    expect(rules.containers.size).toBe(1);
    expect(problems[0]).toMatchObject({
      severity: 'warning',
      instead: 'set ABBOT_CACHE to a folder that can be written',
    });
  });
});

test('a pack is a place like a folder', async () => {
  const { rules } = await loadRules(['pack:pthreads', '/etc/somewhere/pack:qemu'], { today });
  expect(rules.locks.has('pthread_mutex_lock')).toBe(true);
  expect(rules.locks.has('qemu_mutex_lock')).toBe(true);
});

test('an unknown pack is a problem', async () => {
  const { problems } = await loadRules(['pack:pthread'], { today });
  expect(problems.map((p) => `${p.what}; ${p.instead}`)).toEqual([
    "there is no rule pack 'pthread'; did you mean pthreads?",
  ]);
});

test('a pack that does not exist is answered with the nearest', () => {
  const pack = rulePack('qmu');
  expect(pack.ok ? null : pack.fault.hint).toBe('did you mean qemu?');
});
