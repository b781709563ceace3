import { describe, expect, test } from 'vitest';
import { compileRules } from '../../../src/locks/rules/compile.ts';
import type { RuleSet } from '../../../src/locks/rules/rule.ts';
import { ruleSet } from '../../../src/locks/rules/rule-set.ts';
import { rulesText } from './problems.ts';

function rules(...lines: string[]): RuleSet {
  const compiled = compileRules([{ file: 'f', source: 0, text: rulesText(...lines) }]);
  expect(compiled.problems).toEqual([]);
  return ruleSet(compiled.pieces, compiled.suppressions, '2026-01-01').rules;
}

describe('calls take what their family says', () => {
  const set = rules(
    'locks:',
    '  m:',
    '    types: [struct m]',
    '    sleeps: true',
    '    acquire: [m_lock, {name: [m_lock_int, m_lock_kill], success: zero}, {name: put_and_lock, arg: 2, callback: 1}]',
    '    try: [m_try, {name: m_try0, success: zero}]',
    '    release: [m_unlock]',
    '    shared: {acquire: [m_read], release: [m_read_done]}',
    '    recursive-read: {acquire: [m_rec]}',
    '  w:',
    "    class: 'work:{0}'",
    '    sleeps: true',
    '    wait: [flush, {name: flush2, class: "work:{1}"}, {name: flush3, arg: 1, sleeps: false}]',
  );

  test('a bare name is an unconditional, exclusive acquisition of argument 0', () => {
    expect(set.locks.get('m_lock')).toEqual({
      name: 'm_lock',
      op: 'acquire',
      family: 'm',
      mode: 'exclusive',
      arg: 0,
      lockClass: null,
      field: null,
      success: 'always',
      subclassArg: null,
      nestArg: null,
      irq: 'none',
      bh: 'none',
      preempt: 'none',
      sleeps: true,
      callbackArg: null,
      tryArg: null,
      annotation: false,
      because: null,
      since: null,
    });
  });

  test('several names share an entry', () => {
    expect(set.locks.get('m_lock_int')?.success).toBe('zero');
    expect(set.locks.get('m_lock_kill')?.success).toBe('zero');
  });

  test('a trylock has it when it returns nonzero, unless told otherwise', () => {
    expect(set.locks.get('m_try')?.success).toBe('nonzero');
    expect(set.locks.get('m_try0')?.success).toBe('zero');
  });

  test('a trylock and a release do not sleep', () => {
    expect(set.locks.get('m_try')?.sleeps).toBe(false);
    expect(set.locks.get('m_unlock')?.sleeps).toBe(false);
  });

  test('the read side has its own mode', () => {
    expect(set.locks.get('m_read')?.mode).toBe('shared');
    expect(set.locks.get('m_read_done')).toMatchObject({ mode: 'shared', op: 'release' });
    expect(set.locks.get('m_rec')?.mode).toBe('recursive-read');
  });

  test('a family with a class names no argument, and a call may name one again', () => {
    expect(set.locks.get('flush')).toMatchObject({ arg: null, lockClass: 'work:{0}', sleeps: true });
    expect(set.locks.get('flush2')).toMatchObject({ arg: null, lockClass: 'work:{1}' });
    expect(set.locks.get('flush3')).toMatchObject({ arg: 1, lockClass: null, sleeps: false });
  });
});

test('a guard sleeps as its family does', () => {
  const set = rules('locks: {m: {sleeps: true}, s: {}}', 'guards: {gm: {family: m}, gs: {family: s}}');
  expect(set.guards.get('gm')?.sleeps).toBe(true);
  expect(set.guards.get('gs')?.sleeps).toBe(false);
});

test('container_of reads its type from argument 1 and its member from argument 2', () => {
  const set = rules(
    'transparent:',
    '  - {name: container_of, is: container-of}',
    '  - {name: from_t, is: container-of, arg: 1, type: 0, type-is: pointer}',
    '  - {name: PRIV, is: member}',
  );
  expect(set.transparent.get('container_of')).toMatchObject({ arg: 0, typeArg: 1, memberArg: 2, typeIs: 'type' });
  expect(set.transparent.get('from_t')).toMatchObject({ arg: 1, typeArg: 0, memberArg: 2, typeIs: 'pointer' });
  expect(set.transparent.get('PRIV')).toMatchObject({ kind: 'member', arg: 0, typeArg: null, memberArg: 1 });
});

test('an order of three is two orders', () => {
  const set = rules('orders:', '  - {order: [a, b, c], because: x, source: y}');
  expect(set.orders.map((o) => `${o.before} ${o.after}`)).toEqual(['a b', 'b c']);
});

test('a registration may take the object from its result, and name a second function', () => {
  const set = rules(
    'registrations:',
    '  - {name: run, fn: 0, object: result, context: kthread}',
    '  - {name: req, fn: 1, context: hardirq, also: [{fn: 2, context: threaded-irq}]}',
  );
  expect(set.registrations.get('run')).toMatchObject({ objectArg: null, objectIsResult: true });
  expect(set.registrations.get('req')?.also).toEqual([{ fnArg: 2, context: 'threaded-irq', slot: null }]);
});

test('the hash follows the content and not its spelling', () => {
  expect(rules('containers: [a, b]').hash).toBe(rules('# a comment', 'containers:', '  - a', '  - b').hash);
  expect(rules('containers: [a]').hash).not.toBe(rules('containers: [b]').hash);
});
