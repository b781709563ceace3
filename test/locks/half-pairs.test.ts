import { describe, expect, test } from 'vitest';
import { fileOf, fn, LOCKS, PROBE, reviewOf, treeOf } from './tree-of.ts';

describe('a wrapper that gives back', () => {
  const end = fn('static void end(void)', 'mutex_unlock(&a);');

  test('what nobody is known to take is half a pair, and not believed', async () => {
    const clever = fn('static void begin(struct foo *foo)', 'if (foo->state)', '\tmutex_lock(&a);');
    const user = fn('void user(struct foo *foo)', 'begin(foo);', PROBE, 'end();');
    const tree = await fileOf(LOCKS, clever, end, user);
    expect(tree.effects('end')).toEqual(['may release a']);
    expect(tree.effects('user')).toEqual([]);
  });

  test('what a caller holds is the end of a section', async () => {
    const user = fn('void user(void)', 'mutex_lock(&a);', PROBE, 'end();');
    const again = fn('void again(void)', 'end();');
    const last = fn('void last(void)', 'mutex_lock(&a);', 'again();');
    expect((await fileOf(LOCKS, end, user, again, last)).effects('again')).toEqual(['releases a']);
  });

  test('what its caller does not hold is half a pair, though others take the lock', async () => {
    const start = fn('void start(void)', 'mutex_lock(&a);');
    const hidden = fn('static void hidden(struct foo *foo)', 'foo->take(foo);', 'mutex_unlock(&a);');
    const user = fn('void user(struct foo *foo)', 'hidden(foo);');
    const tree = await fileOf(LOCKS, start, hidden, user);
    expect(tree.effects('hidden')).toEqual(['may release a']);
    expect(tree.effects('user')).toEqual([]);
  });

  test('who is called through a slot only is paired with whom its file has', async () => {
    const stop = fn('static void stop(struct seq *s)', 'mutex_unlock(&a);');
    const start = fn('static void start(struct seq *s)', 'mutex_lock(&a);');
    expect((await fileOf(LOCKS, start, stop)).effects('stop')).toEqual(['releases a']);
    expect((await fileOf(LOCKS, stop)).effects('stop')).toEqual(['may release a']);
  });
});

describe('a wrapper that tries', () => {
  const tries = fn('static int get(struct foo *foo)', 'if (!mutex_trylock(&foo->lock))', '\treturn -1;', 'return 0;');

  test('holds the lock afterwards, and never waits for it', async () => {
    const user = fn('void user(struct foo *foo)', 'mutex_lock(&a);', 'if (get(foo))', '\treturn;', PROBE);
    const tree = await fileOf(LOCKS, tries, user);
    expect(tree.heldAt('user')).toEqual(['a+foo.lock']);
    expect(tree.takes('user')).toContain('foo.lock try');
  });

  test('is no half of a proof', async () => {
    const other = fn('void other(struct foo *foo)', 'mutex_lock(&foo->lock);', 'mutex_lock(&a);');
    const user = fn('void user(struct foo *foo)', 'mutex_lock(&a);', 'if (get(foo))', '\treturn;', 'step();');
    const before = { 'x.c': `static void nothing(void) { }\n${LOCKS}${tries}${other}` };
    expect((await reviewOf(before, { 'x.c': before['x.c'] + user })).verdicts).toEqual([]);
  });
});

test('two parameters together tell whether a lock is taken', async () => {
  const lower = fn(
    'static void lower(struct foo *foo, int locked)',
    'if (foo) {',
    'if (!locked)',
    '\tmutex_lock(&foo->lock);',
    '}',
  );
  const user = fn('void user(struct bar *bar)', 'lower(&bar->inner, 0);', PROBE);
  const without = fn('void without(struct bar *bar)', 'lower(&bar->inner, 1);', PROBE);
  const tree = await fileOf(LOCKS, 'struct bar { struct foo inner; };\n', lower, user, without);
  expect(tree.heldAt('user')).toEqual(['foo.lock']);
  expect(tree.heldAt('without')).toEqual(['-']);
});

test('what is known of a sign lasts: less, equal, greater', async () => {
  const f = fn(
    'int f(struct foo *foo)',
    'int ret;',
    'mutex_lock(&a);',
    'ret = step(foo);',
    'if (ret)',
    '\tmutex_unlock(&a);',
    'if (ret < 0)',
    '\treturn ret;',
    'if (ret > 0)',
    '\treturn 0;',
    PROBE,
    'mutex_unlock(&a);',
    'return 0;',
  );
  const tree = await fileOf(LOCKS, f);
  expect(tree.heldAt('f')).toEqual(['a']);
  expect(tree.effects('f')).toEqual([]);
});

test('a macro may take a lock of a variable of whoever uses it', async () => {
  const macro = '#define note(text) do { spin_lock(&foo->spin); print(text); spin_unlock(&foo->spin); } while (0)\n';
  const tree = await treeOf({
    'x.h': macro,
    'x.c': LOCKS + fn('void user(struct foo *foo)', 'mutex_lock(&a);', 'note("x");', 'mutex_unlock(&a);'),
  });
  expect(tree.orders('user')).toEqual(['a > foo.spin']);
});

test('a guard may take a field of its argument', async () => {
  const guards = 'DEFINE_GUARD(foo_read, struct foo *, down_read(&_T->sem), up_read(&_T->sem))\n';
  const tree = await treeOf({
    'x.c': LOCKS + guards + fn('void user(struct foo *foo)', 'guard(foo_read)(foo);', PROBE),
  });
  expect(tree.heldAt('user')).toEqual(['foo.sem shared']);
});

test('of two structs of one name and folder, the one that has the lock is meant', async () => {
  const tree = await treeOf({
    'a.h': 'struct ctrl { int n; };\n',
    'b.h': 'struct ctrl { struct mutex reset; };\n',
    'x.c': fn('void user(struct ctrl *ctrl)', 'mutex_lock(&ctrl->reset);'),
  });
  expect(tree.takes('user')).toEqual(['b.h:ctrl.reset']);
});

test('a wound/wait lock that its context holds already is taken all the same', async () => {
  const lock = fn(
    'static int obj_lock(struct foo *foo, struct ww *ww)',
    'int ret = mutex_lock_interruptible(&foo->lock);',
    'if (ret == -EALREADY)',
    '\tret = 0;',
    'return ret;',
  );
  const pin = fn(
    'int pin(struct foo *foo)',
    'obj_lock(foo, NULL);',
    'step();',
    'mutex_unlock(&foo->lock);',
    'return 0;',
  );
  const tree = await fileOf(LOCKS, lock, pin);
  expect(tree.effects('obj_lock')).toEqual(['takes foo.lock if zero']);
  expect(tree.effects('pin')).toEqual([]);
});

test('who waits until a trylock succeeds has the lock', async () => {
  const down = fn('static void down(struct foo *foo)', 'wait_event(foo->waiters, down_read_trylock(&foo->sem));');
  expect((await fileOf(LOCKS, down)).effects('down')).toEqual(['takes foo.sem']);
});

test('what decides whether a lock is taken may be what is returned', async () => {
  const get = fn(
    'static struct foo *get(struct foo *foo)',
    'if (foo->parent)',
    '\tmutex_lock(&foo->parent->lock);',
    'return foo->parent;',
  );
  expect((await fileOf(LOCKS, get)).effects('get')).toEqual(['takes foo.lock if nonzero']);
});

test('a lock of the caller that is let go and taken again by another name comes back', async () => {
  const give = fn(
    'static void give(struct foo *foo, struct req *req)\n__releases(foo->lock)\n__acquires(foo->lock)',
    'struct foo *own = req->foo;',
    'mutex_unlock(&own->lock);',
    'step();',
    'mutex_lock(&own->lock);',
  );
  const tree = await fileOf(LOCKS, 'struct req { struct foo *foo; };', give);
  expect(tree.effects('give')).toEqual(['expects foo.lock']);
});
