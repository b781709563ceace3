import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  builtinRulesDir,
  type LoadedRules,
  loadRules,
  rulePack,
  rulePacks,
  showProblem,
} from '../../../src/locks/rules/index.ts';
import { rulesJsonSchema } from '../../../src/locks/rules/schema.ts';

const today = '2026-01-01';
let loaded: LoadedRules;
beforeAll(async () => {
  loaded = await loadRules([builtinRulesDir()], { today });
});

test('the built-in rules have no problem', () => {
  expect(loaded.problems.map(showProblem)).toEqual([]);
});

test('every rule file names its schema for editors, by a path that exists', () => {
  const dir = builtinRulesDir();
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  for (const file of files) {
    const first = readFileSync(join(dir, file), 'utf8').split('\n')[0] ?? '';
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    expect(schema, file).toBeDefined();
    expect(() => readFileSync(join(dir, file, '..', schema!))).not.toThrow();
  }
});

test('schema/rules.schema.json is what the program checks with', () => {
  const path = join(builtinRulesDir(), '../schema/rules.schema.json');
  const now = `${JSON.stringify(rulesJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, now);
  expect(readFileSync(path, 'utf8')).toBe(now);
});

describe('what the analysis counts on', () => {
  test.each([
    ['mutex_lock', { op: 'acquire', family: 'mutex', arg: 0, sleeps: true }],
    ['mutex_lock_interruptible', { op: 'acquire', success: 'zero' }],
    ['down_trylock', { op: 'try', success: 'zero' }],
    ['down_read', { op: 'acquire', mode: 'shared' }],
    ['spin_lock_irqsave', { op: 'acquire', irq: 'save', sleeps: false }],
    ['spin_unlock_irqrestore', { op: 'release', irq: 'restore' }],
    ['refcount_dec_and_mutex_lock', { op: 'acquire', arg: 1, success: 'nonzero' }],
    ['kref_put_mutex', { op: 'acquire', arg: 2, callbackArg: 1, success: 'nonzero' }],
    ['lock_sock', { op: 'acquire', arg: 0, field: 'sk_lock', sleeps: true }],
    ['cpus_read_lock', { op: 'acquire', arg: null, lockClass: 'cpu_hotplug_lock', mode: 'shared' }],
    ['wait_event_lock_irq', { op: 'drop-retake', arg: 2 }],
    ['ww_mutex_lock', { op: 'acquire', nestArg: 1, success: 'zero' }],
    ['mutex_acquire', { op: 'acquire', annotation: true, tryArg: 2, subclassArg: 1 }],
    ['cancel_work_sync', { op: 'wait', lockClass: 'work:{0}', sleeps: true }],
    ['synchronize_srcu', { op: 'wait', lockClass: 'srcu:{0}' }],
    ['srcu_read_lock', { op: 'acquire', mode: 'recursive-read', lockClass: 'srcu:{0}', sleeps: false }],
    ['lockdep_assert_held', { op: 'assert', arg: 0 }],
    ['downgrade_write', { op: 'downgrade' }],
  ] as const)('%s', (name, expected) => {
    expect(loaded.rules.locks.get(name)).toMatchObject(expected);
  });

  test.each(['device_lock', 'rtnl_lock', 'mmap_read_lock', 'inode_lock', 'pci_lock_rescan_remove', 'device_del'])(
    'the wrapper %s is left to inference',
    (name) => {
      expect(loaded.rules.locks.has(name)).toBe(false);
      expect(loaded.rules.hubs.has(name)).toBe(false);
    },
  );

  test('a wrapper that is listed says why', () => {
    for (const name of [
      'lock_sock',
      'cpus_read_lock',
      'dma_resv_lock',
      'console_lock',
      'folio_lock',
      'blk_mq_freeze_queue',
    ])
      expect(loaded.rules.locks.get(name)?.because, name).toBeTruthy();
  });

  test('a wait and the registration of what it waits for use the same class', () => {
    const prefixes = new Set(
      [...loaded.rules.locks.values()].filter((l) => l.op === 'wait').map((l) => l.lockClass?.split(':')[0]),
    );
    for (const { name, waitClass } of loaded.rules.registrations.values())
      if (waitClass !== null) expect(prefixes, name).toContain(waitClass);
  });

  test('a registration and its slot agree on the context', () => {
    for (const { name, slot, context } of loaded.rules.registrations.values()) {
      const rule = slot === null ? undefined : loaded.rules.slots.get(slot);
      if (rule && slot !== 'callback_head.func') expect(rule.context, `${name} ${slot}`).toBe(context);
    }
  });

  test('no function is both a lock call and a hub', () => {
    expect([...loaded.rules.hubs.keys()].filter((name) => loaded.rules.locks.has(name))).toEqual([]);
  });

  test('device.mutex has no cycle with itself', () => {
    expect(loaded.rules.classes.get('device.mutex')?.selfCycle).toBe(false);
  });
});

describe('packs', () => {
  test.each(rulePacks())('%s loads beside the built-in rules without a problem', async (name) => {
    const pack = rulePack(name);
    if (!pack.ok) throw new Error(pack.fault.what);
    const { rules, problems } = await loadRules([builtinRulesDir(), pack.value], { today });
    expect(problems.map(showProblem)).toEqual([]);
    expect(rules.locks.size).toBeGreaterThan(loaded.rules.locks.size);
  });
});
