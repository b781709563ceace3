import { expect, test } from 'vitest';
import { CallbackContexts } from '../../src/locks/callback-contexts.ts';
import { openLockIndex, overlayLocks } from '../../src/locks/index.ts';
import { openIndex, overlayIndex } from '../../src/tree/index.ts';
import { memoryTree, rules } from './tree-of.ts';

const DRIVER = `
struct foo { struct timer_list watchdog; };
static irqreturn_t foo_irq(int irq, void *data) { return 0; }
static void foo_tick(struct timer_list *t) { }
static void foo_off(void) { local_irq_disable(); }
static int foo_probe(struct foo *foo)
{
	timer_setup(&foo->watchdog, foo_tick, 0);
	return request_irq(7, foo_irq, 0, "foo", foo);
}
`;

async function opened(files: Record<string, string>) {
  const options = { cacheDir: null, workers: 1, transparent: rules.transparent, onProgress: () => {} };
  const index = await openIndex(memoryTree(files), options);
  if (!index.ok) throw new Error('no index');
  const locks = await openLockIndex(index.value, rules, options);
  if (!locks.ok) throw new Error('no locks');
  return locks.value;
}

const named = (view: Awaited<ReturnType<typeof opened>>, name: string): number => {
  const { symbols } = view.tree;
  return symbols.t.fnHead.find(symbols.names.find(name));
};

test('the index knows who starts a function, and which functions change the context', async () => {
  const locks = await opened({ 'drivers/foo.c': DRIVER });
  const contexts = new CallbackContexts(locks, rules);
  expect(contexts.of(named(locks, 'foo_irq')).map((start) => start.context)).toContain('hardirq');
  expect(contexts.of(named(locks, 'foo_tick')).map((start) => start.context)).toContain('timer');
  expect(contexts.of(named(locks, 'foo_off'))).toEqual([]);
  expect(locks.contexts.changes(named(locks, 'foo_off'))).toBe(true);
  expect(locks.contexts.changes(named(locks, 'foo_probe'))).toBe(false);
});

test('what a changed file registers counts, and what it no longer registers does not', async () => {
  const base = await opened({ 'drivers/foo.c': DRIVER, 'drivers/bar.c': 'void bar(void) { }\n' });
  const changed = DRIVER.replace('timer_setup(&foo->watchdog, foo_tick, 0);', '').replace(
    'foo_off(void) { local',
    'foo_off(void) { return; local',
  );
  const bytes = new TextEncoder().encode(changed);
  const after = overlayLocks(base, overlayIndex(base.tree, new Map([['drivers/foo.c', bytes]])), rules);
  const contexts = new CallbackContexts(after, rules);
  expect(contexts.of(named(base, 'foo_irq'))).toEqual(new CallbackContexts(base, rules).of(named(base, 'foo_irq')));
  const by = (view: typeof base): string[] =>
    new CallbackContexts(view, rules).of(named(base, 'foo_tick')).map((start) => start.by);
  expect(by(base)).toContain('timer_setup');
  expect(by(after)).not.toContain('timer_setup');
});
