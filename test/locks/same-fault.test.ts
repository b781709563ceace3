import { expect, test } from 'vitest';
import { fn, LOCKS, reviewOf } from './tree-of.ts';

test('who waits for itself is not told that an interrupt might come as well', async () => {
  const stop = fn('static void stop(struct foo *foo)', 'spin_lock_irq(&foo->spin);', 'spin_unlock_irq(&foo->spin);');
  const open = fn('int other(struct foo *foo)', 'spin_lock(&foo->spin);', 'spin_unlock(&foo->spin);', 'return 0;');
  const irq = (call: string): string =>
    fn(
      'static irqreturn_t foo_irq(int irq, void *data)',
      'struct foo *foo = data;',
      'spin_lock(&foo->spin);',
      call,
      'spin_unlock(&foo->spin);',
      'return 0;',
    );
  const probe = fn('int probe(struct foo *foo)', 'return request_irq(1, foo_irq, 0, "foo", foo);');
  const file = (call: string): string => [LOCKS, stop, open, irq(call), probe].join('\n');
  const { verdicts } = await reviewOf({ 'x.c': file('') }, { 'x.c': file('stop(foo);') });
  expect(verdicts).toContain('self-deadlock introduced foo.spin');
  expect(verdicts.filter((verdict) => verdict.startsWith('irq-inversion'))).toEqual([]);
});

test('a call that a new lock is put around is not news for the locks that were held before', async () => {
  const inner = fn('static void inner(void)', 'mutex_lock(&a);', 'mutex_unlock(&a);');
  const middle = (before: string, after: string): string => fn('static void middle(void)', before, 'inner();', after);
  const top = fn('void top(void)', 'mutex_lock(&a);', 'middle();', 'mutex_unlock(&a);');
  const file = (before: string, after: string): string => [LOCKS, inner, middle(before, after), top].join('\n');
  const { verdicts } = await reviewOf({ 'x.c': file('', '') }, { 'x.c': file('mutex_lock(&b);', 'mutex_unlock(&b);') });
  expect(verdicts).toEqual(['abba introduced a b']);
});

test('a call that a lock is put around comes back to that lock', async () => {
  const inner = fn('static void inner(void)', 'mutex_lock(&a);', 'mutex_unlock(&a);');
  const file = (before: string, after: string): string =>
    [LOCKS, inner, fn('void top(void)', before, 'inner();', after)].join('\n');
  const { verdicts } = await reviewOf({ 'x.c': file('', '') }, { 'x.c': file('mutex_lock(&a);', 'mutex_unlock(&a);') });
  expect(verdicts).toEqual(['self-deadlock introduced a']);
});
