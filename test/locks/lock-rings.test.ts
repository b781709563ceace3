import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf } from './tree-of.ts';

const GLOBALS = 'DEFINE_MUTEX(a);\nDEFINE_MUTEX(b);\nDEFINE_MUTEX(c);\nDEFINE_MUTEX(gate);\n';
const nest = (name: string, ...locks: string[]): string =>
  fn(
    `void ${name}(void)`,
    ...locks.map((lock) => `mutex_lock(&${lock});`),
    ...[...locks].reverse().map((lock) => `mutex_unlock(&${lock});`),
  );
const base: Files = {
  'locks.h': GLOBALS,
  'two.c': nest('two', 'b', 'c'),
  'three.c': nest('three', 'c', 'a'),
  'one.c': 'void nothing(void);\n',
};

describe('three locks in a ring', () => {
  test('are told with all three orders', async () => {
    const { verdicts, findings } = await reviewOf(base, { 'one.c': nest('one', 'a', 'b') });
    expect(verdicts).toEqual(['abba introduced a b c']);
    expect(findings[0]?.locks).toEqual(['a', 'b', 'c']);
    expect(findings[0]?.paths.map(({ holds, waits }) => `${holds} ${waits}`)).toEqual(['a b', 'b c', 'c a']);
    expect(findings[0]).toMatchObject({ introducedBy: 1, fixedBy: null, reported: true });
  });

  test('are fixed by who takes one order away', async () => {
    const { verdicts } = await reviewOf(
      { ...base, 'one.c': nest('one', 'a', 'b') },
      { 'one.c': 'void nothing(void);\n' },
    );
    expect(verdicts).toEqual(['abba fixed a b c']);
  });

  test('are transient when a later patch takes the order away', async () => {
    const { verdicts } = await reviewOf(base, { 'one.c': nest('one', 'a', 'b') }, { 'one.c': 'void nothing(void);\n' });
    expect(verdicts).toEqual(['abba transient a b c']);
  });

  test('are no news when the order was there elsewhere', async () => {
    const more = { ...base, 'four.c': nest('four', 'a', 'b') };
    expect((await reviewOf(more, { 'one.c': nest('one', 'a', 'b') })).verdicts).toEqual([]);
  });

  test('cannot meet under a gate that all three hold', async () => {
    const gated = {
      ...base,
      'two.c': nest('two', 'gate', 'b', 'c'),
      'three.c': nest('three', 'gate', 'c', 'a'),
    };
    expect((await reviewOf(gated, { 'one.c': nest('one', 'gate', 'a', 'b') })).verdicts).toEqual(['abba gated a b c']);
  });

  test('say nothing when two of them are taken both ways already', async () => {
    const known = { ...base, 'four.c': nest('four', 'c', 'b') };
    expect((await reviewOf(known, { 'one.c': nest('one', 'a', 'b') })).verdicts).toEqual([]);
  });
});
