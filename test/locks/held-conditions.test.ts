import { describe, expect, test } from 'vitest';
import { fileOf, fn, LOCKS, PROBE, PROBE_2 } from './tree-of.ts';

const HELPERS = `
int broken(void);
int kind_of(struct foo *foo);
void use(void *p);
`;

/** What may be held at PROBE in a function of these lines. */
async function heldAt(...body: string[]): Promise<string[]> {
  const tree = await fileOf(LOCKS, HELPERS, fn('int f(struct foo *foo, int flag)', ...body));
  return tree.heldAt('f');
}

/** The same, with what is held at PROBE_2, and what the function does to its caller's locks. */
async function all(...body: string[]): Promise<{ at: string[]; later: string[]; effects: string[] }> {
  const tree = await fileOf(LOCKS, HELPERS, fn('int f(struct foo *foo, int flag)', ...body));
  return { at: tree.heldAt('f'), later: tree.heldAt('f', 'probe_2'), effects: tree.effects('f') };
}

describe('locks that may fail', () => {
  test('if (!trylock) return: the lock is held after it', async () => {
    const lines = ['if (!mutex_trylock(&a)) return -EBUSY;', PROBE, 'mutex_unlock(&a);', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('if (trylock) { … }: the lock is held inside alone', async () => {
    const lines = ['if (mutex_trylock(&a)) {', PROBE, 'mutex_unlock(&a);', '} else {', PROBE_2, '}'];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('ret = lock_interruptible(); if (ret) return ret;', async () => {
    const lines = ['int ret;', 'ret = mutex_lock_interruptible(&a);', 'if (ret) return ret;', PROBE];
    expect(await all(...lines, 'mutex_unlock(&a);', PROBE_2, 'return 0;')).toEqual({
      at: ['a'],
      later: ['-'],
      effects: [],
    });
  });

  test('if (lock_killable()) return -EINTR;', async () => {
    expect(await heldAt('if (mutex_lock_killable(&a)) return -EINTR;', PROBE, 'mutex_unlock(&a);')).toEqual(['a']);
  });

  test('if (ret < 0) is the failure of a result that is 0 or negative', async () => {
    const lines = [
      'int ret = down_write_killable(&foo->sem);',
      'if (ret < 0) return ret;',
      PROBE,
      'up_write(&foo->sem);',
    ];
    expect(await heldAt(...lines)).toEqual(['foo.sem']);
  });

  test.each([
    ['while (!mutex_trylock(&a)) cpu_relax();'],
    ['do { cpu_relax(); } while (!mutex_trylock(&a));'],
    ['if (mutex_trylock(&a) == 0) return 0;'],
    ['if (unlikely(!mutex_trylock(&a))) return 0;'],
    ['if (mutex_lock_killable(&a) != 0) return 0;'],
    ['int ret; if ((ret = mutex_lock_interruptible(&a))) return ret;'],
    ['int ret; if ((ret = mutex_lock_interruptible(&a)) < 0) return ret;'],
    ['int err, ret; err = mutex_lock_interruptible(&a); ret = err; if (ret) return ret;'],
  ])('after %s the lock is held', async (line) => {
    expect(await heldAt(line, PROBE)).toEqual(['a']);
  });

  test('trylock, else the slow way', async () => {
    const lines = ['if (!mutex_trylock(&a)) {', PROBE_2, 'mutex_lock(&a);', '}', PROBE, 'mutex_unlock(&a);'];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('several locks tried in one condition', async () => {
    const lines = [
      'if (mutex_trylock(&a) && mutex_trylock(&b)) {',
      PROBE,
      'mutex_unlock(&b);',
      'mutex_unlock(&a);',
      '}',
    ];
    expect(await heldAt(...lines)).toEqual(['a+b']);
  });

  test('atomic_dec_and_mutex_lock() holds the lock when it says so', async () => {
    const lines = ['if (!atomic_dec_and_mutex_lock(&foo->refs, &a)) return 0;', PROBE, 'mutex_unlock(&a);', PROBE_2];
    expect(await all(...lines)).toMatchObject({ at: ['a'], later: ['-'] });
  });
});

describe('conditions that belong together', () => {
  test('if (x) lock; … if (x) unlock;', async () => {
    const lines = ['if (flag) mutex_lock(&a);', PROBE, 'if (flag) mutex_unlock(&a);', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toEqual({ at: ['-', 'a'], later: ['-'], effects: [] });
  });

  test('if (!x) lock; … if (!x) unlock;', async () => {
    const lines = ['if (!flag) mutex_lock(&a);', 'use(foo);', 'if (!flag) mutex_unlock(&a);', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toMatchObject({ later: ['-'], effects: [] });
  });

  test('a condition on a field counts until something may change it', async () => {
    const lines = ['if (foo->state) mutex_lock(&a);', 'foo->parent = 0;', 'if (foo->state) mutex_unlock(&a);', PROBE_2];
    expect(await all(...lines)).toMatchObject({ later: ['-'] });
  });

  test('a variable that was set anew in between correlates no more', async () => {
    const lines = ['if (flag) mutex_lock(&a);', 'flag = broken();', 'if (flag) mutex_unlock(&a);', PROBE_2];
    expect((await all(...lines)).later).toEqual(['-', 'a']);
  });

  test.each(['flag & 4', 'flag && foo', 'flag || foo', 'flag > 0', 'foo->state', 'IS_ENABLED(CONFIG_FOO)'])(
    'the condition %s is the same in both places',
    async (condition) => {
      const lines = [`if (${condition}) mutex_lock(&a);`, 'use(0);', `if (${condition}) mutex_unlock(&a);`, PROBE];
      expect(await heldAt(...lines)).toEqual(['-']);
    },
  );

  test('the batch that keeps a lock over rounds of a loop', async () => {
    const lines = [
      'bool locked = false;',
      'while (broken()) {',
      'if (!locked) {',
      'mutex_lock(&a);',
      'locked = true;',
      '}',
      PROBE,
      '}',
    ];
    expect(await all(...lines, 'if (locked) mutex_unlock(&a);', PROBE_2, 'return 0;')).toEqual({
      at: ['a'],
      later: ['-'],
      effects: [],
    });
  });

  test('a boolean that says "I locked"', async () => {
    const lines = ['bool locked = false;', 'if (kind_of(foo)) {', 'mutex_lock(&a);', 'locked = true;', '}', PROBE];
    expect(await all(...lines, 'if (locked) mutex_unlock(&a);', PROBE_2, 'return 0;')).toEqual({
      at: ['-', 'a'],
      later: ['-'],
      effects: [],
    });
  });

  test('a boolean that keeps what trylock said', async () => {
    const lines = ['bool locked = mutex_trylock(&a);', PROBE, 'if (locked) mutex_unlock(&a);', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toEqual({ at: ['-', 'a'], later: ['-'], effects: [] });
  });

  test('a boolean that keeps the opposite of what trylock said', async () => {
    const lines = [
      'bool nested = !mutex_trylock(&a);',
      'use(foo);',
      'if (!nested) mutex_unlock(&a);',
      PROBE_2,
      'return 0;',
    ];
    expect(await all(...lines)).toEqual({ at: [], later: ['-'], effects: [] });
  });

  test('a pointer that is set together with the lock', async () => {
    const lines = ['struct mutex *m = NULL;', 'if (kind_of(foo)) {', 'm = &a;', 'mutex_lock(&a);', '}', 'use(foo);'];
    expect((await all(...lines, 'if (m) mutex_unlock(&a);', PROBE_2, 'return 0;')).later).toEqual(['-']);
  });

  test('an #ifdef arm is a condition that both places share', async () => {
    const lines = ['#ifdef CONFIG_FOO', 'mutex_lock(&a);', '#endif', PROBE, '#ifdef CONFIG_FOO', 'mutex_unlock(&a);'];
    expect(await all(...lines, '#endif', PROBE_2, 'return 0;')).toEqual({ at: ['-', 'a'], later: ['-'], effects: [] });
  });

  test('the arms of #if and #else exclude each other', async () => {
    const lines = ['#ifdef CONFIG_FOO', 'mutex_lock(&a);', '#else', 'mutex_lock(&b);', '#endif', PROBE];
    expect(await heldAt(...lines)).toEqual(['a', 'b']);
  });
});
