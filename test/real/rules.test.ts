import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtinRulesDir, loadRules, type RuleSet } from '../../src/locks/rules/index.ts';
import { linuxTree } from './data.ts';

const tree = linuxTree('6.12');

/** Every identifier in the headers and the core sources; where the names of rules are declared. */
function identifiers(root: string): Set<string> {
  const places = [
    'include',
    'kernel',
    'lib',
    'mm',
    'fs',
    'net/core',
    'drivers/base',
    'drivers/tty',
    'drivers/clk',
    'drivers/pmdomain',
  ];
  const found = new Set<string>();
  for (const place of places)
    for (const file of readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }))
      if (/\.[ch]$/.test(file)) {
        const text = readFileSync(join(root, place, file), 'latin1');
        for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) found.add(name);
      }
  return found;
}

describe.skipIf(tree === null)('the built-in rules against Linux 6.12', () => {
  let rules: RuleSet;
  let known: Set<string>;
  beforeAll(async () => {
    rules = (await loadRules([builtinRulesDir()], { today: '2026-01-01' })).rules;
    known = identifiers(tree!);
  }, 120_000);

  test('every lock call that is not newer is a name of the tree', () => {
    const newer = (since: string | null) =>
      since !== null && Number(since.split('.')[0]) * 100 + Number(since.split('.')[1]) > 612;
    const missing = [...rules.locks.values()].filter((l) => !newer(l.since) && !known.has(l.name)).map((l) => l.name);
    expect(missing).toEqual([]);
  });

  test('every container is a struct of the tree, or of one driver', () => {
    const ofDrivers = ['virt_dma_chan', 'intel_wakeref', 'drbd_work_queue'];
    expect([...rules.containers].filter((tag) => !known.has(tag) && !ofDrivers.includes(tag))).toEqual([]);
  });

  test('opaque paths are there, or were there in another release', () => {
    const absent = rules.opaquePaths.map((o) => o.path).filter((path) => !existsSync(join(tree!, path)));
    expect(absent.length).toBeLessThan(5);
  });

  test('the sources of documented orders exist', () => {
    expect(rules.orders.map((o) => o.source).filter((source) => !existsSync(join(tree!, source)))).toEqual([]);
  });
});
