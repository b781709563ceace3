import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf } from './tree-of.ts';

// the first function of the tree is one without locks
const HEAD =
  'static void nothing(void) { }\nDEFINE_MUTEX(a);\nstruct foo { struct mutex lock; int state; };\nint step(int n);\n';
const SOUND = fn(
  'int work(struct foo *foo, int n)',
  'int ret;',
  'mutex_lock(&a);',
  'ret = step(n);',
  'mutex_unlock(&a);',
  'return ret;',
);

/** What a patch that turns one function into another introduces or fixes. */
async function turning(before: string, after: string, more = ''): Promise<string[]> {
  const files: Files = { 'a.c': HEAD, 'x.c': before + more };
  return (await reviewOf(files, { 'x.c': after + more })).verdicts;
}

const work = (...body: string[]): string => fn('int work(struct foo *foo, int n)', 'int ret;', ...body);

describe('ways out that forget a lock', () => {
  test('an early return between lock and unlock', async () => {
    const after = work(
      'mutex_lock(&a);',
      'if (n < 0)',
      '\treturn -EINVAL;',
      'ret = step(n);',
      'mutex_unlock(&a);',
      'return ret;',
    );
    expect(await turning(SOUND, after)).toEqual(['missing-unlock introduced a']);
    expect(await turning(after, SOUND)).toEqual(['missing-unlock fixed a']);
  });

  test('an unlock that is gone', async () => {
    const after = work('mutex_lock(&a);', 'ret = step(n);', 'return ret;');
    expect(await turning(SOUND, after)).toEqual(['missing-unlock introduced a']);
  });

  test('one of two labels', async () => {
    const after = work(
      'mutex_lock(&a);',
      'ret = step(n);',
      'if (ret)',
      '\tgoto out;',
      'mutex_unlock(&a);',
      'return 0;',
      'out:',
      'return ret;',
    );
    expect(await turning(SOUND, after)).toEqual(['missing-unlock introduced a']);
  });

  test('it says where the lock was taken and which way out forgets it', async () => {
    const after = work(
      'mutex_lock(&a);',
      'if (n < 0)',
      '\treturn -EINVAL;',
      'ret = step(n);',
      'mutex_unlock(&a);',
      'return ret;',
    );
    const { findings } = await reviewOf({ 'a.c': HEAD, 'x.c': SOUND }, { 'x.c': after });
    expect(findings[0]?.paths[0]).toMatchObject({
      chain: [{ function: 'work', file: 'x.c' }],
      acquire: { file: 'x.c', line: 4 },
      wait: { file: 'x.c', line: 6 },
    });
  });

  test('a function that was a wrapper before and is one now is as it should be', async () => {
    const wrapper = (more: string): string => work('mutex_lock(&a);', more, 'return 0;');
    expect(await turning(wrapper(''), wrapper('foo->state = 1;'))).toEqual([]);
  });

  test('a trylock that failed holds nothing', async () => {
    const after = work(
      'if (!mutex_trylock(&a))',
      '\treturn -EBUSY;',
      'ret = step(n);',
      'mutex_unlock(&a);',
      'return ret;',
    );
    expect(await turning(SOUND, after)).toEqual([]);
  });

  test('a guard is let go by every return', async () => {
    const after = work('guard(mutex)(&a);', 'if (n < 0)', '\treturn -EINVAL;', 'return step(n);');
    expect(await turning(SOUND, after)).toEqual([]);
  });

  test('a lock under a condition and its unlock under the same', async () => {
    const after = work('if (n)', '\tmutex_lock(&a);', 'ret = step(n);', 'if (n)', '\tmutex_unlock(&a);', 'return ret;');
    expect(await turning(SOUND, after)).toEqual([]);
  });

  test.each([
    [
      'a lock that is dropped in a loop',
      'mutex_lock(&a);',
      'while (step(n)) {',
      'mutex_unlock(&a);',
      'cond_resched();',
      'mutex_lock(&a);',
      '}',
      'mutex_unlock(&a);',
      'return 0;',
    ],
    [
      'a wait that ends without the lock',
      'mutex_lock(&a);',
      'while (!foo->state) {',
      'mutex_unlock(&a);',
      'if (step(n))',
      '\treturn -EINTR;',
      'mutex_lock(&a);',
      '}',
      'mutex_unlock(&a);',
      'return 0;',
    ],
    [
      'a retry that gives up',
      'for (;;) {',
      'mutex_lock(&a);',
      'if (!step(n))',
      '\tbreak;',
      'mutex_unlock(&a);',
      'if (n--)',
      '\tcontinue;',
      'return -EBUSY;',
      '}',
      'mutex_unlock(&a);',
      'return 0;',
    ],
    [
      'an unlock in both arms',
      'mutex_lock(&a);',
      'if (n) {',
      'mutex_unlock(&a);',
      'step(n);',
      '} else {',
      'mutex_unlock(&a);',
      '}',
      'return 0;',
    ],
    [
      'one label for ways with and without',
      'ret = -ENOMEM;',
      'if (!foo)',
      '\tgoto out;',
      'ret = mutex_lock_killable(&a);',
      'if (ret < 0)',
      '\tgoto out;',
      'ret = step(n);',
      'mutex_unlock(&a);',
      'out:',
      'return ret;',
    ],
    [
      'a lock for one kind of caller',
      'if (n)',
      '\tdown_write(&sem);',
      'else',
      '\tdown_read(&sem);',
      'step(n);',
      'if (n)',
      '\tup_write(&sem);',
      'else',
      '\tup_read(&sem);',
      'return 0;',
    ],
  ])('%s', async (_, ...body) => {
    expect(await turning(SOUND, work(...body))).toEqual([]);
  });

  test('a way out on which a WARN_ON fired', async () => {
    const after = work(
      'mutex_lock(&a);',
      'if (WARN_ON(n < 0))',
      '\treturn -EINVAL;',
      'ret = step(n);',
      'mutex_unlock(&a);',
      'return ret;',
    );
    expect(await turning(SOUND, after)).toEqual([]);
  });
});

describe('locks let go twice', () => {
  test('a label that unlocks what the way to it has unlocked', async () => {
    const after = work(
      'mutex_lock(&a);',
      'ret = step(n);',
      'if (ret) {',
      'mutex_unlock(&a);',
      'goto out;',
      '}',
      'out:',
      'mutex_unlock(&a);',
      'return ret;',
    );
    expect(await turning(SOUND, after)).toEqual(['double-unlock introduced a']);
  });

  test('comes and goes within a series', async () => {
    const bad = work(
      'mutex_lock(&a);',
      'ret = step(n);',
      'if (ret)',
      '\tmutex_unlock(&a);',
      'mutex_unlock(&a);',
      'return ret;',
    );
    const { findings } = await reviewOf({ 'a.c': HEAD, 'x.c': SOUND }, { 'x.c': bad }, { 'x.c': SOUND });
    expect(findings).toMatchObject([{ kind: 'double-unlock', verdict: 'transient', introducedBy: 1, fixedBy: 2 }]);
  });
});

describe('sections and semaphores', () => {
  test('an early return inside a read section of RCU', async () => {
    const section = (more: string): string =>
      work('rcu_read_lock();', 'ret = step(n);', more, 'rcu_read_unlock();', 'return ret;');
    expect(await turning(section(''), section('if (ret) return ret;'))).toEqual(['missing-unlock introduced rcu']);
  });

  test('a read section that ends twice', async () => {
    const section = (more: string): string =>
      work('rcu_read_lock();', 'ret = step(n);', 'if (ret)', `\t${more}`, 'rcu_read_unlock();', 'return ret;');
    expect(await turning(section('step(0);'), section('rcu_read_unlock();'))).toEqual(['double-unlock introduced rcu']);
  });

  test('a semaphore that one error path keeps', async () => {
    const down = (more: string): string =>
      fn(
        'int work(struct semaphore *sem, int n)',
        'int ret;',
        'if (down_interruptible(&gate))',
        '\treturn -EINTR;',
        'ret = step(n);',
        'if (ret) {',
        more,
        '\treturn -EIO;',
        '}',
        'up(&gate);',
        'return ret;',
      );
    const head = 'struct semaphore gate;\n';
    expect(await turning(head + down('up(&gate);'), head + down(''))).toEqual(['missing-unlock introduced gate']);
  });
});

describe('one fault', () => {
  const part = (name: string, more: string): string =>
    fn(`int ${name}(int n)`, 'int ret;', 'mutex_lock(&a);', 'ret = step(n);', more, 'mutex_unlock(&a);', 'return ret;');

  test('in two functions is one finding with two places', async () => {
    const both = (more: string): string => part('one', more) + part('two', more);
    const { findings } = await reviewOf({ 'a.c': HEAD, 'x.c': both('') }, { 'x.c': both('if (ret) return ret;') });
    expect(findings.map((f) => f.paths.map((path) => path.chain[0]?.function))).toEqual([['one', 'two']]);
  });

  test('of a callee is not told again of its callers', async () => {
    const get = (more: string): string =>
      fn('static int get(int n)', 'mutex_lock(&a);', 'if (n) {', more, 'return -EIO;', '}', 'return 0;');
    const callers = ['one', 'two'].map((name) =>
      fn(`int ${name}(int n)`, 'int ret = get(n);', 'if (ret)', '\treturn ret;', 'mutex_unlock(&a);', 'return 0;'),
    );
    const before = get('mutex_unlock(&a);') + callers.join('');
    expect(await turning(before, get('') + callers.join(''))).toEqual(['missing-unlock introduced a']);
  });
});

describe('a callee that lets go of the lock and takes it again', () => {
  const callee = fn('static void drain(int n)', 'mutex_unlock(&a);', 'step(n);', 'mutex_lock(&a);');

  test('expects it to be held', async () => {
    const before = fn('int work(int n)', 'mutex_lock(&a);', 'step(n);', 'drain(n);', 'mutex_unlock(&a);', 'return 0;');
    const after = fn('int work(int n)', 'mutex_lock(&a);', 'step(n);', 'mutex_unlock(&a);', 'drain(n);', 'return 0;');
    expect(await turning(callee + before, callee + after)).toEqual(['unlock-not-held introduced a']);
  });

  test('leaves it behind in a callback that nobody calls with it', async () => {
    const types = 'struct work_struct { int n; };\nstruct bar { struct work_struct poll; };\n';
    const run = (...body: string[]): string => fn('static void run(struct work_struct *work)', ...body);
    const setup = fn('void setup(struct bar *bar)', 'INIT_WORK(&bar->poll, run);');
    const before = types + callee + run('mutex_lock(&a);', 'drain(1);', 'mutex_unlock(&a);') + setup;
    const after = types + callee + run('drain(1);') + setup;
    expect(await turning(before, after)).toEqual(['missing-unlock introduced a']);
  });
});
