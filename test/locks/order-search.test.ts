import { describe, expect, test } from 'vitest';
import { explainPair } from '../../src/locks/index.ts';
import { OrderSearch } from '../../src/locks/order-search.ts';
import { type Files, fn, reviewOf, rules, treeOf } from './tree-of.ts';

const GLOBALS = 'DEFINE_MUTEX(a);\nDEFINE_MUTEX(b);\n';
const takes = (name: string, lock: string, head = `void ${name}(void)`): string =>
  fn(head, `mutex_lock(&${lock});`, `mutex_unlock(&${lock});`);
const under = (name: string, lock: string, call: string, head = `void ${name}(void)`): string =>
  fn(head, `mutex_lock(&${lock});`, call, `mutex_unlock(&${lock});`);

/** The chains on which `taken` is taken under `held`, as `one > two > three`. */
async function chains(files: Files, held = 'a', taken = 'b'): Promise<string[]> {
  const tree = await treeOf({ 'locks.c': GLOBALS, ...files });
  const all = explainPair(tree.locks, rules, held, taken);
  return (all?.forward ?? []).map((path) => path.chain.map((step) => step.function).join(' > '));
}

describe('chains', () => {
  test('a function that takes both itself is a chain of one', async () => {
    expect(await chains({ 'x.c': under('one', 'a', 'mutex_lock(&b); mutex_unlock(&b);') })).toEqual(['one']);
  });

  test('direct calls are followed', async () => {
    const x = under('one', 'a', 'two();') + fn('void two(void)', 'three();') + takes('three', 'b');
    expect(await chains({ 'x.c': x })).toEqual(['one > two > three']);
  });

  test('who leads to the holder is told, up to an entry', async () => {
    const x =
      fn('void top(void)', 'middle();') +
      fn('void middle(void)', 'one();') +
      under('one', 'a', 'two();') +
      takes('two', 'b');
    expect(await chains({ 'x.c': x })).toEqual(['top > middle > one > two']);
  });

  test('the shortest chain comes first', async () => {
    const x =
      under('far', 'a', 'step();') + fn('void step(void)', 'two();') + under('near', 'a', 'two();') + takes('two', 'b');
    expect(await chains({ 'x.c': x })).toEqual(['near > two', 'far > step > two']);
  });

  test('macros are steps that cost little', async () => {
    const x = `#define TWO() two()\n${under('one', 'a', 'TWO();')}${takes('two', 'b')}`;
    expect(await chains({ 'x.c': x })).toEqual(['one > TWO > two']);
  });

  test.each([
    'return two();',
    'if (x && two()) return 1;',
    'use(two());',
    'for (i = 0; i < two(); i++) use(i);',
    'x = y ? two() : 0;',
    'switch (two()) { case 1: use(x); }',
    'int z = ({ two(); });',
  ])('a call is seen in %s', async (line) => {
    const x =
      takes('two', 'b', 'int two(void)') +
      fn('int one(int x, int y)', 'int i;', 'guard(mutex)(&a);', line, 'return 0;');
    expect(await chains({ 'x.c': x })).toEqual(['one > two']);
  });

  test('recursion ends', async () => {
    const x = under('one', 'a', 'two();') + fn('void two(void)', 'one();', 'two();', 'three();') + takes('three', 'b');
    expect(await chains({ 'x.c': x })).toContain('one > two > three');
  });

  test('a lock that a caller lets go on the way makes no order', async () => {
    const x =
      under('one', 'a', 'two();') +
      fn('void two(void)', 'mutex_unlock(&a);', 'three();', 'mutex_lock(&a);') +
      takes('three', 'b');
    expect(await chains({ 'x.c': x })).toEqual([]);
  });

  test('a chain of more steps than the bound allows is not found, and the bound is told', async () => {
    const steps = Array.from({ length: 20 }, (_, i) => fn(`void s${i}(void)`, `s${i + 1}();`)).join('');
    const tree = await treeOf({ 'x.c': GLOBALS + under('one', 'a', 's0();') + steps + takes('s20', 'b') });
    const search = new OrderSearch(tree.locks, rules);
    const [held, taken] = [tree.locks.locks.find('a'), tree.locks.locks.find('b')];
    expect([search.paths(held, taken), search.boundsHit]).toEqual([[], true]);
  });

  test('a chain of ten steps is found', async () => {
    const steps = Array.from({ length: 10 }, (_, i) => fn(`void s${i}(void)`, `s${i + 1}();`)).join('');
    expect(await chains({ 'x.c': under('one', 'a', 's0();') + steps + takes('s10', 'b') })).toHaveLength(1);
  });
});

describe('indirect calls', () => {
  const ops = 'struct ops { void (*go)(void); void (*stop)(void); };\n';
  const caller = under('one', 'a', 'ops->go();', 'void one(struct ops *ops)');

  test('a designated initialiser fills a slot', async () => {
    const driver = `${takes('my_go', 'b')}static const struct ops my_ops = {\n\t.go = my_go,\n};\n`;
    expect(await chains({ 'ops.h': ops, 'x.c': caller, 'y.c': driver })).toEqual(['one > my_go']);
  });

  test('an assignment fills a slot', async () => {
    const driver = takes('my_go', 'b') + fn('void setup(struct ops *o)', 'o->go = my_go;');
    expect(await chains({ 'ops.h': ops, 'x.c': caller, 'y.c': driver })).toEqual(['one > my_go']);
  });

  const shapes = `struct ops { void (*go)(void); struct { void (*deep)(void); } sub; };\ntypedef void (*go_t)(void);\nstruct typed { go_t go; };\n`;
  test.each([
    ['a position in an initialiser', 'struct ops o = { my_go };', 'ops->go();'],
    ['an element of an array', 'struct ops o[] = { { .go = my_go } };', 'ops[i].go();'],
    ['a nested initialiser', 'struct ops o = { .sub = { .deep = my_go } };', 'ops->sub.deep();'],
    ['a dotted designator', 'struct ops o = { .sub.deep = my_go };', 'ops->sub.deep();'],
    ['a compound literal', 'void set(struct ops *p) { *p = (struct ops) { .go = my_go }; }', 'ops->go();'],
    ['a typedef of the pointer', 'struct typed o = { .go = my_go };', 'typed->go();'],
    ['a call through (*pointer)', 'struct ops o = { .go = my_go };', '(*ops->go)();'],
    ['a call through READ_ONCE()', 'struct ops o = { .go = my_go };', 'READ_ONCE(ops->go)();'],
    ['a local copy of the pointer', 'struct ops o = { .go = my_go };', 'void (*copy)(void) = ops->go; copy();'],
  ])('%s is seen through', async (_, filling, call) => {
    const user = under('one', 'a', call, 'void one(struct ops *ops, struct typed *typed, int i)');
    expect(await chains({ 'x.c': `${shapes}${takes('my_go', 'b')}${filling}\n${user}` })).toEqual(['one > my_go']);
  });

  test('the other slots of the structure are not called', async () => {
    const driver = `${takes('my_stop', 'b')}static const struct ops my_ops = { .stop = my_stop };\n`;
    expect(await chains({ 'ops.h': ops, 'x.c': caller, 'y.c': driver })).toEqual([]);
  });

  test('a slot of one name in another structure is not called', async () => {
    const driver = `struct other { void (*go)(void); };\n${takes('my_go', 'b')}static struct other o = { .go = my_go };\n`;
    expect(await chains({ 'ops.h': ops, 'x.c': caller, 'y.c': driver })).toEqual([]);
  });

  test('the target is found however many others the slot has', async () => {
    const many = Array.from(
      { length: 60 },
      (_, i) => `static void go_${i}(void) { }\nstatic struct ops ops_${i} = { .go = go_${i} };\n`,
    ).join('');
    const driver = `${takes('my_go', 'b')}static const struct ops my_ops = { .go = my_go };\n`;
    expect(await chains({ 'ops.h': ops, 'x.c': caller, 'y.c': driver, 'z.c': many })).toEqual(['one > my_go']);
  });

  test('the step says its slot, and that the target is one of several', async () => {
    const driver = `${takes('my_go', 'b')}static const struct ops my_ops = { .go = my_go };\n`;
    const other = 'static void nothing(void) { }\nstatic const struct ops no_ops = { .go = nothing };\n';
    const tree = await treeOf({ 'x.c': GLOBALS + ops + caller, 'y.c': driver, 'z.c': other });
    const [path] = explainPair(tree.locks, rules, 'a', 'b')?.forward ?? [];
    expect(path?.chain.at(-1)).toMatchObject({ function: 'my_go', via: 'slot', slot: 'ops.go' });
    expect(path?.assumptions).toEqual(['ops.go is my_go, one of 2 functions found for it']);
  });

  test('a callback is called by who passes it, not by whoever else passes one', async () => {
    const walk = fn('void walk(int n, void (*each)(int i))', 'each(n);');
    const x = `${walk}${takes('visit', 'b', 'static void visit(int i)')}static void look(int i) { }\n`;
    const users = under('one', 'a', 'walk(1, visit);') + under('two', 'a', 'walk(2, look);');
    expect(await chains({ 'x.c': x + users })).toEqual(['one > visit']);
  });
});

describe('what no chain passes', () => {
  test('a hub', async () => {
    const x = under('one', 'a', 'kfree(p);') + fn('void kfree(void *p)', 'two();') + takes('two', 'b');
    expect(await chains({ 'x.c': x })).toEqual([]);
  });

  test('code that runs only when something is wrong', async () => {
    const x = under('one', 'a', 'panic("no");') + fn('void panic(const char *why)', 'two();') + takes('two', 'b');
    expect(await chains({ 'x.c': x })).toEqual([]);
  });

  test('handing work to a queue', async () => {
    const types = 'struct work_struct { void (*func)(struct work_struct *work); };\n';
    const x = `${types}${takes('run', 'b', 'static void run(struct work_struct *work)')}${fn('void setup(struct work_struct *w)', 'w->func = run;')}`;
    const core =
      fn('void process(struct work_struct *w)', 'w->func(w);') +
      fn('void queue_work(struct work_struct *w)', 'process(w);');
    expect(
      await chains({ 'x.c': x + core + under('one', 'a', 'queue_work(w);', 'void one(struct work_struct *w)') }),
    ).toEqual([]);
  });

  test('a slot whose targets run in a context of their own', async () => {
    const slot = [...rules.slots.values()].find(
      (rule) => rule.context !== null && rule.context !== 'process' && !rule.unbound,
    );
    const [tag, field] = (slot?.slot ?? '').split('.');
    const types = `struct ${tag} { void (*${field})(void); };\n`;
    const x = `${types}${takes('run', 'b')}static struct ${tag} mine = { .${field} = run };\n`;
    expect(await chains({ 'x.c': x + under('one', 'a', `t->${field}();`, `void one(struct ${tag} *t)`) })).toEqual([]);
  });

  test('a notifier chain', async () => {
    const types = 'struct notifier_block { int (*notifier_call)(struct notifier_block *nb); };\n';
    const x = `${types}${takes('event', 'b', 'static int event(struct notifier_block *nb)')}static struct notifier_block mine = { .notifier_call = event };\n`;
    expect(
      await chains({ 'x.c': x + under('one', 'a', 'nb->notifier_call(nb);', 'void one(struct notifier_block *nb)') }),
    ).toEqual([]);
  });
});

describe('objects', () => {
  const types = `
struct mutex { int owner; };
struct device { struct mutex mutex; struct bus *bus; };
struct bus { void (*remove)(struct device *dev); };
struct foo { struct device dev; int x; };
struct bar { int x; struct device dev; };
#define to_foo(d) container_of(d, struct foo, dev)
DEFINE_MUTEX(a);
DEFINE_MUTEX(b);
`;
  const remove = `
static void foo_remove(struct device *dev)
{
	struct foo *foo = to_foo(dev);

	foo->x = 0;
	mutex_lock(&b);
	mutex_unlock(&b);
}
static struct bus foo_bus = { .remove = foo_remove };
`;
  const reverse = fn(
    'void reverse(void)',
    'mutex_lock(&b);',
    'mutex_lock(&a);',
    'mutex_unlock(&a);',
    'mutex_unlock(&b);',
  );
  const verdicts = async (user: string): Promise<string[]> =>
    (await reviewOf({ 'types.h': types, 'foo.c': remove, 'reverse.c': reverse }, { 'user.c': user })).verdicts;

  test('a callback for the device of a foo is called for the device of a foo', async () => {
    expect(await verdicts(under('one', 'a', 'foo->dev.bus->remove(&foo->dev);', 'void one(struct foo *foo)'))).toEqual([
      'abba introduced a b',
    ]);
  });

  test('it is not called for the device of a bar', async () => {
    expect(await verdicts(under('one', 'a', 'bar->dev.bus->remove(&bar->dev);', 'void one(struct bar *bar)'))).toEqual(
      [],
    );
  });

  test('nor for the device of a bar that was handed down', async () => {
    const user =
      fn('static void drop(struct device *dev)', 'dev->bus->remove(dev);') +
      under('one', 'a', 'drop(&bar->dev);', 'void one(struct bar *bar)');
    expect(await verdicts(user)).toEqual([]);
  });

  test('a device that could be anybody’s is believed', async () => {
    expect(await verdicts(under('one', 'a', 'dev->bus->remove(dev);', 'void one(struct device *dev)'))).toEqual([
      'abba introduced a b',
    ]);
  });
});

describe('explaining a pair', () => {
  test('both directions and the sites of each are told', async () => {
    const x =
      under('one', 'a', 'mutex_lock(&b); mutex_unlock(&b);') + under('two', 'b', 'three();') + takes('three', 'a');
    const tree = await treeOf({ 'x.c': GLOBALS + x });
    const pair = explainPair(tree.locks, rules, 'a', 'b');
    expect(pair?.forward.map((path) => path.chain.length)).toEqual([1]);
    expect(pair?.reverse.map((path) => path.chain.map((step) => step.function))).toEqual([['two', 'three']]);
    expect(pair?.statistics).toEqual({ forward: { sites: 1, files: 1 }, reverse: { sites: 0, files: 0 } });
  });

  test('a class that the tree does not have is null', async () => {
    const tree = await treeOf({ 'x.c': GLOBALS + takes('one', 'a') });
    expect(explainPair(tree.locks, rules, 'a', 'nobody.lock')).toBeNull();
  });
});
