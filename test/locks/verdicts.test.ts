import { describe, expect, test } from 'vitest';
import { builtinRulesDir, loadRules } from '../../src/locks/index.ts';
import { type Files, fn, reviewOf, reviewWith, rules } from './tree-of.ts';

const GLOBALS = 'DEFINE_MUTEX(a);\nDEFINE_MUTEX(b);\nDEFINE_MUTEX(c);\nDEFINE_MUTEX(d);\n';

/** A function that takes these locks, each inside the one before. */
const nest = (name: string, ...locks: string[]): string =>
  fn(
    `void ${name}(void)`,
    ...locks.map((lock) => `mutex_lock(&${lock});`),
    ...[...locks].reverse().map((lock) => `mutex_unlock(&${lock});`),
  );

const idle = (name: string): string => fn(`void ${name}(void)`, 'done();');
const base: Files = { 'locks.c': GLOBALS, 'one.c': nest('one', 'a', 'b'), 'two.c': idle('two') };

describe('introduced', () => {
  test('two functions, each in the other order', async () => {
    const { verdicts, findings } = await reviewOf(base, { 'two.c': nest('two', 'b', 'a') });
    expect(verdicts).toEqual(['abba introduced a b']);
    expect(findings[0]).toMatchObject({ introducedBy: 1, fixedBy: null, reported: true, locks: ['b', 'a'] });
    expect(findings[0]?.perPatch).toMatchObject([{ patch: 1, verdict: 'introduced', added: 1, closed: 0 }]);
  });

  test('both halves by one patch', async () => {
    const { verdicts } = await reviewOf(
      { ...base, 'one.c': idle('one') },
      { 'one.c': base['one.c'] ?? '', 'two.c': nest('two', 'b', 'a') },
    );
    expect(verdicts).toEqual(['abba introduced a b']);
  });

  test('the two halves by two patches: the second one introduces it', async () => {
    const { findings } = await reviewOf(
      { ...base, 'one.c': idle('one') },
      { 'one.c': base['one.c'] ?? '' },
      { 'two.c': nest('two', 'b', 'a') },
    );
    expect(findings).toMatchObject([{ verdict: 'introduced', introducedBy: 2 }]);
  });

  test('through a wrapper in another file', async () => {
    const wrapped = {
      ...base,
      'wrap.c': fn('void a_lock(void)', 'mutex_lock(&a);') + fn('void a_unlock(void)', 'mutex_unlock(&a);'),
    };
    const two = fn('void two(void)', 'mutex_lock(&b);', 'a_lock();', 'a_unlock();', 'mutex_unlock(&b);');
    expect((await reviewOf(wrapped, { 'two.c': two })).verdicts).toEqual(['abba introduced a b']);
  });

  test('through calls: the patch adds the call, the locks were there', async () => {
    const before = {
      ...base,
      'below.c':
        fn('void below(void)', 'further();') + fn('void further(void)', 'mutex_lock(&a);', 'mutex_unlock(&a);'),
      'two.c':
        fn('void two(void)', 'mutex_lock(&b);', 'middle();', 'mutex_unlock(&b);') + fn('void middle(void)', 'done();'),
    };
    const after = {
      'two.c':
        fn('void two(void)', 'mutex_lock(&b);', 'middle();', 'mutex_unlock(&b);') + fn('void middle(void)', 'below();'),
    };
    const { verdicts, findings } = await reviewOf(before, after);
    expect(verdicts).toEqual(['abba introduced a b']);
    expect(findings[0]?.paths[0]?.chain.map((step) => step.function)).toEqual(['two', 'middle', 'below', 'further']);
  });

  test('the patch takes a lock at the end of calls that are made under another', async () => {
    const before = {
      ...base,
      'two.c':
        fn('void two(void)', 'mutex_lock(&b);', 'middle();', 'mutex_unlock(&b);') + fn('void middle(void)', 'below();'),
      'below.c': idle('below'),
    };
    const { verdicts } = await reviewOf(before, {
      'below.c': fn('void below(void)', 'mutex_lock(&a);', 'mutex_unlock(&a);'),
    });
    expect(verdicts).toEqual(['abba introduced a b']);
  });

  const OPS = 'struct ops { void (*go)(void); };\nextern struct ops *current_ops;\n';

  test('through a slot of an ops structure', async () => {
    const before = {
      ...base,
      'ops.h': OPS,
      'driver.c': `${idle('my_go')}static struct ops my_ops = { .go = my_go };\n`,
      'two.c': fn('void two(struct ops *ops)', 'mutex_lock(&b);', 'ops->go();', 'mutex_unlock(&b);'),
    };
    const after = { 'driver.c': `${nest('my_go', 'a')}static struct ops my_ops = { .go = my_go };\n` };
    const { verdicts, findings } = await reviewOf(before, after);
    expect(verdicts).toEqual(['abba introduced a b']);
    expect(findings[0]?.paths[0]?.chain.at(-1)).toMatchObject({ function: 'my_go', via: 'slot', slot: 'ops.go' });
  });

  test('through a slot that the patch begins to call', async () => {
    const before = {
      ...base,
      'ops.h': OPS,
      'driver.c': `${nest('my_go', 'a')}static struct ops my_ops = { .go = my_go };\n`,
      'two.c': 'void two(struct ops *ops) { mutex_lock(&b); mutex_unlock(&b); }\n',
    };
    const after = { 'two.c': 'void two(struct ops *ops) { mutex_lock(&b); ops->go(); mutex_unlock(&b); }\n' };
    expect((await reviewOf(before, after)).verdicts).toEqual(['abba introduced a b']);
  });

  test('through a callback that is handed to a function', async () => {
    const walk = fn('void walk(int n, void (*each)(int i))', 'int i;', 'for (i = 0; i < n; i++)', '\teach(i);');
    const visit = fn('static void visit(int i)', 'mutex_lock(&a);', 'mutex_unlock(&a);');
    const before = {
      ...base,
      'walk.c': walk,
      'two.c': visit + fn('void two(void)', 'mutex_lock(&b);', 'mutex_unlock(&b);'),
    };
    const after = { 'two.c': visit + fn('void two(void)', 'mutex_lock(&b);', 'walk(3, visit);', 'mutex_unlock(&b);') };
    expect((await reviewOf(before, after)).verdicts).toEqual(['abba introduced a b']);
  });

  test('a file that the patch adds', async () => {
    expect((await reviewOf(base, { 'new.c': nest('three', 'b', 'a') })).verdicts).toEqual(['abba introduced a b']);
  });

  test('a wrapper of others begins to take a lock', async () => {
    const before = {
      ...base,
      'wrap.c': fn('void enter(void)', 'done();') + fn('void leave(void)', 'done();'),
      'two.c': fn('void two(void)', 'enter();', 'mutex_lock(&a);', 'mutex_unlock(&a);', 'leave();'),
    };
    const after = { 'wrap.c': fn('void enter(void)', 'mutex_lock(&b);') + fn('void leave(void)', 'mutex_unlock(&b);') };
    expect((await reviewOf(before, after)).verdicts).toEqual(['abba introduced a b']);
  });

  test('a trylock waits for nobody', async () => {
    const two = fn(
      'void two(void)',
      'mutex_lock(&b);',
      'if (mutex_trylock(&a))',
      '\tmutex_unlock(&a);',
      'mutex_unlock(&b);',
    );
    expect((await reviewOf(base, { 'two.c': two })).verdicts).toEqual([]);
  });

  test('a lock that is let go before the other is taken makes no order', async () => {
    const two = fn('void two(void)', 'mutex_lock(&b);', 'mutex_unlock(&b);', 'mutex_lock(&a);', 'mutex_unlock(&a);');
    expect((await reviewOf(base, { 'two.c': two })).verdicts).toEqual([]);
  });

  test('a lock that the callee lets go first makes no order', async () => {
    const pause = (meanwhile: string): string =>
      fn('void pause(void)', 'mutex_unlock(&b);', meanwhile, 'mutex_lock(&b);') +
      fn('void two(void)', 'mutex_lock(&b);', 'pause();', 'mutex_unlock(&b);');
    const after = { 'two.c': pause('mutex_lock(&a); mutex_unlock(&a);') };
    expect((await reviewOf({ ...base, 'two.c': pause('done();') }, after)).verdicts).toEqual([]);
  });

  test('the same order once more is no finding', async () => {
    expect((await reviewOf(base, { 'two.c': nest('two', 'a', 'b') })).verdicts).toEqual([]);
  });

  test('a patch that touches no lock is no finding', async () => {
    const inverted = { ...base, 'two.c': nest('two', 'b', 'a') };
    expect((await reviewOf(inverted, { 'new.c': idle('three') })).verdicts).toEqual([]);
  });
});

const inverted: Files = { ...base, 'two.c': nest('two', 'b', 'a') };

describe('what was inverted before', () => {
  test('another path is a new path', async () => {
    const { findings } = await reviewOf(inverted, { 'three.c': nest('three', 'b', 'a') });
    expect(findings).toMatchObject([{ verdict: 'new-path', introducedBy: 1, fixedBy: null }]);
    expect(findings[0]?.paths[0]?.chain[0]).toMatchObject({ function: 'three' });
  });

  test('the last path of one order gone is a fix', async () => {
    const { findings } = await reviewOf(inverted, { 'two.c': nest('two', 'a', 'b') });
    expect(findings).toMatchObject([{ verdict: 'fixed', introducedBy: null, fixedBy: 1 }]);
    expect(findings[0]?.statistics).toMatchObject({ remaining: 0, closed: 1 });
  });

  test('a function that is removed with its file is a fix', async () => {
    expect((await reviewOf(inverted, { 'two.c': null })).verdicts).toEqual(['abba fixed a b']);
  });

  test('one of several paths gone is narrowed, and says how many remain', async () => {
    const before = { ...inverted, 'three.c': nest('three', 'b', 'a') };
    const { findings } = await reviewOf(before, { 'two.c': idle('two') });
    expect(findings).toMatchObject([{ verdict: 'narrowed', introducedBy: null, fixedBy: null }]);
    expect(findings[0]?.statistics.closed).toBe(1);
    expect(findings[0]?.statistics.remaining).toBeGreaterThan(0);
  });

  test('a patch that touches the functions and leaves the orders is no finding that leaves the dashboard', async () => {
    const { findings, judgement } = await reviewOf(inverted, { 'two.c': `${idle('more')}\n${inverted['two.c']}` });
    expect(findings.filter((finding) => finding.reported)).toEqual([]);
    expect(judgement.unlisted.preExisting).toBe(findings.length);
  });

  test('introduced by one patch and gone by another is transient', async () => {
    const { findings } = await reviewOf(base, { 'two.c': nest('two', 'b', 'a') }, { 'two.c': nest('two', 'a', 'b') });
    expect(findings).toMatchObject([{ verdict: 'transient', introducedBy: 1, fixedBy: 2 }]);
    expect(findings[0]?.perPatch.map((effect) => effect.verdict)).toEqual(['introduced', 'fixed']);
  });

  test('a fix by the second patch is fixed by the second patch', async () => {
    const { findings } = await reviewOf(inverted, { 'new.c': idle('three') }, { 'two.c': idle('two') });
    expect(findings).toMatchObject([{ verdict: 'fixed', fixedBy: 2 }]);
  });

  test('a path that moves to another function of its file and back is no finding', async () => {
    const { findings } = await reviewOf(inverted, { 'two.c': idle('two') }, { 'two.c': inverted['two.c'] ?? '' });
    expect(findings.filter((finding) => finding.verdict !== 'transient' && finding.verdict !== 'pre-existing')).toEqual(
      [],
    );
  });
});

describe('gates', () => {
  const gated = { 'locks.c': GLOBALS, 'one.c': nest('one', 'c', 'a', 'b'), 'two.c': idle('two') };

  test('a third lock that both paths hold first makes the cycle impossible', async () => {
    const { findings } = await reviewOf(gated, { 'two.c': nest('two', 'c', 'b', 'a') });
    expect(findings.map((finding) => finding.verdict)).toEqual(['gated']);
    expect(findings[0]?.notes).toEqual([expect.stringContaining('both paths hold c')]);
  });

  test('different third locks do not', async () => {
    const { findings } = await reviewOf(gated, { 'two.c': nest('two', 'd', 'b', 'a') });
    expect(findings.map((finding) => finding.verdict)).toEqual(['introduced']);
  });

  test('a third lock taken after the first one of a path does not', async () => {
    const { verdicts } = await reviewOf(gated, { 'two.c': nest('two', 'b', 'c', 'a') });
    expect(verdicts).toContain('abba introduced b c');
  });
});

describe('proof and evidence', () => {
  test('both halves wait for what the other holds', async () => {
    const { findings } = await reviewOf(base, { 'two.c': nest('two', 'b', 'a') });
    const [one, two] = findings[0]?.paths ?? [];
    expect([one?.holds, one?.waits, two?.holds, two?.waits]).toEqual(['b', 'a', 'a', 'b']);
  });

  test('the chain says where the lock is taken, where each call is made and where the other is waited for', async () => {
    const before = {
      ...base,
      'two.c': ['void inner(void)', '{', '\tdone();', '\tmutex_lock(&a);', '\tmutex_unlock(&a);', '}', ''].join('\n'),
    };
    const after = [
      'void outer(void)',
      '{',
      '\tdone();',
      '\tmutex_lock(&b);',
      '\tdone();',
      '\tinner();',
      '\tmutex_unlock(&b);',
      '}',
    ];
    const { findings } = await reviewOf(before, { 'outer.c': `/* the third line */\n\n${after.join('\n')}\n` });
    expect(findings[0]?.paths[0]).toMatchObject({
      chain: [
        { function: 'outer', file: 'outer.c', line: 8, via: 'entry', slot: null },
        { function: 'inner', file: 'two.c', line: 4, via: 'call', slot: null },
      ],
      acquire: { step: 0, call: 'mutex_lock', file: 'outer.c', line: 6 },
      wait: { step: 1, call: 'mutex_lock', file: 'two.c', line: 4 },
    });
  });

  test('a lock that was taken by a wrapper is told by the name of the wrapper', async () => {
    const wrapped = { ...base, 'wrap.c': fn('void b_lock(void)', 'mutex_lock(&b);') };
    const two = fn('void two(void)', 'b_lock();', 'mutex_lock(&a);', 'mutex_unlock(&a);', 'mutex_unlock(&b);');
    const { findings } = await reviewOf(wrapped, { 'two.c': two });
    expect(findings[0]?.paths[0]?.acquire).toMatchObject({ call: 'b_lock', file: 'two.c', line: 3 });
  });

  test('a lock that is held on entry is told as an assumption', async () => {
    const two = fn('void two(void) __must_hold(&b)', 'mutex_lock(&a);', 'mutex_unlock(&a);');
    const { findings } = await reviewOf(base, { 'two.c': two });
    expect(findings[0]?.paths[0]).toMatchObject({ acquire: null, assumptions: [expect.stringContaining('b held')] });
  });

  test('a path under arch/ carries its architecture', async () => {
    const { findings } = await reviewOf(base, { 'arch/s390/two.c': nest('two', 'b', 'a') });
    expect(findings[0]?.paths[0]?.condition).toBe('arch/s390');
  });

  test('a function under #ifdef carries its condition', async () => {
    const { findings } = await reviewOf(base, { 'two.c': `#ifdef CONFIG_TWO\n${nest('two', 'b', 'a')}#endif\n` });
    expect(findings[0]?.paths[0]?.condition).toContain('CONFIG_TWO');
  });

  test('sites and files of the order that is usual are counted', async () => {
    const more = { ...base, 'more.c': nest('more', 'a', 'b') + nest('most', 'a', 'b') };
    const { findings } = await reviewOf(more, { 'two.c': nest('two', 'b', 'a') });
    expect(findings[0]?.statistics.reverse).toEqual({ sites: 3, files: 2 });
  });

  test('direct proof is believed more than one with an indirect call', async () => {
    const ops = 'struct ops { void (*go)(void); };\n';
    const before = {
      ...base,
      'ops.h': ops,
      'driver.c': `${idle('my_go')}static struct ops my_ops = { .go = my_go };\n`,
      'two.c': fn('void two(struct ops *ops)', 'mutex_lock(&b);', 'ops->go();', 'mutex_unlock(&b);'),
    };
    const indirect = await reviewOf(before, {
      'driver.c': `${nest('my_go', 'a')}static struct ops my_ops = { .go = my_go };\n`,
    });
    const direct = await reviewOf(base, { 'two.c': nest('two', 'b', 'a') });
    expect(direct.findings[0]?.confidence).toBeGreaterThan(indirect.findings[0]?.confidence ?? 1);
  });

  test('one cycle is one finding, however many functions have it', async () => {
    const many = { 'two.c': nest('two', 'b', 'a') + nest('three', 'b', 'a') + nest('four', 'b', 'a') };
    const { verdicts, findings } = await reviewOf(base, many);
    expect(verdicts).toEqual(['abba introduced a b']);
    expect(findings[0]?.perPatch[0]?.added).toBe(3);
  });

  test('two cycles are two findings', async () => {
    const before = { ...base, 'more.c': nest('more', 'c', 'd') };
    const { verdicts } = await reviewOf(before, { 'two.c': nest('two', 'b', 'a') + nest('three', 'd', 'c') });
    expect(verdicts).toEqual(['abba introduced a b', 'abba introduced c d']);
  });

  test('a suppressed pair is counted and not shown', async () => {
    const suppressed = {
      ...rules,
      suppressions: [{ fingerprint: null, locks: ['a', 'b'], path: null, reason: 'a test', expires: null }],
    };
    const { findings, judgement } = await reviewWith(suppressed, base, { 'two.c': nest('two', 'b', 'a') });
    expect([findings, judgement.unlisted.suppressed]).toEqual([[], 1]);
  });

  test('the built-in rules load without a problem', async () => {
    expect((await loadRules([builtinRulesDir()], { today: '2026-01-31' })).problems).toEqual([]);
  });
});
