import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Built, buildProgram } from '../cli/built.ts';
import { FakeGitHub } from '../github/fake-github.ts';
import { BASE_FILES, HARMLESS, INVERTING } from '../github/sources.ts';
import type { FakeRepository } from '../github/state.ts';

describe('abbot review of a pull request', () => {
  const fake = new FakeGitHub();
  let abbot: Built;
  let home = '';
  let repository: FakeRepository;
  beforeAll(async () => {
    await fake.start();
    fake.tokens.add('ghp_of_a_person');
    abbot = buildProgram();
  }, 120_000);
  afterAll(async () => {
    await fake.stop();
    abbot.remove();
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'abbot-home-'));
    repository = fake.repository('o', `r${fake.id()}`, BASE_FILES);
    return () => rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
  const review = (what: string, env: Record<string, string> = {}) =>
    abbot.run(['review', what, '--format', 'json', '--workers', '1'], {
      cwd: home,
      env: {
        HOME: home,
        XDG_CACHE_HOME: join(home, 'cache'),
        ABBOT_GITHUB: fake.url,
        ABBOT_HOSTS: fake.url,
        GITHUB_TOKEN: 'ghp_of_a_person',
        ...env,
      },
    });

  test('reads it as a series, and its next push as the next version', async () => {
    const pull = fake.pull(repository, [HARMLESS, INVERTING], { title: 'Drop entries sooner', author: 'ada' });
    const first = await review(`o/${repository.name}#1`);
    expect(first.stderr).toBe('');
    expect(JSON.parse(first.stdout)).toMatchObject({
      series: { title: 'Drop entries sooner', version: 1, total: 2, author: { name: 'ada' } },
      comparison: null,
    });
    fake.push(repository, pull, [INVERTING]);
    const second = JSON.parse((await review(`o/${repository.name}#1`)).stdout);
    expect(second.series).toMatchObject({ version: 2, total: 1 });
    expect(second.comparison.patches.map((p: { status: string }) => p.status).sort()).toEqual(['dropped', 'unchanged']);
    expect(fake.violations).toEqual([]);
    expect(fake.writes()).toEqual([]);
  });

  test.each([
    ['a number that is not there', (name: string) => `o/${name}#99`, {}, 'no pull request'],
    ['a token that is wrong', (name: string) => `o/${name}#1`, { GITHUB_TOKEN: 'ghp_other' }, 'refused to answer'],
    [
      'a server that is not listed',
      (name: string) => `o/${name}#1`,
      { ABBOT_HOSTS: 'lore.kernel.org' },
      'not on the list',
    ],
    ['an address that is none', (name: string) => `o/${name}#1`, { ABBOT_GITHUB: '::' }, 'for GitHub is not a server'],
  ])('with %s fails in one line that shows no token', async (_what, address, env, said) => {
    fake.pull(repository, [HARMLESS]);
    const run = await review(address(repository.name), env);
    expect(run.code).toBeGreaterThanOrEqual(2);
    expect(run.stderr).toContain(said);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect(run.stderr).not.toContain('ghp_');
  });
});
