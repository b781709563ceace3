import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CONFIG, matchesBranch, readRepoConfig } from '../../../src/server/github/repo-config.ts';

describe('.github/abbot.yml', () => {
  test('that is not there leaves the defaults: neutral, and a comment on findings only', () => {
    expect(readRepoConfig(null)).toEqual({ config: DEFAULT_CONFIG, fault: null });
    expect(DEFAULT_CONFIG).toMatchObject({ blocking: false, comment: 'findings', drafts: false });
  });

  test('that is empty leaves them too', () => expect(readRepoConfig('# nothing yet\n').fault).toBeNull());

  test('changes what it names', () => {
    const { config, fault } = readRepoConfig('blocking: true\nbranches: [master, "for-*"]\n');
    expect(fault).toBeNull();
    expect(config).toMatchObject({ blocking: true, branches: ['master', 'for-*'], comment: 'findings' });
  });

  test.each([
    ['an unknown key', 'blocking: true\nblokcing: false\n', 2, 1, "there is no 'blokcing'"],
    ['a wrong value', 'comment: sometimes\n', 1, 10, 'comment: '],
    ['a value of the wrong type', 'drafts: false\nblocking: "yes"\n', 2, 11, 'blocking: '],
    ['broken YAML', 'blocking: [true\n', 2, 1, ''],
    ['a list', '- blocking\n', 1, 1, 'the file'],
    ['an alias', 'a: &x [1]\nwatch: *x\n', 2, 8, 'aliases'],
    ['a key twice', 'drafts: true\ndrafts: false\n', 2, 1, 'unique'],
    ['a branch with a space', 'watch: ["a b"]\n', 1, 9, 'watch.0: a branch name'],
  ])('with %s is told with line and column, and the defaults apply', (_what, text, line, column, reason) => {
    const got = readRepoConfig(text);
    expect(got.config).toEqual(DEFAULT_CONFIG);
    expect(got.fault).toMatchObject({ line, column });
    expect(got.fault?.reason).toContain(reason);
  });

  test.each([
    ['a billion laughs', `a: &a [x,x,x,x]\n${'bcdefghij'.replace(/./g, (c) => `${c}: &${c} [*a,*a,*a,*a,*a]\n`)}`],
    ['brackets in brackets', '['.repeat(10_000)],
    ['dashes behind dashes', '- '.repeat(8000)],
    ['question marks behind question marks', '? '.repeat(8000)],
    ['a long file', 'x'.repeat(100_000)],
    ['steps of indentation', Array.from({ length: 170 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])('that is a bomb of %s is refused at once', (_what, text) => {
    const started = performance.now();
    expect(readRepoConfig(text).fault).not.toBeNull();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('of any text gives a configuration and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'a:&*-?[]{}"\'| >\n#!%@') })), (text) => {
        const { config, fault } = readRepoConfig(text);
        expect(config).toBeDefined();
        if (fault) expect(fault.reason).not.toMatch(/[\n\r]/);
      }),
    );
  });

  test('matches branches by name and by the beginning of names', () => {
    expect(matchesBranch(['master', 'for-*'], 'for-next')).toBe(true);
    expect(matchesBranch(['master', 'for-*'], 'masters')).toBe(false);
  });
});
