import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinRulesDir, loadRules, lockDelta } from '../../src/locks/index.ts';

const { rules } = await loadRules([builtinRulesDir()], { today: '2026-01-31' });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fn = (name: string, ...body: string[]): string =>
  `void ${name}(struct d *d)\n{\n${body.map((l) => `\t${l}\n`).join('')}}\n`;
const file = (...body: string[]): string => fn('f', ...body);
const delta = (from: [string, string] | null, to: [string, string] | null): string[] => {
  const sides = (pair: [string, string] | null) => pair && { before: bytes(pair[0]), after: bytes(pair[1]) };
  return lockDelta(sides(from), sides(to), rules);
};

const before = file('remove(d);');

test('what the newer version locks more is told with what follows it', () => {
  const old: [string, string] = [before, file('release(d);', 'remove(d);')];
  const young: [string, string] = [
    before,
    file('device_lock(d);', 'kill(d);', 'device_unlock(d);', 'release(d);', 'remove(d);'),
  ];
  expect(delta(old, young)).toEqual(['f(): added device_lock … device_unlock, then release() before remove()']);
});

test('what the newer version no longer locks is told', () => {
  const locked: [string, string] = [before, file('mutex_lock(&d->m);', 'remove(d);', 'mutex_unlock(&d->m);')];
  expect(delta(locked, [before, file('remove(d);')])).toEqual(['f(): no longer adds mutex_lock … mutex_unlock']);
});

test('a lock that only the newer version takes away is told', () => {
  const held = file('mutex_lock(&d->m);', 'remove(d);', 'mutex_unlock(&d->m);');
  expect(delta([held, held], [held, before])).toEqual(['f(): removed mutex_lock … mutex_unlock']);
});

test('a lock that moved within its function is told', () => {
  const at = (i: number): string => {
    const calls = ['a(d);', 'b(d);', 'c(d);'];
    calls.splice(i, 0, 'device_lock(d);');
    return file(...calls);
  };
  const none = file('a(d);', 'b(d);', 'c(d);');
  expect(delta([none, at(0)], [none, at(2)])).toEqual(['f(): moved device_lock, then c()']);
});

test('other context around the same change makes no difference', () => {
  const change = (context: string): [string, string] => [
    file(context, 'remove(d);'),
    file(context, 'device_lock(d);', 'remove(d);', 'device_unlock(d);'),
  ];
  expect(delta(change('mutex_lock(&d->m);'), change('spin_lock(&d->s);'))).toEqual([]);
});

test('a new patch is told by all it adds', () => {
  expect(delta(null, [before, file('device_lock(d);', 'remove(d);', 'device_unlock(d);')])).toEqual([
    'f(): added device_lock … device_unlock',
  ]);
});

test('guards count, with the class they are of', () => {
  expect(delta(null, [before, file('guard(mutex)(&d->m);', 'remove(d);')])).toEqual([
    'f(): added guard(mutex), then remove()',
  ]);
});

test('assertions, and names that only sound like locks, do not count', () => {
  expect(
    delta(null, [before, file('lockdep_assert_held(&d->m);', 'clk_block(d);', 'blocked(d);', 'remove(d);')]),
  ).toEqual([]);
});

test('functions come in source order', () => {
  const two = (call: string): string => fn('zeta', call) + fn('alpha', call);
  expect(delta(null, [two('g(d);'), two('device_lock(d);')]).map((line) => line.split('(')[0])).toEqual([
    'zeta',
    'alpha',
  ]);
});

test('equal versions have no delta, whatever their bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }), (a, b) => {
      expect(delta([a, b], [a, b])).toEqual([]);
    }),
  );
});

test('a function of a hundred thousand calls is compared in time', () => {
  const calls = Array.from({ length: 100_000 }, (_, i) => `call${i % 7}(d); device_lock(d);`);
  const long = file(calls.join('\n'));
  expect(delta([before, long], [before, `${long}\n`])).toEqual([]);
});
