import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupSeries } from '../../src/series/index.ts';
import { readCommitRange } from '../../src/sources/index.ts';

describe('a range of commits', () => {
  let folder = '';
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      encoding: 'utf8',
    }).trim();
  const commit = (text: string, title: string) => {
    writeFileSync(join(folder, 'a.c'), text);
    git('add', 'a.c');
    git('commit', '-qm', title);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'abbot-range-'));
    git('init', '-q', '--initial-branch=master');
    // What a user may have configured must not change what is read.
    for (const [key, value] of [
      ['format.attach', 'x'],
      ['format.subjectPrefix', 'ODD'],
      ['diff.noprefix', 'true'],
      ['format.coverLetter', 'true'],
      ['format.signOff', 'true'],
    ])
      git('config', key ?? '', value ?? '');
    commit('one\n', 'begin');
    commit('two\n', 'lib: second');
    commit('three\n', 'lib: third');
    git('checkout', '-q', '-b', 'aside', 'HEAD~2');
    commit('four\n', 'lib: aside');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is the series that format-patch makes of it, with its base', async () => {
    const got = await readCommitRange(folder, 'master~2', 'master');
    if (!got.ok) throw new Error(got.fault.what);
    const { series } = groupSeries(got.value.flatMap((item) => (item.ok ? [item.value] : [])));
    expect(series).toHaveLength(1);
    expect(series[0]?.patches.map((p) => p.title)).toEqual(['lib: second', 'lib: third']);
    expect(series[0]?.baseCommit).toBe(git('rev-parse', 'master~2'));
    expect(series[0]?.patches[0]?.diff).toContain('--- a/a.c');
    expect(series[0]?.patches[0]?.message).not.toContain('Signed-off-by');
  });

  test('is read twice alike', async () => {
    expect(await readCommitRange(folder, 'master~2', 'master')).toEqual(
      await readCommitRange(folder, 'master~2', 'master'),
    );
  });

  test('of branches that parted has no base, and is read', async () => {
    const got = await readCommitRange(folder, 'master', 'aside');
    expect(got.ok && got.value.map((item) => item.ok && item.value.subject)).toEqual(['[PATCH 1/1] lib: aside']);
  });

  test.each([
    ['nothing', 'master', 'source/git-failed'],
    ['--output=x', 'master', 'source/git-failed'],
    ['master', 'master', 'input/empty'],
  ])('from %s to %s fails', async (from, to, code) =>
    expect(await readCommitRange(folder, from, to)).toMatchObject({ ok: false, fault: { code } }),
  );
});
