import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf, treeOf } from './tree-of.ts';

const TYPES = `
struct work_struct { void (*func)(struct work_struct *work); };
struct workqueue_struct { int n; };
struct mutex { int owner; };
struct rw_semaphore { int count; };
struct notifier_block { int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data); };
struct blocking_notifier_head { struct rw_semaphore rwsem; struct notifier_block *head; };
struct attribute { const char *name; };
struct device_attribute { struct attribute attr; int (*show)(struct device *dev, struct device_attribute *attr, char *buf); };
struct regulator { struct blocking_notifier_head notifier; };
struct core { struct workqueue_struct *wq; };
struct foo { struct mutex lock; struct work_struct reset; struct core *core; struct workqueue_struct *own; struct notifier_block nb;
	struct regulator *vdd; struct device_attribute speed; };
`;
const HEAD = 'static void nothing(void) { }\n';
const reset =
  fn(
    'static void foo_reset(struct work_struct *work)',
    'struct foo *foo = container_of(work, struct foo, reset);',
    'mutex_lock(&foo->lock);',
    'mutex_unlock(&foo->lock);',
  ) + fn('void foo_init(struct foo *foo)', 'INIT_WORK(&foo->reset, foo_reset);');
const stop = fn(
  'void foo_stop(struct foo *foo)',
  'mutex_lock(&foo->lock);',
  'flush_workqueue(foo->core->wq);',
  'mutex_unlock(&foo->lock);',
);
const core = fn('void core_queue(struct core *core, struct work_struct *work)', 'queue_work(core->wq, work);');
const kick = (call: string): string => HEAD + fn('void foo_kick(struct foo *foo)', call);

async function queueing(before: string, after: string): Promise<string[]> {
  const files: Files = { 'types.h': TYPES, 'core.c': core, 'driver.c': reset + stop, 'user.c': kick(before) };
  return (await reviewOf(files, { 'user.c': kick(after) })).verdicts;
}

describe('draining a workqueue under a lock', () => {
  test('that a work takes which is now queued there', async () => {
    expect(await queueing('', 'queue_work(foo->core->wq, &foo->reset);')).toEqual([
      'wait-under-lock introduced foo.lock workqueue:core.wq',
    ]);
  });

  test('the work queued by a function that only passes it on', async () => {
    expect(await queueing('queue_work(foo->own, &foo->reset);', 'core_queue(foo->core, &foo->reset);')).toEqual([
      'wait-under-lock introduced foo.lock workqueue:core.wq',
    ]);
  });

  test('the work moved to another queue', async () => {
    expect(await queueing('core_queue(foo->core, &foo->reset);', 'queue_work(foo->own, &foo->reset);')).toEqual([
      'wait-under-lock fixed foo.lock workqueue:core.wq',
    ]);
  });

  test('another queue is not waited for', async () => {
    expect(await queueing('', 'queue_work(foo->own, &foo->reset);')).toEqual([]);
  });
});

describe('a notifier', () => {
  const register =
    fn(
      'int regulator_register_notifier(struct regulator *r, struct notifier_block *nb)',
      'return blocking_notifier_chain_register(&r->notifier, nb);',
    ) +
    fn(
      'int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *n)',
      'down_write(&nh->rwsem);',
      'up_write(&nh->rwsem);',
      'return 0;',
    );
  const notify = fn(
    'static int foo_notify(struct notifier_block *nb, unsigned long action, void *data)',
    'struct foo *foo = container_of(nb, struct foo, nb);',
    'mutex_lock(&foo->lock);',
    'mutex_unlock(&foo->lock);',
    'return 0;',
  );

  test('that takes a lock under which it is registered', async () => {
    const probe = (...body: string[]): string =>
      HEAD + notify + fn('int foo_probe(struct foo *foo)', 'foo->nb.notifier_call = foo_notify;', ...body, 'return 0;');
    const plain = probe('regulator_register_notifier(foo->vdd, &foo->nb);');
    const locked = probe(
      'mutex_lock(&foo->lock);',
      'regulator_register_notifier(foo->vdd, &foo->nb);',
      'mutex_unlock(&foo->lock);',
    );
    const files: Files = { 'types.h': TYPES, 'core.c': register, 'user.c': plain };
    expect((await reviewOf(files, { 'user.c': locked })).verdicts).toEqual([
      'abba introduced foo.lock regulator.notifier:blocking_notifier_head.rwsem',
    ]);
  });
});

describe('removing an attribute under a lock that reading it takes', () => {
  const show = fn(
    'static int speed_show(struct device *dev, struct device_attribute *attr, char *buf)',
    'struct foo *foo = container_of(attr, struct foo, speed);',
    'mutex_lock(&foo->lock);',
    'mutex_unlock(&foo->lock);',
    'return 0;',
  );
  const remove = (call: string): string =>
    fn('void foo_remove(struct foo *foo)', 'mutex_lock(&foo->lock);', call, 'mutex_unlock(&foo->lock);');

  test('an attribute of an object', async () => {
    const add = fn('void foo_add(struct foo *foo)', 'foo->speed.show = speed_show;');
    const files: Files = { 'types.h': TYPES, 'user.c': HEAD + show + add };
    const after = HEAD + show + add + remove('sysfs_remove_file(0, &foo->speed.attr);');
    expect((await reviewOf(files, { 'user.c': after })).verdicts).toEqual([
      'wait-under-lock introduced foo.lock kn:foo.speed',
    ]);
  });

  test('an attribute that a macro defines', async () => {
    const files: Files = { 'types.h': TYPES, 'user.c': `${HEAD + show}static DEVICE_ATTR_RO(speed);\n` };
    const after = `${files['user.c']}${remove('device_remove_file(0, &dev_attr_speed);')}`;
    expect((await reviewOf(files, { 'user.c': after })).verdicts).toEqual([
      'wait-under-lock introduced foo.lock kn:user.c:dev_attr_speed',
    ]);
  });
});

test('both handlers of a threaded interrupt are waited for', async () => {
  const files: Files = {
    'types.h': 'struct mutex { int owner; };\nstruct foo { struct mutex lock; int irq; };\n',
    'user.c':
      fn('static int quick(int irq, void *data)', 'return 1;') +
      fn('static int slow(int irq, void *data)', 'return 1;') +
      fn('void foo_init(struct foo *foo)', 'request_threaded_irq(foo->irq, quick, slow, 0, "foo", foo);'),
  };
  const tree = await treeOf(files);
  const { symbols } = tree.locks.tree;
  const callbacks = tree.locks.callbacksIn(tree.locks.locks.find('irq:foo.irq'));
  expect(callbacks.map((one) => symbols.functionName(one)).sort()).toEqual(['quick', 'slow']);
});
