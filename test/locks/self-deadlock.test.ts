import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf } from './tree-of.ts';

const TYPES = `
struct mutex { int owner; };
struct device { struct mutex mutex; struct device *parent; };
struct foo { struct mutex lock; struct rw_semaphore sem; struct foo *parent; struct foo *next; };
DEFINE_MUTEX(big);
struct foo *find(int id);
`;

/** What a patch that adds these functions introduces; `before` is there already. */
async function adding(after: readonly string[], before: readonly string[] = []): Promise<string[]> {
  const types: Files = { 'types.h': TYPES, 'before.c': before.join('\n') || 'int nothing;\n' };
  return (await reviewOf(types, { 'new.c': after.join('\n') })).verdicts;
}

const take = fn('static void take(struct foo *foo)', 'mutex_lock(&foo->lock);', 'mutex_unlock(&foo->lock);');

describe('provably the same object', () => {
  test('a global lock twice in one function', async () => {
    expect(await adding([fn('void f(void)', 'mutex_lock(&big);', 'mutex_lock(&big);')])).toEqual([
      'self-deadlock introduced big',
    ]);
  });

  test('a field of one parameter twice', async () => {
    expect(await adding([fn('void f(struct foo *foo)', 'mutex_lock(&foo->lock);', 'mutex_lock(&foo->lock);')])).toEqual(
      ['self-deadlock introduced foo.lock'],
    );
  });

  test('a parameter that is handed down unchanged', async () => {
    const f = fn('void f(struct foo *foo)', 'mutex_lock(&foo->lock);', 'take(foo);', 'mutex_unlock(&foo->lock);');
    expect(await adding([take, f])).toEqual(['self-deadlock introduced foo.lock']);
  });

  test('a global lock through calls in other files', async () => {
    const below = [
      fn('void middle(void)', 'below();'),
      fn('void below(void)', 'mutex_lock(&big);', 'mutex_unlock(&big);'),
    ];
    const f = fn('void f(void)', 'mutex_lock(&big);', 'middle();', 'mutex_unlock(&big);');
    expect(await adding([f], below)).toEqual(['self-deadlock introduced big']);
  });

  test('a copy of the pointer is the same object', async () => {
    const f = fn(
      'void f(struct foo *foo)',
      'struct foo *same = foo;',
      'mutex_lock(&foo->lock);',
      'mutex_lock(&same->lock);',
    );
    expect(await adding([f])).toEqual(['self-deadlock introduced foo.lock']);
  });

  test('a writer that waits for the reader it is itself', async () => {
    const f = fn('void f(struct foo *foo)', 'down_read(&foo->sem);', 'down_write(&foo->sem);');
    expect(await adding([f])).toEqual(['self-deadlock introduced foo.sem']);
  });

  test('the fix of one is fixed', async () => {
    const source = (inner: string): string => fn('void f(void)', 'mutex_lock(&big);', inner, 'mutex_unlock(&big);');
    const { verdicts } = await reviewOf(
      { 'types.h': TYPES, 'x.c': source('mutex_lock(&big); mutex_unlock(&big);') },
      { 'x.c': source('done();') },
    );
    expect(verdicts).toEqual(['self-deadlock fixed big']);
  });

  test('one that comes and goes within the series is transient', async () => {
    const source = (inner: string): string => fn('void f(void)', 'mutex_lock(&big);', inner, 'mutex_unlock(&big);');
    const bad = source('mutex_lock(&big); mutex_unlock(&big);');
    const { verdicts } = await reviewOf(
      { 'types.h': TYPES, 'x.c': source('done();') },
      { 'x.c': bad },
      { 'x.c': source('done();') },
    );
    expect(verdicts).toEqual(['self-deadlock transient big']);
  });
});

describe('not provably the same object', () => {
  test('parent and child', async () => {
    const f = fn('void f(struct foo *foo)', 'mutex_lock(&foo->parent->lock);', 'mutex_lock(&foo->lock);');
    expect(await adding([f])).toEqual([]);
  });

  test('the parent is handed down', async () => {
    const f = fn(
      'void f(struct foo *foo)',
      'mutex_lock(&foo->lock);',
      'take(foo->parent);',
      'mutex_unlock(&foo->lock);',
    );
    expect(await adding([take, f])).toEqual([]);
  });

  test('two parameters', async () => {
    const f = fn('void f(struct foo *one, struct foo *two)', 'mutex_lock(&one->lock);', 'mutex_lock(&two->lock);');
    expect(await adding([f])).toEqual([]);
  });

  test('what a function found', async () => {
    const f = fn(
      'void f(struct foo *foo)',
      'struct foo *other = find(1);',
      'mutex_lock(&foo->lock);',
      'mutex_lock(&other->lock);',
    );
    expect(await adding([f])).toEqual([]);
  });

  test('the elements of a list, one after the other', async () => {
    const f = fn(
      'void f(struct foo *foo)',
      'struct foo *pos;',
      'mutex_lock(&foo->lock);',
      'for (pos = foo->next; pos; pos = pos->next)',
      '\ttake(pos);',
      'mutex_unlock(&foo->lock);',
    );
    expect(await adding([take, f])).toEqual([]);
  });

  test('a device and its parent', async () => {
    const f = fn('void f(struct device *dev)', 'mutex_lock(&dev->parent->mutex);', 'mutex_lock(&dev->mutex);');
    expect(await adding([f])).toEqual([]);
  });

  test('a device mutex is never found through calls', async () => {
    const lock = fn('static void lock(struct device *dev)', 'mutex_lock(&dev->mutex);', 'mutex_unlock(&dev->mutex);');
    const f = fn('void f(struct device *dev)', 'mutex_lock(&dev->mutex);', 'lock(dev);', 'mutex_unlock(&dev->mutex);');
    expect(await adding([lock, f])).toEqual([]);
  });
});

describe('the same object, and yet no deadlock', () => {
  test('a nested subclass says that the author knows', async () => {
    const f = fn(
      'void f(struct foo *x)',
      'mutex_lock(&x->lock);',
      'mutex_lock_nested(&x->lock, SINGLE_DEPTH_NESTING);',
    );
    expect(await adding([f])).toEqual([]);
  });

  test('a trylock', async () => {
    const f = fn('void f(void)', 'mutex_lock(&big);', 'if (mutex_trylock(&big))', '\tmutex_unlock(&big);');
    expect(await adding([f])).toEqual([]);
  });

  test('two read sections of sleepable RCU', async () => {
    const f = fn('void f(void)', 'srcu_read_lock(&sleeping);', 'srcu_read_lock(&sleeping);');
    expect(await adding(['DEFINE_SRCU(sleeping);\n', f])).toEqual([]);
  });

  test('two readers of a semaphore do block: a writer may come between', async () => {
    const f = fn('void f(struct foo *foo)', 'down_read(&foo->sem);', 'down_read(&foo->sem);');
    expect(await adding([f])).toEqual(['self-deadlock introduced foo.sem']);
  });

  test('a lock that is only asserted to be held', async () => {
    const f = fn('static void f(struct foo *foo) __must_hold(&foo->lock)', 'mutex_lock(&foo->lock);');
    expect(await adding([f])).toEqual([]);
  });

  test('a lock that was let go in between', async () => {
    const f = fn(
      'void f(void)',
      'mutex_lock(&big);',
      'mutex_unlock(&big);',
      'mutex_lock(&big);',
      'mutex_unlock(&big);',
    );
    expect(await adding([f])).toEqual([]);
  });

  test('a lock that is taken on one branch and taken on the other', async () => {
    const f = fn('void f(int x)', 'if (x) mutex_lock(&big);', 'if (!x) mutex_lock(&big);', 'mutex_unlock(&big);');
    expect(await adding([f])).toEqual([]);
  });
});
