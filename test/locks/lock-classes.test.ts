import { expect, test } from 'vitest';
import { fileOf, fn, LOCKS, reviewOf, treeOf } from './tree-of.ts';

/** The class that one call of mutex_lock() with this argument takes, in a function with these parameters. */
async function classOf(parameters: string, arg: string, ...before: string[]): Promise<string[]> {
  const types = `
struct mutex { int owner; };
struct device { struct mutex mutex; struct device *parent; };
struct pci_dev { struct device dev; int irq; };
struct wrapper { struct pci_dev *pdev; struct mutex locks[4]; struct { struct mutex inner; } nest; };
struct holder { struct mutex lock; struct wrapper wrap; struct wrapper *other; };
struct holder *find_holder(int id);
#define to_pci_dev(d) container_of(d, struct pci_dev, dev)
#define holder_lock(h) (&(h)->lock)
static inline struct mutex *lock_of(struct holder *h) { return &h->lock; }
static inline struct holder *to_holder(struct mutex *m) { return container_of(m, struct holder, lock); }
`;
  const tree = await fileOf(LOCKS, types, fn(`void f(${parameters})`, ...before, `mutex_lock(${arg});`));
  return tree.takes('f');
}

test('a global lock is a class of its own', async () => {
  expect(await classOf('void', '&a')).toEqual(['a']);
});

test('a static lock of one name in two files is two classes', async () => {
  const source = `static DEFINE_MUTEX(big);\n${fn('void f(void)', 'mutex_lock(&big);')}`;
  const tree = await treeOf({ 'a.c': source, 'b.c': source.replace('f(', 'g(') });
  expect([tree.takes('f'), tree.takes('g')]).toEqual([['a.c:big'], ['b.c:big']]);
});

test('a field of a parameter is struct and field', async () => {
  expect(await classOf('struct holder *h', '&h->lock')).toEqual(['holder.lock']);
});

test('a local takes its type from its declaration', async () => {
  expect(await classOf('int id', '&h->lock', 'struct holder *h = find_holder(id);')).toEqual(['holder.lock']);
});

test('a pointer to a lock is followed to what it was set to', async () => {
  expect(await classOf('struct holder *h', 'm', 'struct mutex *m = &h->lock;')).toEqual(['holder.lock']);
});

test('a chain of fields is followed to the last struct', async () => {
  expect(await classOf('struct holder *h', '&h->other->pdev->dev.parent->mutex')).toEqual(['device.mutex']);
});

test('container_of gives its type', async () => {
  expect(await classOf('struct device *d', '&container_of(d, struct holder, wrap)->lock')).toEqual(['holder.lock']);
});

test('a macro around container_of gives its type', async () => {
  expect(await classOf('struct device *d', '&to_pci_dev(d)->dev.mutex')).toEqual(['device.mutex']);
});

test('a function around container_of gives its type', async () => {
  expect(await classOf('struct mutex *m', '&to_holder(m)->other->pdev->dev.mutex')).toEqual(['device.mutex']);
});

test('a cast gives its type', async () => {
  expect(await classOf('void *data', '&((struct holder *)data)->lock')).toEqual(['holder.lock']);
});

test('the type that a function returns is used', async () => {
  expect(await classOf('int id', '&find_holder(id)->lock')).toEqual(['holder.lock']);
});

test('a macro that names a lock is seen through', async () => {
  expect(await classOf('struct holder *h', 'holder_lock(h)')).toEqual(['holder.lock']);
});

test('a function that only returns a lock is seen through', async () => {
  expect(await classOf('struct holder *h', 'lock_of(h)')).toEqual(['holder.lock']);
});

test('the locks of an array are one class', async () => {
  expect(await classOf('struct wrapper *w, int i', '&w->locks[i]')).toEqual(['wrapper.locks']);
});

test('a lock in an anonymous struct belongs to where it is declared', async () => {
  const [name] = await classOf('struct wrapper *w', '&w->nest.inner');
  expect(name).toBe('wrapper.nest.inner');
});

test('the mutex of a device is one class however the device is reached', async () => {
  const direct = await classOf('struct device *dev', '&dev->mutex');
  expect(await classOf('struct pci_dev *pdev', '&pdev->dev.mutex')).toEqual(direct);
  expect(direct).toEqual(['device.mutex']);
});

const QUEUES = `
struct sk_buff_head { spinlock_t lock; int qlen; };
struct rx { struct sk_buff_head done; struct sk_buff_head pending; };
static struct sk_buff_head backlog;
`;

test('the lock of a container type is classed by the field that embeds it', async () => {
  const tree = await fileOf(
    QUEUES,
    fn('void f(struct rx *rx)', 'spin_lock(&rx->done.lock);'),
    fn('void g(struct rx *rx)', 'spin_lock(&rx->pending.lock);'),
    fn('void h(void)', 'spin_lock(&backlog.lock);'),
  );
  expect([tree.takes('f'), tree.takes('g'), tree.takes('h')]).toEqual([
    ['rx.done:sk_buff_head.lock'],
    ['rx.pending:sk_buff_head.lock'],
    ['backlog:sk_buff_head.lock'],
  ]);
});

test('a container that comes as a parameter is classed at the call site', async () => {
  const tree = await fileOf(
    QUEUES,
    fn('static void purge(struct sk_buff_head *q)', 'spin_lock(&q->lock);', 'spin_unlock(&q->lock);'),
    fn('void f(struct rx *rx)', 'purge(&rx->done);'),
    fn('void g(struct rx *rx)', 'purge(&rx->pending);'),
  );
  expect([tree.takes('f'), tree.takes('g')]).toEqual([['rx.done:sk_buff_head.lock'], ['rx.pending:sk_buff_head.lock']]);
});

test('a lock that is a parameter is substituted at the call site', async () => {
  const tree = await fileOf(
    LOCKS,
    fn('static void enter(struct mutex *m)', 'mutex_lock(m);'),
    fn('void f(struct foo *foo)', 'enter(&foo->lock);', 'mutex_lock(&a);'),
  );
  expect(tree.effects('enter')).toEqual(['takes $0']);
  expect(tree.orders('f')).toEqual(['foo.lock > a']);
});

test('a struct that two files define for themselves gives two classes', async () => {
  const source = `struct priv { struct mutex lock; };\n${fn('void f(struct priv *p)', 'mutex_lock(&p->lock);')}`;
  const tree = await treeOf({ 'a.c': source, 'b.c': source.replace('f(', 'g(') });
  expect([tree.takes('f'), tree.takes('g')]).toEqual([['a.c:priv.lock'], ['b.c:priv.lock']]);
});

test('a lock that cannot be named is counted and is in no cycle', async () => {
  const unknown = (first: string, second: string): string =>
    fn('void f(void *p, int i)', `mutex_lock(${first});`, `mutex_lock(${second});`);
  const source = (more: string): string =>
    `${LOCKS}\n${fn('void g(void *p)', 'mutex_lock(odd(p));', 'mutex_lock(&a);')}${more}`;
  const { judgement, verdicts } = await reviewOf({ 'x.c': source('') }, { 'x.c': source(unknown('&a', 'odd(p)')) });
  expect(verdicts).toEqual([]);
  expect(judgement.unknownLocks).toBeGreaterThan(0);
});
