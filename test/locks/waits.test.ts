import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf, treeOf } from './tree-of.ts';

const TYPES = `
struct work_struct { void (*func)(struct work_struct *work); };
struct timer_list { void (*function)(struct timer_list *timer); };
struct mutex { int owner; };
struct foo { struct mutex lock; struct work_struct reset; struct work_struct poll; struct timer_list watchdog; };
`;
const callback = (...body: string[]): string =>
  fn(
    'static void foo_reset(struct work_struct *work)',
    'struct foo *foo = container_of(work, struct foo, reset);',
    ...body,
  );
const SETUP = fn('void foo_init(struct foo *foo)', 'INIT_WORK(&foo->reset, foo_reset);');
const takes = callback('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);');

/** What a patch that writes this function into a driver introduces. */
async function writing(user: string, driver = takes + SETUP): Promise<string[]> {
  const before: Files = { 'types.h': TYPES, 'driver.c': driver, 'user.c': 'static void nothing(void) { }\n' };
  return (await reviewOf(before, { 'user.c': user })).verdicts;
}

const stop = (...body: string[]): string => fn('void foo_stop(struct foo *foo)', ...body);

describe('waiting for a callback', () => {
  test('under a lock that the callback takes', async () => {
    const user = stop('mutex_lock(&foo->lock);', 'cancel_work_sync(&foo->reset);', 'mutex_unlock(&foo->lock);');
    expect(await writing(user)).toEqual(['wait-under-lock introduced foo.lock work:foo.reset']);
  });

  test('after the lock was let go', async () => {
    const user = stop('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);', 'cancel_work_sync(&foo->reset);');
    expect(await writing(user)).toEqual([]);
  });

  test('another work item of the same structure', async () => {
    const user = stop('mutex_lock(&foo->lock);', 'cancel_work_sync(&foo->poll);', 'mutex_unlock(&foo->lock);');
    expect(await writing(user)).toEqual([]);
  });

  test('under a lock that the callback only tries', async () => {
    const user = stop('mutex_lock(&foo->lock);', 'flush_work(&foo->reset);', 'mutex_unlock(&foo->lock);');
    const tries = callback('if (mutex_trylock(&foo->lock))', '\tmutex_unlock(&foo->lock);');
    expect(await writing(user, tries + SETUP)).toEqual([]);
  });

  test('that takes the lock further down', async () => {
    const user = stop('mutex_lock(&foo->lock);', 'flush_work(&foo->reset);', 'mutex_unlock(&foo->lock);');
    const deep =
      fn('static void restart(struct foo *foo)', 'mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);') +
      callback('restart(foo);');
    expect(await writing(user, deep + SETUP)).toEqual(['wait-under-lock introduced foo.lock work:foo.reset']);
  });

  test('of a timer', async () => {
    const driver =
      fn(
        'static void foo_bark(struct timer_list *t)',
        'struct foo *foo = from_timer(foo, t, watchdog);',
        'mutex_lock(&foo->lock);',
        'mutex_unlock(&foo->lock);',
      ) + fn('void foo_init(struct foo *foo)', 'timer_setup(&foo->watchdog, foo_bark, 0);');
    const user = stop('mutex_lock(&foo->lock);', 'timer_delete_sync(&foo->watchdog);', 'mutex_unlock(&foo->lock);');
    expect(await writing(user, driver)).toEqual(['wait-under-lock introduced foo.lock timer:foo.watchdog']);
  });

  test('the callback begins to take the lock', async () => {
    const user = stop('mutex_lock(&foo->lock);', 'cancel_work_sync(&foo->reset);', 'mutex_unlock(&foo->lock);');
    const before: Files = { 'types.h': TYPES, 'driver.c': callback('done();') + SETUP, 'user.c': user };
    expect((await reviewOf(before, { 'driver.c': takes + SETUP })).verdicts).toEqual([
      'wait-under-lock introduced foo.lock work:foo.reset',
    ]);
  });

  test('the wait leaves the lock: fixed', async () => {
    const bad = stop('mutex_lock(&foo->lock);', 'cancel_work_sync(&foo->reset);', 'mutex_unlock(&foo->lock);');
    const good = stop('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);', 'cancel_work_sync(&foo->reset);');
    const before: Files = { 'types.h': TYPES, 'driver.c': takes + SETUP, 'user.c': bad };
    expect((await reviewOf(before, { 'user.c': good })).verdicts).toEqual([
      'wait-under-lock fixed foo.lock work:foo.reset',
    ]);
  });

  test('of itself', async () => {
    const driver = callback('flush_work(&foo->reset);') + SETUP;
    const { verdicts } = await reviewOf(
      { 'types.h': TYPES, 'driver.c': callback('done();') + SETUP },
      { 'driver.c': driver },
    );
    expect(verdicts).toEqual(['self-deadlock introduced work:foo.reset']);
  });
});

test('a callback runs in the class of the object that it was registered with', async () => {
  const tree = await treeOf({ 'types.h': TYPES, 'driver.c': takes + SETUP });
  expect(tree.orders('foo_reset')).toEqual(['work:foo.reset > foo.lock']);
});

test('queueing work waits for nobody', async () => {
  const user = stop('mutex_lock(&foo->lock);', 'schedule_work(&foo->reset);', 'mutex_unlock(&foo->lock);');
  expect(await writing(user)).toEqual([]);
});

describe('what looks like more than it is', () => {
  test('a queue that both works run on is no gate: it runs several at a time', async () => {
    const setup =
      fn('void foo_init(struct foo *foo)', 'INIT_WORK(&foo->reset, foo_reset);', 'INIT_WORK(&foo->poll, foo_poll);') +
      fn('void foo_kick(struct foo *foo)', 'queue_work(foo_wq, &foo->reset);', 'queue_work(foo_wq, &foo->poll);');
    const poll = (...body: string[]): string =>
      fn(
        'static void foo_poll(struct work_struct *work)',
        'struct foo *foo = container_of(work, struct foo, poll);',
        ...body,
      );
    const driver = 'struct workqueue_struct { int n; };\nstatic struct workqueue_struct *foo_wq;\n';
    const waits = poll('mutex_lock(&foo->lock);', 'cancel_work_sync(&foo->reset);', 'mutex_unlock(&foo->lock);');
    const before = { 'types.h': TYPES, 'driver.c': driver + takes + poll('done();') + setup };
    expect((await reviewOf(before, { 'driver.c': driver + takes + waits + setup })).verdicts).toEqual([
      'wait-under-lock introduced foo.lock work:foo.reset',
    ]);
  });

  test('what only PREEMPT_RT builds says nothing of spinlocks, and hides no order', async () => {
    const wait =
      '#ifdef CONFIG_PREEMPT_RT\nstatic void wait_running(void) { spin_lock_bh(&base); spin_unlock_bh(&base); }\n' +
      '#else\nstatic inline void wait_running(void) { }\n#endif\n' +
      fn('int timer_delete_sync(struct timer_list *timer)', 'wait_running();');
    const driver =
      fn(
        'static void foo_bark(struct timer_list *t)',
        'struct foo *foo = from_timer(foo, t, watchdog);',
        'spin_lock(&base);',
        'spin_unlock(&base);',
      ) + fn('void foo_init(struct foo *foo)', 'timer_setup(&foo->watchdog, foo_bark, 0);');
    const user = fn(
      'void foo_stop(struct foo *foo)',
      'unsigned long flags;',
      'spin_lock_irqsave(&base, flags);',
      'timer_delete_sync(&foo->watchdog);',
      'spin_unlock_irqrestore(&base, flags);',
    );
    const before = {
      'types.h': `${TYPES}DEFINE_SPINLOCK(base);\n`,
      'timer.c': wait,
      'driver.c': driver,
      'user.c': 'static void nothing(void) { }\n',
    };
    expect((await reviewOf(before, { 'user.c': user })).verdicts).toEqual([
      'wait-under-lock introduced base timer:foo.watchdog',
    ]);
  });
});
