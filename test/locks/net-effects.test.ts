import { describe, expect, test } from 'vitest';
import { type Analysed, fileOf, fn, LOCKS, PROBE, PROBE_2, treeOf } from './tree-of.ts';

/** A tree of one file with these functions behind the usual locks. */
const tree = (...functions: string[]): Promise<Analysed> => fileOf(LOCKS, 'int broken(void);', ...functions);

describe('wrappers', () => {
  test('a function that returns with a lock held takes it', async () => {
    const t = await tree(
      fn('void enter(struct foo *foo)', 'mutex_lock(&foo->lock);'),
      fn('void leave(struct foo *foo)', 'mutex_unlock(&foo->lock);'),
      fn('void f(struct foo *foo)', 'enter(foo);', PROBE, 'leave(foo);', PROBE_2),
    );
    expect([t.effects('enter'), t.effects('leave')]).toEqual([['takes foo.lock'], ['releases foo.lock']]);
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2'), t.effects('f')]).toEqual([['foo.lock'], ['-'], []]);
  });

  test('a wrapper of a wrapper takes the lock', async () => {
    const t = await tree(
      fn('void f(struct foo *foo)', 'enter_twice(foo);', PROBE),
      fn('void enter_twice(struct foo *foo)', 'enter_once(foo);'),
      fn('void enter_once(struct foo *foo)', 'enter(foo);'),
      fn('void enter(struct foo *foo)', 'mutex_lock(&foo->lock);'),
    );
    expect(t.heldAt('f')).toEqual(['foo.lock']);
  });

  test('a wrapper in another file takes the lock', async () => {
    const t = await treeOf({
      'a/x.c': `${LOCKS}\n${fn('void f(struct foo *foo)', 'enter(foo);', PROBE)}`,
      'b/y.c': fn('void enter(struct foo *foo)', 'mutex_lock(&foo->lock);'),
    });
    expect(t.heldAt('f')).toEqual(['foo.lock']);
  });

  test('a static function of another file is not meant', async () => {
    const t = await treeOf({
      'a/x.c': `${LOCKS}\n${fn('void f(struct foo *foo)', 'enter(foo);', PROBE)}`,
      'b/y.c': fn('static void enter(struct foo *foo)', 'mutex_lock(&foo->lock);'),
    });
    expect(t.heldAt('f')).toEqual(['-']);
  });

  test('a macro wrapper takes the lock', async () => {
    const t = await tree(
      '#define enter(foo) mutex_lock(&(foo)->lock)',
      '#define leave(foo) do { mutex_unlock(&(foo)->lock); } while (0)',
      fn('void f(struct foo *foo)', 'enter(foo);', PROBE, 'leave(foo);', PROBE_2),
    );
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2')]).toEqual([['foo.lock'], ['-']]);
  });

  test('an empty twin under #else does not hide the real one', async () => {
    const t = await tree(
      '#ifdef CONFIG_FOO',
      fn('static inline void enter(void)', 'mutex_lock(&a);'),
      '#else',
      'static inline void enter(void) { }',
      '#endif',
      fn('void f(void)', 'enter();', PROBE),
    );
    expect(t.heldAt('f')).toEqual(['a']);
  });

  test('a wrapper that takes two locks takes both', async () => {
    const t = await tree(
      fn('void enter(struct foo *x, struct foo *y)', 'mutex_lock(&a);', 'mutex_lock(&x->lock);'),
      fn('void f(struct foo *foo)', 'enter(foo, foo);', PROBE),
    );
    expect(t.heldAt('f')).toEqual(['a+foo.lock']);
  });

  test('the wrapper stands beside the lock it took', async () => {
    const t = await tree(fn('void enter(void)', 'mutex_lock(&a);'), fn('void f(void)', 'enter();', 'mutex_lock(&b);'));
    const taken = t.summary('f').acquisitions.find((one) => one.held.length > 0);
    expect(t.locks.tree.symbols.functionName(taken?.held[0]?.via ?? -1)).toBe('enter');
  });
});

describe('wrappers that may fail', () => {
  test('a trylock wrapper says by its result whether it holds the lock', async () => {
    const t = await tree(
      fn('bool try_enter(struct foo *foo)', 'if (!mutex_trylock(&foo->lock))', '\treturn false;', 'return true;'),
      fn('void f(struct foo *foo)', 'if (!try_enter(foo)) return;', PROBE, 'mutex_unlock(&foo->lock);', PROBE_2),
    );
    expect(t.effects('try_enter')).toEqual(['takes foo.lock if nonzero']);
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2'), t.effects('f')]).toEqual([['foo.lock'], ['-'], []]);
  });

  test('return mutex_trylock() hands the result on', async () => {
    const t = await tree(fn('int try_enter(struct foo *foo)', 'return mutex_trylock(&foo->lock);'));
    expect(t.effects('try_enter')).toEqual(['takes foo.lock if nonzero']);
  });

  test('return mutex_lock_interruptible() hands the result on', async () => {
    const t = await tree(
      fn('int enter(void)', 'return mutex_lock_interruptible(&a);'),
      fn('int f(void)', 'int ret = enter();', 'if (ret) return ret;', PROBE, 'mutex_unlock(&a);', 'return 0;'),
    );
    expect(t.effects('enter')).toEqual(['takes a if zero']);
    expect([t.heldAt('f'), t.effects('f')]).toEqual([['a'], []]);
  });

  test('a function that cleans up when it fails takes the lock when it returns 0', async () => {
    const t = await tree(
      fn(
        'int start(void)',
        'mutex_lock(&a);',
        'if (broken()) {',
        'mutex_unlock(&a);',
        'return -EIO;',
        '}',
        'return 0;',
      ),
      fn('int f(void)', 'int ret = start();', 'if (ret) return ret;', PROBE, 'mutex_unlock(&a);', 'return 0;'),
    );
    expect(t.effects('start')).toEqual(['takes a if zero']);
    expect([t.heldAt('f'), t.effects('f')]).toEqual([['a'], []]);
  });

  test('a function that returns what it locked, or NULL', async () => {
    const t = await tree(
      fn(
        'struct foo *get(struct foo *foo)',
        'if (!foo) return NULL;',
        'mutex_lock(&a);',
        'if (!foo->state) {',
        'mutex_unlock(&a);',
        'return NULL;',
        '}',
        'return &foo[1];',
      ),
      fn(
        'void f(struct foo *foo)',
        'struct foo *got = get(foo);',
        'if (!got) return;',
        PROBE,
        'mutex_unlock(&a);',
        PROBE_2,
      ),
    );
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2')]).toEqual([['a'], ['-']]);
  });

  test('a function that returns an error pointer without the lock', async () => {
    const t = await tree(
      fn(
        'struct foo *get(int id)',
        'mutex_lock(&a);',
        'if (id) {',
        'mutex_unlock(&a);',
        'return ERR_PTR(-ENOENT);',
        '}',
        'return &first;',
      ),
      fn(
        'void f(int id)',
        'struct foo *got = get(id);',
        'if (IS_ERR(got)) return;',
        PROBE,
        'mutex_unlock(&a);',
        PROBE_2,
      ),
    );
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2')]).toEqual([['a'], ['-']]);
  });
});

describe('what is not clean is not believed', () => {
  test('an error path that leaks the lock exports nothing', async () => {
    const t = await tree(
      fn('void work(void)', 'mutex_lock(&a);', 'if (broken()) return;', 'mutex_unlock(&a);'),
      fn('void f(void)', 'work();', PROBE),
    );
    expect(t.effects('work')).toEqual([]);
    expect(t.heldAt('f')).toEqual(['-']);
  });

  test('a lock under a condition that nobody else can see exports nothing', async () => {
    const t = await tree(
      fn('void enter(void)', 'if (broken()) mutex_lock(&a);'),
      fn('void f(void)', 'enter();', PROBE),
    );
    expect(t.effects('enter')).toEqual([]);
    expect(t.heldAt('f')).toEqual(['-']);
  });

  test('a lock under a condition on a parameter is held where the argument says so', async () => {
    const t = await tree(
      fn('void enter(struct foo *foo, bool lock)', 'if (lock) mutex_lock(&a);', 'foo->state = 1;'),
      fn('void f(struct foo *foo)', 'enter(foo, true);', PROBE),
      fn('void g(struct foo *foo)', 'enter(foo, false);', PROBE),
      fn('void h(struct foo *foo, bool lock)', 'enter(foo, lock);', PROBE),
    );
    expect(t.effects('enter')).toEqual(['takes a if $1']);
    expect([t.heldAt('f'), t.heldAt('g'), t.heldAt('h')]).toEqual([['a'], ['-'], ['-']]);
  });

  test('an unlock under a condition on a parameter', async () => {
    const t = await tree(
      fn('void leave(bool locked)', 'if (locked) mutex_unlock(&a);'),
      fn('void f(void)', 'bool locked = mutex_trylock(&a);', 'leave(locked);', PROBE),
    );
    expect(t.effects('leave')).toEqual(['releases a if $0']);
    expect([t.heldAt('f'), t.effects('f')]).toEqual([['-'], []]);
  });

  test('a callee that may release the lock ends what is known of it', async () => {
    const t = await tree(
      fn('void finish(void)', 'if (broken()) mutex_unlock(&a);'),
      fn('void f(void)', 'mutex_lock(&a);', 'finish();', PROBE),
    );
    expect(t.effects('finish')).toEqual(['may release a']);
    expect(t.heldAt('f')).toEqual(['-']);
  });

  test('paths on which a WARN_ON fired do not count', async () => {
    const t = await tree(
      fn('void enter(struct foo *foo)', 'if (WARN_ON(!foo)) return;', 'mutex_lock(&foo->lock);'),
      fn('void f(struct foo *foo)', 'enter(foo);', PROBE),
    );
    expect(t.effects('enter')).toEqual(['takes foo.lock']);
    expect(t.heldAt('f')).toEqual(['foo.lock']);
  });

  test('recursion ends', async () => {
    const t = await tree(
      fn('void even(int n)', 'mutex_lock(&a);', 'odd(n - 1);'),
      fn('void odd(int n)', 'mutex_unlock(&a);', 'if (n) even(n - 1);'),
    );
    expect(t.takes('even')).toContain('a');
  });

  test('two definitions of one name that differ are not believed', async () => {
    const used = Array.from({ length: 12 }, (_, i) => `use(foo, ${i});`);
    const t = await treeOf({
      'arch/x/l.c': `${LOCKS}\n${fn('void enter(struct foo *foo)', 'mutex_lock(&foo->lock);', ...used)}`,
      'arch/y/l.c': fn('void enter(struct foo *foo)', ...used),
      'x.c': fn('void f(struct foo *foo)', 'enter(foo);', PROBE),
    });
    expect(t.heldAt('f')).toEqual(['-']);
  });
});

describe('guards of the tree', () => {
  const guard = [
    fn('void enter(struct foo *foo)', 'mutex_lock(&foo->lock);'),
    fn('void leave(struct foo *foo)', 'mutex_unlock(&foo->lock);'),
    'DEFINE_GUARD(foo, struct foo *, enter(_T), leave(_T))',
  ];

  test('DEFINE_GUARD() with a wrapper', async () => {
    const t = await tree(...guard, fn('void f(struct foo *foo)', '{', 'guard(foo)(foo);', PROBE, '}', PROBE_2));
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2'), t.effects('f')]).toEqual([['foo.lock'], ['-'], []]);
  });

  test('scoped_guard() of such a guard', async () => {
    const t = await tree(...guard, fn('void f(struct foo *foo)', 'scoped_guard(foo, foo) {', PROBE, '}', PROBE_2));
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2')]).toEqual([['foo.lock'], ['-']]);
  });

  test('DEFINE_LOCK_GUARD_0() of a global lock', async () => {
    const t = await tree(
      fn('void enter(void)', 'mutex_lock(&a);'),
      fn('void leave(void)', 'mutex_unlock(&a);'),
      'DEFINE_LOCK_GUARD_0(big, enter(), leave())',
      fn('void f(void)', '{', 'guard(big)();', PROBE, '}', PROBE_2),
    );
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2')]).toEqual([['a'], ['-']]);
  });

  test('DEFINE_LOCK_GUARD_1() of a lock that is handed in', async () => {
    const t = await tree(
      'DEFINE_LOCK_GUARD_1(my_mutex, struct mutex, mutex_lock(_T->lock), mutex_unlock(_T->lock))',
      fn('void f(struct foo *foo)', '{', 'guard(my_mutex)(&foo->lock);', PROBE, '}', PROBE_2),
    );
    expect([t.heldAt('f'), t.heldAt('f', 'probe_2')]).toEqual([['foo.lock'], ['-']]);
  });
});
