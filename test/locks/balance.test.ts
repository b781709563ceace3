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
