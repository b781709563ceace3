import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf } from './tree-of.ts';

const TYPES = `
struct list_head { struct list_head *next; };
struct rcu_head { void (*func)(struct rcu_head *head); };
struct timer_list { void (*function)(struct timer_list *timer); };
struct foo { struct mutex lock; spinlock_t spin; rwlock_t table; struct foo_ops *ops; struct timer_list timer; int irq; };
struct foo_ops { int (*start)(struct foo *foo); int (*stop)(struct foo *foo); };
`;

/** What a patch introduces that writes these functions; `before` stands in the same file already. */
async function adding(after: readonly string[], before: readonly string[] = []): Promise<string[]> {
  const types: Files = { 'types.h': TYPES, 'x.c': before.join('\n') };
  const { verdicts } = await reviewOf(types, { 'x.c': [...before, ...after].join('\n') });
  return verdicts.filter((verdict) => verdict.startsWith('sleep-in-atomic'));
}

const spin = (...body: string[]): string =>
  fn('void f(struct foo *foo)', 'spin_lock(&foo->spin);', ...body, 'spin_unlock(&foo->spin);');

describe('in one function', () => {
  test('a mutex under a spinlock', async () => {
    expect(await adding([spin('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);')])).toEqual([
      'sleep-in-atomic introduced foo.lock foo.spin',
    ]);
  });

  test.each([
    ['a sleep for a time', 'msleep(20);'],
    ['an allocation that may wait', 'p = kmalloc(8, GFP_KERNEL);'],
    ['flags beside the one that may wait', 'p = kmalloc(8, GFP_KERNEL | __GFP_ZERO);'],
    ['user memory', 'copy_to_user(to, from, 8);'],
    ['a wait for work', 'flush_work(&foo->work);'],
    ['a poll with pauses', 'ret = readl_poll_timeout(addr, val, val & 1, 10, 1000);'],
    ['a guard', 'guard(mutex)(&foo->lock);'],
  ])('%s', async (_, call) => {
    const [verdict] = await adding([spin(call)]);
    expect(verdict).toMatch(/^sleep-in-atomic introduced foo\.(?:lock foo\.)?spin$/);
  });

  test.each([
    ['an allocation that may not wait', 'p = kmalloc(8, GFP_ATOMIC);'],
    ['flags that only one of two cases gives', 'p = kmalloc(8, wait ? GFP_KERNEL : GFP_ATOMIC);'],
    ['flags that are only kept', 'INIT_RADIX_TREE(&foo->tree, GFP_KERNEL);'],
    ['a trylock', 'if (mutex_trylock(&foo->lock)) mutex_unlock(&foo->lock);'],
    ['a poll without pauses', 'ret = readl_poll_timeout(addr, val, val & 1, 0, 1000);'],
    ['a busy wait', 'udelay(10);'],
  ])('not %s', async (_, call) => {
    expect(await adding([spin(call)])).toEqual([]);
  });

  test.each([
    ['interrupts off', 'local_irq_save(flags);', 'local_irq_restore(flags);', 'ctx:atomic'],
    ['preemption off', 'preempt_disable();', 'preempt_enable();', 'ctx:atomic'],
    ['softirqs off', 'local_bh_disable();', 'local_bh_enable();', 'ctx:softirq'],
    ['a read side of RCU', 'rcu_read_lock();', 'rcu_read_unlock();', 'rcu'],
    ['a writer of an rwlock', 'write_lock(&foo->table);', 'write_unlock(&foo->table);', 'foo.table'],
  ])('with %s', async (_, begin, end, named) => {
    expect(await adding([fn('void f(struct foo *foo)', begin, 'msleep(20);', end)])).toEqual([
      `sleep-in-atomic introduced ${named}`,
    ]);
    expect(await adding([fn('void f(struct foo *foo)', begin, end, 'msleep(20);')])).toEqual([]);
  });

  test('not under a mutex, nor in a read side of SRCU', async () => {
    expect(
      await adding([
        fn('void f(struct foo *foo)', 'mutex_lock(&foo->lock);', 'msleep(20);', 'mutex_unlock(&foo->lock);'),
        fn('void g(struct foo *foo)', 'srcu_read_lock(&foo->srcu);', 'msleep(20);'),
      ]),
    ).toEqual([]);
  });

  test('a lock that was let go is not held', async () => {
    expect(await adding([spin('spin_unlock(&foo->spin);', 'msleep(20);', 'spin_lock(&foo->spin);')])).toEqual([]);
  });
});

describe('tests that say whether sleeping is allowed', () => {
  test.each([
    ['a call', 'if (!in_interrupt())'],
    ['flags', 'if (gfp & __GFP_DIRECT_RECLAIM)'],
    ['a name', 'if (foo->can_sleep)'],
    ['a name that says the opposite', 'if (!foo->atomic)'],
  ])('by %s', async (_, condition) => {
    expect(await adding([spin(condition, '\tmsleep(20);')])).toEqual([]);
  });

  test('the other way of such a test is followed', async () => {
    expect(await adding([spin('if (in_interrupt())', '\tmsleep(20);')])).toEqual([
      'sleep-in-atomic introduced foo.spin',
    ]);
  });
});

describe('through calls', () => {
  const pause = fn('static void pause(struct foo *foo)', 'msleep(20);');

  test('what a callee does', async () => {
    expect(await adding([spin('pause(foo);')], [pause])).toEqual(['sleep-in-atomic introduced foo.spin']);
  });

  test('what a caller holds', async () => {
    const before = [fn('static void pause(struct foo *foo)', 'foo->irq = 0;'), spin('pause(foo);')];
    const { verdicts, findings } = await reviewOf(
      { 'types.h': TYPES, 'x.c': before.join('\n') },
      { 'x.c': [pause, spin('pause(foo);')].join('\n') },
    );
    expect(verdicts).toEqual(['sleep-in-atomic introduced foo.spin']);
    expect(findings[0]?.paths[0]?.chain.map((step) => step.function)).toEqual(['f', 'pause']);
  });

  test('through a wrapper of the lock', async () => {
    const before = [
      fn('static void foo_lock(struct foo *foo)', 'spin_lock_irqsave(&foo->spin, foo->flags);'),
      fn('static void foo_unlock(struct foo *foo)', 'spin_unlock_irqrestore(&foo->spin, foo->flags);'),
    ];
    const body = fn('void f(struct foo *foo)', 'foo_lock(foo);', 'msleep(20);', 'foo_unlock(foo);');
    expect(await adding([body], before)).toEqual(['sleep-in-atomic introduced foo.spin']);
  });

  test('not what a callee does after it let the lock go', async () => {
    const relax = fn(
      'static void relax(struct foo *foo)',
      'spin_unlock(&foo->spin);',
      'msleep(20);',
      'spin_lock(&foo->spin);',
    );
    expect(await adding([spin('relax(foo);')], [relax])).toEqual([]);
  });

  test('not where the argument says that it may not', async () => {
    const push = fn('static void push(struct foo *foo, bool wait)', 'if (wait)', '\tmsleep(20);', 'foo->irq = 1;');
    expect(await adding([spin('push(foo, false);')], [push])).toEqual([]);
    const flush = fn('static void flush(struct foo *foo, int slow)', 'if (slow)', '\tmsleep(20);');
    expect(await adding([spin('flush(foo, 0);')], [flush])).toEqual([]);
    expect(await adding([spin('flush(foo, 1);')], [flush])).toEqual(['sleep-in-atomic introduced foo.spin']);
  });

  test('through a slot with one target', async () => {
    const before = [
      fn('static int slow_start(struct foo *foo)', 'msleep(20);', 'return 0;'),
      'static struct foo_ops slow = { .start = slow_start };',
    ];
    expect(await adding([spin('foo->ops->start(foo);')], before)).toEqual(['sleep-in-atomic introduced foo.spin']);
  });
});

describe('callbacks', () => {
  const handler = (...body: string[]): string =>
    fn('static irqreturn_t foo_irq(int irq, void *data)', 'struct foo *foo = data;', ...body, 'return 0;');
  const probe = (call: string): string => fn('int probe(struct foo *foo)', `return ${call};`);
  const hard = probe('request_irq(foo->irq, foo_irq, 0, "foo", foo)');
  const threaded = probe('request_threaded_irq(foo->irq, NULL, foo_irq, 0, "foo", foo)');
  const sleep = handler('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);');

  test('a handler of hard interrupts', async () => {
    expect(await adding([sleep], [hard])).toEqual(['sleep-in-atomic introduced ctx:hardirq foo.lock']);
    expect(await adding([sleep], [threaded])).toEqual([]);
  });

  test('a handler that becomes one of hard interrupts', async () => {
    const { verdicts } = await reviewOf(
      { 'types.h': TYPES, 'x.c': [sleep, threaded].join('\n') },
      { 'x.c': [sleep, hard].join('\n') },
      { 'x.c': [sleep, threaded].join('\n') },
    );
    expect(verdicts).toEqual(['sleep-in-atomic transient ctx:hardirq foo.lock']);
  });

  test('a timer function is told by its parameter', async () => {
    expect(await adding([fn('static void tick(struct timer_list *timer)', 'msleep(20);')])).toEqual([
      'sleep-in-atomic introduced ctx:softirq',
    ]);
  });

  test('a function of an atomic notifier chain', async () => {
    const before = [
      'struct notifier_block { int (*notifier_call)(struct notifier_block *nb, unsigned long event, void *data); };',
      'static struct notifier_block nb = { .notifier_call = event };',
      fn('int probe(void)', 'return register_inet6addr_notifier(&nb);'),
    ];
    const event = fn(
      'static int event(struct notifier_block *nb, unsigned long e, void *d)',
      'msleep(20);',
      'return 0;',
    );
    expect(await adding([event], before)).toEqual(['sleep-in-atomic introduced ctx:atomic']);
  });

  test('show() runs with what start() left held', async () => {
    const before = [
      'struct seq_operations { void *(*start)(struct seq_file *m, loff_t *pos); int (*show)(struct seq_file *m, void *v); };',
      'static DEFINE_SPINLOCK(table_lock);',
      fn('static void *table_start(struct seq_file *m, loff_t *pos)', 'spin_lock(&table_lock);', 'return m;'),
      'static const struct seq_operations ops = { .start = table_start, .show = table_show };',
    ];
    const show = fn('static int table_show(struct seq_file *m, void *v)', 'msleep(20);', 'return 0;');
    expect(await adding([show], before)).toEqual(['sleep-in-atomic introduced table_lock']);
  });
});

describe('what a series does to it', () => {
  const good = spin('foo->irq = 1;');
  const bad = spin('msleep(20);');

  test.each([
    ['introduced', good, [bad]],
    ['fixed', bad, [good]],
    ['transient', good, [bad, good]],
  ])('%s', async (verdict, before, after) => {
    const patches = after.map((text) => ({ 'x.c': text }));
    expect((await reviewOf({ 'types.h': TYPES, 'x.c': before }, ...patches)).verdicts).toEqual([
      `sleep-in-atomic ${verdict} foo.spin`,
    ]);
  });

  test('taken out and put back is as it was', async () => {
    const { verdicts } = await reviewOf({ 'types.h': TYPES, 'x.c': bad }, { 'x.c': good }, { 'x.c': bad });
    expect(verdicts).toEqual([]);
  });

  test('what stands there untouched is not told', async () => {
    const more = fn('void g(struct foo *foo)', 'foo->irq = 2;');
    const { verdicts } = await reviewOf({ 'types.h': TYPES, 'x.c': bad }, { 'x.c': `${bad}${more}` });
    expect(verdicts).toEqual([]);
  });

  test('the order that it makes with the lock is not told as well', async () => {
    const reverse = fn('void g(struct foo *foo)', 'mutex_lock(&foo->lock);', 'spin_lock(&foo->spin);');
    const after = spin('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);');
    const { verdicts } = await reviewOf({ 'types.h': TYPES, 'x.c': reverse }, { 'x.c': `${reverse}${after}` });
    expect(verdicts).toEqual(['sleep-in-atomic introduced foo.lock foo.spin']);
  });

  test('the same lock by another call is no news', async () => {
    const before = spin('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);');
    const { verdicts } = await reviewOf(
      { 'types.h': TYPES, 'x.c': before },
      { 'x.c': spin('guard(mutex)(&foo->lock);') },
    );
    expect(verdicts).toEqual([]);
  });
});
