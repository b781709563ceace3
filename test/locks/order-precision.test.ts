import { describe, expect, test } from 'vitest';
import { explainPair } from '../../src/locks/index.ts';
import { type Files, fileOf, fn, LOCKS, PROBE, reviewOf, rules, treeOf } from './tree-of.ts';

const GLOBALS = 'DEFINE_MUTEX(a);\nDEFINE_MUTEX(b);\n';

/** The chains on which `b` is taken under `a`. */
async function chains(files: Files, held = 'a', taken = 'b'): Promise<string[]> {
  const tree = await treeOf({ 'locks.c': GLOBALS, ...files });
  const all = explainPair(tree.locks, rules, held, taken);
  return (all?.forward ?? []).map((path) => path.chain.map((step) => step.function).join(' > '));
}

describe('a lock that is let go on the way', () => {
  const walk = (lock: string, unlock: string): Files => ({
    'x.c': [
      'struct foo { struct mutex lock; struct foo *next; };',
      fn('void outer(struct foo *foo)', 'mutex_lock(&foo->lock);', 'inner(foo);', 'mutex_unlock(&foo->lock);'),
      fn(
        'void inner(struct foo *foo)',
        'struct foo *pos;',
        'for_each_foo(pos, foo) {',
        `\t${unlock}`,
        '\tleaf();',
        `\t${lock}`,
        '}',
      ),
      fn('void leaf(void)', 'mutex_lock(&b);', 'mutex_unlock(&b);'),
    ].join('\n'),
  });

  test('of an object that the loop may have changed', async () => {
    expect(await chains(walk('mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);'), 'foo.lock')).toEqual([]);
    expect(await chains(walk('', ''), 'foo.lock')).toEqual(['outer > inner > leaf']);
  });

  test('it is no effect on the caller, who keeps its own', async () => {
    const tree = await treeOf({ 'locks.c': GLOBALS, ...walk('', 'mutex_unlock(&pos->lock);') });
    expect(tree.effects('inner')).toEqual([]);
  });

  test('by the function that is called with it held', async () => {
    const tree = await fileOf(
      LOCKS,
      fn('static void foo_release(struct kref *kref)', 'mutex_unlock(&a);'),
      fn('void foo_put(struct foo *foo)', 'kref_put_mutex(&foo->kref, foo_release, &a);', PROBE),
    );
    expect(tree.effects('foo_put')).toEqual([]);
    expect(tree.heldAt('foo_put')).toEqual(['-']);
    expect(tree.takes('foo_put')).toContain('a');
  });

  test('by a function that a parameter names', async () => {
    const tree = await fileOf(
      LOCKS,
      fn(
        'int last(int *count, struct mutex *m)',
        'mutex_lock(m);',
        'if (*count) { mutex_unlock(m); return 0; }',
        'return 1;',
      ),
      fn(
        'int put(int *count, void (*release)(void), struct mutex *m)',
        'if (last(count, m)) { release(); return 1; }',
        'return 0;',
      ),
      fn('void user(struct foo *foo)', 'put(&foo->state, drop, &foo->lock);', PROBE),
    );
    expect(tree.effects('last')).toEqual(['takes $1 if nonzero']);
    expect(tree.heldAt('user')).toEqual(['-']);
    expect(tree.takes('user')).toContain('foo.lock');
  });
});

describe('what decides about a lock is remembered longest', () => {
  test('among many other conditions that are tested twice', async () => {
    const others = Array.from({ length: 9 }, (_, i) => `if (foo->x${i}) note(${i});`);
    const tree = await fileOf(
      LOCKS,
      fn(
        'void f(struct foo *foo)',
        'if (foo->state == 4)',
        '\tmutex_lock(&a);',
        ...others,
        ...others,
        'if (foo->state == 4)',
        '\tmutex_unlock(&a);',
        PROBE,
      ),
    );
    expect(tree.heldAt('f')).toEqual(['-']);
    expect(tree.effects('f')).toEqual([]);
  });
});

describe('a lock that the holder has already', () => {
  test('is not waited for under another that it took later', async () => {
    const x = [
      fn('void one(void)', 'mutex_lock(&b);', 'mutex_lock(&a);', 'two();', 'mutex_unlock(&a);', 'mutex_unlock(&b);'),
      fn('void two(void)', 'mutex_lock(&b);', 'mutex_unlock(&b);'),
    ].join('\n');
    expect(await chains({ 'x.c': x })).toEqual([]);
  });
});

describe('an interrupt line in a struct of a bus', () => {
  const client = 'struct bus_client { int irq; };\n';
  const driver = (name: string, own: string): string =>
    [
      `struct ${name} { struct mutex lock; struct bus_client *client; };`,
      fn(
        `static irqreturn_t ${name}_irq(int irq, void *data)`,
        `mutex_lock(&${own});`,
        `mutex_unlock(&${own});`,
        'return 0;',
      ),
      fn(`int ${name}_probe(struct ${name} *x)`, `return request_irq(x->client->irq, ${name}_irq, 0, "x", x);`),
    ].join('\n');
  const stop = (name: string): string =>
    fn(`void ${name}_stop(struct ${name} *x)`, 'mutex_lock(&a);', 'disable_irq(x->client->irq);', 'mutex_unlock(&a);');
  const base = { 'locks.h': GLOBALS, 'include/bus.h': client };

  test('is that of the driver', async () => {
    const before = { ...base, 'one.c': driver('one', 'a') };
    expect((await reviewOf(before, { 'one.c': driver('one', 'a') + stop('one') })).verdicts).toEqual([
      'wait-under-lock introduced a irq:one.c:bus_client.irq',
    ]);
  });

  test('says nothing about the handlers of another driver', async () => {
    const before = { ...base, 'one.c': driver('one', 'a'), 'two.c': driver('two', 'b') };
    expect((await reviewOf(before, { 'two.c': driver('two', 'b') + stop('two') })).verdicts).toEqual([]);
  });
});

describe('a way through a core into another driver', () => {
  const core = [
    'struct bus_ops { void (*remove)(void); };',
    fn('void bus_remove(struct bus_ops *ops)', 'ops->remove();'),
  ].join('\n');
  const other = (name: string, body: string): string =>
    [
      fn(`static void ${name}_remove(void)`, body),
      `static const struct bus_ops ${name}_ops = { .remove = ${name}_remove };`,
    ].join('\n');
  const files: Files = {
    'locks.h': GLOBALS,
    'drivers/bus/core.c': core,
    'drivers/bus/maker/one/one.c': other('one', 'mutex_lock(&b); mutex_unlock(&b);'),
    'drivers/bus/maker/three/three.c': other('three', 'done();'),
    'drivers/net/maker/two/two.c': fn('void two(void)', 'done();'),
    'inner.c': fn('void inner(void)', 'mutex_lock(&b);', 'mutex_lock(&a);', 'mutex_unlock(&a);', 'mutex_unlock(&b);'),
  };
  const holds = fn('void two(struct bus_ops *ops)', 'mutex_lock(&a);', 'bus_remove(ops);', 'mutex_unlock(&a);');
  const confidenceAt = async (path: string): Promise<number> => {
    const { findings } = await reviewOf(files, { [path]: holds });
    return findings.find((finding) => finding.kind === 'abba')?.confidence ?? -1;
  };

  test('is doubted more than one that stays', async () => {
    const abroad = await confidenceAt('drivers/net/maker/two/two.c');
    const home = await confidenceAt('drivers/bus/maker/one/two.c');
    expect(home - abroad).toBeCloseTo(0.25, 2);
  });
});

describe('a way that needs the last reference', () => {
  const files = (test: string): Files => ({
    'locks.h': `${GLOBALS}struct foo { int count; };\n`,
    'foo.c': [
      fn('void foo_free(struct foo *foo)', 'mutex_lock(&b);', 'mutex_unlock(&b);'),
      fn('void foo_put(struct foo *foo)', `if (${test}(&foo->count))`, '\tfoo_free(foo);'),
    ].join('\n'),
    'inner.c': fn('void inner(void)', 'mutex_lock(&b);', 'mutex_lock(&a);', 'mutex_unlock(&a);', 'mutex_unlock(&b);'),
    'user.c': 'void nothing(void);\n',
  });
  const confidence = async (test: string): Promise<number> => {
    const user = fn('void user(struct foo *foo)', 'mutex_lock(&a);', 'foo_put(foo);', 'mutex_unlock(&a);');
    return (await reviewOf(files(test), { 'user.c': user })).findings[0]?.confidence ?? -1;
  };

  test('is doubted more than one that is always gone', async () => {
    expect((await confidence('foo_is_idle')) - (await confidence('refcount_dec_and_test'))).toBeCloseTo(0.42, 2);
  });

  test('also where a function that gives it back is told what to call', async () => {
    const put = (name: string): string =>
      fn(
        `static inline int ${name}(int *count, void (*release)(struct foo *foo), struct foo *foo)`,
        'if (refcount_dec_and_test(count)) { release(foo); return 1; }',
        'return 0;',
      );
    const asked = async (name: string): Promise<number> => {
      const before = { ...files('x'), 'put.h': put(name) };
      const user = fn(
        'void user(struct foo *foo)',
        'mutex_lock(&a);',
        `${name}(&foo->count, foo_free, foo);`,
        'mutex_unlock(&a);',
      );
      const { findings } = await reviewOf(before, { 'user.c': user });
      return findings.find((finding) => finding.kind === 'abba')?.confidence ?? -1;
    };
    expect(await asked('foo_put_ref')).toBeLessThan(0.6);
    expect(await asked('foo_put_ref')).toBeGreaterThan(0);
  });
});

describe('spellings', () => {
  test('a lock call that a condition chooses', async () => {
    const tree = await fileOf(
      LOCKS,
      fn('void out(struct foo *foo, int write)', '(write ? up_write : up_read)(&foo->sem);'),
      fn('void f(struct foo *foo)', 'down_write(&foo->sem);', 'out(foo, 1);', PROBE),
    );
    expect(tree.effects('out')).toEqual(['releases foo.sem']);
    expect(tree.heldAt('f')).toEqual(['-']);
  });

  test('a guard that only tries does not wait', async () => {
    const tree = await fileOf(
      LOCKS,
      fn('void f(struct foo *foo)', 'scoped_guard(mutex_try, &foo->lock) {', PROBE, '}'),
      fn('void g(struct foo *foo)', 'scoped_cond_guard(mutex_intr, return, &foo->lock) {', PROBE, '}'),
    );
    expect(tree.takes('f')).toContain('foo.lock try');
    expect(tree.takes('g')).toContain('foo.lock');
  });
});

describe('a lock that a function on the way says it is called with', () => {
  test('is not waited for under what is held above', async () => {
    const x = [
      fn('void top(void)', 'mutex_lock(&a);', 'middle();', 'mutex_unlock(&a);'),
      fn('void middle(void)', 'lockdep_assert_held(&b);', 'below();'),
      fn('void below(void)', 'mutex_lock(&b);', 'mutex_unlock(&b);'),
    ].join('\n');
    expect(await chains({ 'x.c': x })).toEqual([]);
    expect(await chains({ 'x.c': x.replace('lockdep_assert_held(&b);', '') })).toEqual(['top > middle > below']);
  });
});
