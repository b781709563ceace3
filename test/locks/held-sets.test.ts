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

describe('straight lines', () => {
  test('a lock is held between its lock and its unlock', async () => {
    expect(await all('mutex_lock(&a);', PROBE, 'mutex_unlock(&a);', PROBE_2)).toEqual({
      at: ['a'],
      later: ['-'],
      effects: [],
    });
  });

  test('two locks may be released in the order in which they were taken', async () => {
    const lines = ['mutex_lock(&a);', 'mutex_lock(&b);', 'mutex_unlock(&a);', PROBE, 'mutex_unlock(&b);', PROBE_2];
    expect(await all(...lines)).toMatchObject({ at: ['b'], later: ['-'] });
  });

  test('shared and exclusive are told apart', async () => {
    expect(await heldAt('down_read(&foo->sem);', PROBE, 'up_read(&foo->sem);')).toEqual(['foo.sem shared']);
    expect(await heldAt('down_write(&foo->sem);', PROBE, 'up_write(&foo->sem);')).toEqual(['foo.sem']);
  });

  test('downgrade_write() leaves the lock held for readers', async () => {
    const lines = ['down_write(&foo->sem);', 'downgrade_write(&foo->sem);', PROBE, 'up_read(&foo->sem);', PROBE_2];
    expect(await all(...lines)).toEqual({ at: ['foo.sem shared'], later: ['-'], effects: [] });
  });

  test('the flags of spin_lock_irqsave() are no part of the lock', async () => {
    const lines = ['unsigned long flags;', 'spin_lock_irqsave(&foo->spin, flags);', PROBE];
    expect(await all(...lines, 'spin_unlock_irqrestore(&foo->spin, flags);', PROBE_2)).toMatchObject({
      at: ['foo.spin'],
      later: ['-'],
    });
  });

  test('a lock may be let go by another name', async () => {
    const lines = ['struct mutex *m = &foo->lock;', 'mutex_lock(m);', 'mutex_unlock(&foo->lock);', PROBE];
    expect(await heldAt(...lines)).toEqual(['-']);
  });

  test('a lock may be taken inside a larger expression', async () => {
    expect(await heldAt('int r = ({ mutex_lock(&a); 1; });', PROBE)).toEqual(['a']);
    expect(await heldAt('mutex_lock(&a), use(foo);', PROBE)).toEqual(['a']);
  });

  test('the lock of a parent and the lock of its child are two objects', async () => {
    const lines = ['mutex_lock(&foo->parent->lock);', 'mutex_lock(&foo->lock);', 'mutex_unlock(&foo->parent->lock);'];
    expect(await all(...lines, PROBE, 'mutex_unlock(&foo->lock);', PROBE_2)).toMatchObject({
      at: ['foo.lock'],
      later: ['-'],
    });
  });
});

describe('ways out', () => {
  test('goto unwinds what was taken, label by label', async () => {
    const result = await all(
      'int ret = -EINVAL;',
      'mutex_lock(&a);',
      'if (broken()) goto out_a;',
      'mutex_lock(&b);',
      'if (broken()) goto out_b;',
      PROBE,
      'ret = 0;',
      'out_b:',
      'mutex_unlock(&b);',
      'out_a:',
      'mutex_unlock(&a);',
      PROBE_2,
      'return ret;',
    );
    expect(result).toEqual({ at: ['a+b'], later: ['-'], effects: [] });
  });

  test('an early return without the lock is no leak', async () => {
    const lines = ['if (!foo) return -EINVAL;', 'mutex_lock(&a);', PROBE, 'mutex_unlock(&a);', 'return 0;'];
    expect(await all(...lines)).toMatchObject({ at: ['a'], effects: [] });
  });

  test('what follows a return of one branch is held on the other alone', async () => {
    const lines = ['mutex_lock(&a);', 'if (flag) {', 'mutex_unlock(&a);', 'return 1;', '}', PROBE, 'mutex_unlock(&a);'];
    expect(await heldAt(...lines)).toEqual(['a']);
  });

  test('code after BUG() is not reached', async () => {
    expect(await heldAt('mutex_lock(&a);', 'if (flag) {', 'mutex_unlock(&a);', 'BUG();', '}', PROBE)).toEqual(['a']);
  });
});

describe('loops', () => {
  test('a lock taken and released in each round is not held after it', async () => {
    const lines = ['int i;', 'for (i = 0; i < 4; i++) {', 'mutex_lock(&a);', PROBE, 'mutex_unlock(&a);', '}', PROBE_2];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('break with the lock held and the end of the loop without it are both followed', async () => {
    const lines = ['while (broken()) {', 'mutex_lock(&a);', 'if (flag) break;', 'mutex_unlock(&a);', '}', PROBE];
    expect(await heldAt(...lines)).toEqual(['-', 'a']);
  });

  test('continue releases nothing', async () => {
    const lines = ['mutex_lock(&a);', 'while (broken()) {', 'if (flag) continue;', PROBE, '}', 'mutex_unlock(&a);'];
    expect(await all(...lines, PROBE_2)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('the body of do … while (0) is passed once', async () => {
    expect(await heldAt('do {', 'mutex_lock(&a);', '} while (0);', PROBE, 'mutex_unlock(&a);')).toEqual(['a']);
  });

  test('the body of a list_for_each_entry() may be left out', async () => {
    const lines = [
      'struct foo *pos;',
      'list_for_each_entry(pos, &foo->list, node) {',
      'mutex_lock(&a);',
      'break;',
      '}',
    ];
    expect(await heldAt(...lines, PROBE)).toEqual(['-', 'a']);
  });

  test('unlock, retry by goto', async () => {
    const result = await all(
      'again:',
      'mutex_lock(&a);',
      'if (broken()) {',
      'mutex_unlock(&a);',
      'goto again;',
      '}',
      PROBE,
      'mutex_unlock(&a);',
      PROBE_2,
      'return 0;',
    );
    expect(result).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('for (;;) is left by break alone', async () => {
    expect(await heldAt('for (;;) {', 'mutex_lock(&a);', 'if (flag) break;', 'mutex_unlock(&a);', '}', PROBE)).toEqual([
      'a',
    ]);
  });
});

describe('switch', () => {
  test('a case falls through to the next', async () => {
    const lines = ['switch (flag) {', 'case 1:', 'mutex_lock(&a);', 'fallthrough;', 'case 2:', PROBE, 'break;', '}'];
    expect(await heldAt(...lines)).toEqual(['-', 'a']);
  });

  test('a case that breaks does not', async () => {
    const lines = ['switch (flag) {', 'case 1:', 'mutex_lock(&a);', 'break;', 'case 2:', PROBE, 'break;', '}'];
    expect(await heldAt(...lines)).toEqual(['-']);
  });
});

describe('scopes', () => {
  test('guard() holds to the end of its scope', async () => {
    const lines = ['{', 'guard(mutex)(&a);', PROBE, '}', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('guard() is let go at every return', async () => {
    const lines = ['guard(mutex)(&a);', 'if (flag) return -EINVAL;', PROBE, 'return 0;'];
    expect(await all(...lines)).toMatchObject({ at: ['a'], effects: [] });
  });

  test('guard() is let go by a goto that leaves its scope', async () => {
    const lines = [
      'if (flag) {',
      'guard(mutex)(&a);',
      'if (broken()) goto out;',
      PROBE,
      '}',
      'out:',
      PROBE_2,
      'return 0;',
    ];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('guard() in a loop is let go by break, continue and the end of a round', async () => {
    const lines = [
      'while (broken()) {',
      PROBE_2,
      'guard(mutex)(&a);',
      'if (flag) break;',
      'if (foo) continue;',
      PROBE,
      '}',
    ];
    expect(await all(...lines, PROBE_2, 'return 0;')).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('scoped_guard() holds in its block alone', async () => {
    const lines = ['scoped_guard(mutex, &a) {', PROBE, '}', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('scoped_guard() of one statement', async () => {
    expect(await all('scoped_guard(mutex, &a)', PROBE.split('; ')[0] ?? '', ';', PROBE_2)).toMatchObject({ at: ['a'] });
  });

  test('a return out of scoped_guard() leaves nothing held', async () => {
    const lines = [
      'scoped_guard(spinlock_irqsave, &foo->spin) {',
      'if (flag) return 1;',
      PROBE,
      '}',
      PROBE_2,
      'return 0;',
    ];
    expect(await all(...lines)).toEqual({ at: ['foo.spin'], later: ['-'], effects: [] });
  });

  test('scoped_cond_guard() holds in its block alone', async () => {
    const lines = ['scoped_cond_guard(mutex_intr, return -EINTR, &a) {', PROBE, '}', PROBE_2, 'return 0;'];
    expect(await all(...lines)).toEqual({ at: ['a'], later: ['-'], effects: [] });
  });

  test('CLASS() of a guard class holds to the end of its scope', async () => {
    expect(await all('{', 'CLASS(mutex, held)(&a);', PROBE, '}', PROBE_2)).toMatchObject({ at: ['a'] });
  });

  test('two guards in one scope', async () => {
    const lines = ['{', 'guard(mutex)(&a);', 'guard(spinlock)(&foo->spin);', PROBE, '}', PROBE_2];
    expect(await all(...lines)).toMatchObject({ at: ['a+foo.spin'], later: ['-'] });
  });
});

describe('locks of the caller', () => {
  test('lockdep_assert_held() says what is held on entry', async () => {
    const tree = await fileOf(
      LOCKS,
      fn('static void work(void)', 'mutex_lock(&a);', 'mutex_unlock(&a);'),
      fn('void f(struct foo *foo)', 'lockdep_assert_held(&foo->lock);', 'work();'),
    );
    expect(tree.heldCalling('f', 'work')).toEqual(['foo.lock']);
    expect(tree.effects('f')).toEqual([]);
  });

  test('lockdep_assert_held() after the lock was taken here adds nothing', async () => {
    const lines = ['mutex_lock(&foo->lock);', 'lockdep_assert_held(&foo->lock);', 'mutex_unlock(&foo->lock);', PROBE];
    expect(await heldAt(...lines)).toEqual(['-']);
  });

  test('__must_hold() says what is held on entry', async () => {
    const tree = await fileOf(LOCKS, fn('static void f(struct foo *foo) __must_hold(&foo->lock)', PROBE));
    expect(tree.heldAt('f')).toEqual(['foo.lock']);
  });

  test('a lock of the caller that is let go and taken back stays as it was', async () => {
    const tree = await fileOf(
      LOCKS,
      fn(
        'static void f(struct foo *foo) __must_hold(&foo->lock)',
        'mutex_unlock(&foo->lock);',
        PROBE,
        'mutex_lock(&foo->lock);',
        PROBE_2,
      ),
    );
    expect(tree.heldAt('f')).toEqual(['-']);
    expect(tree.effects('f')).toEqual(['expects foo.lock']);
  });

  test('without an annotation, too, unlock and lock of the caller cancel out', async () => {
    const tree = await fileOf(LOCKS, fn('void f(struct foo *foo)', 'mutex_unlock(&a);', PROBE, 'mutex_lock(&a);'));
    expect(tree.effects('f')).toEqual(['expects a']);
  });

  test('a macro that does so through its parameter expects it too', async () => {
    const tree = await fileOf(
      LOCKS,
      '#define call_out(_f) do { if ((_f)->state) { spin_unlock(&_f->spin); step(); spin_lock(&_f->spin); } } while (0)',
      fn('void f(struct foo *foo)', 'call_out(foo);'),
      fn('void g(struct foo *foo)', 'spin_lock(&foo->spin);', 'f(foo);', 'spin_unlock(&foo->spin);'),
    );
    expect(tree.effects('f')).toEqual(['expects foo.spin']);
    expect(tree.orders('g')).toEqual([]);
  });

  test('a lock handed over to be released by the callee is held no more', async () => {
    const tree = await fileOf(
      LOCKS,
      fn('static void finish(struct foo *foo)', 'mutex_unlock(&foo->lock);'),
      fn('void f(struct foo *foo)', 'mutex_lock(&foo->lock);', 'finish(foo);', PROBE),
    );
    expect(tree.heldAt('f')).toEqual(['-']);
    expect(tree.effects('f')).toEqual([]);
  });

  test('a lock that the callee drops and takes back is not held over what it does meanwhile', async () => {
    const tree = await fileOf(
      LOCKS,
      fn('static void pause(void)', 'mutex_unlock(&a);', 'mutex_lock(&b);', 'mutex_unlock(&b);', 'mutex_lock(&a);'),
      fn('void f(void)', 'mutex_lock(&a);', 'pause();', PROBE, 'mutex_unlock(&a);'),
    );
    expect(tree.heldAt('f')).toEqual(['a']);
    expect(tree.summary('pause').acquisitions.map((taken) => taken.dropped.length)).toContain(1);
  });
});
