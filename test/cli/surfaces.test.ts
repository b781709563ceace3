import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/index.ts';
import { runReview } from '../../src/review/index.ts';
import { record } from './surroundings.ts';

// The example series against the example tree: one deadlock is introduced.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'abbot-surfaces-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function abbot(...args: string[]) {
  const seen = record({ cwd: folder, home: folder, env: { ABBOT_CACHE: folder, ABBOT_DATA: folder } });
  const engine = { ...(await seen.to.engine()), runReview };
  const code = await run(['review', ...args, '--tree', resolve('examples/tree'), '--quiet'], {
    ...seen.to,
    engine: async () => engine,
  });
  return { code, stdout: seen.stdout(), stderr: seen.stderr() };
}

const SERIES = ['examples/series/v1.mbox', 'examples/series/v2.mbox'].map((file) => resolve(file));

test('--format mail prints a reply to the patch that introduces the deadlock', async () => {
  const { code, stdout } = await abbot(...SERIES, '--format', 'mail');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^In-Reply-To: <20260309101200\.2291-3-nadja@example\.org>$/m);
  expect(stdout).toContain('> +\tport_lock_topology();');
});

test('--format mail is silent about a series of which a part is missing, and says why', async () => {
  const part = join(folder, 'part.mbox');
  const mails = readFileSync('examples/series/v2.mbox', 'utf8').split(/^(?=From )/m);
  writeFileSync(part, mails.filter((mail) => !/Subject: .*1\/2/.test(mail)).join(''));
  const { stdout, stderr } = await abbot(part, '--format', 'mail');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^abbot: no mail: the series is not complete: 1 of 2 patches\n$/);
});

test('--format mail names a file that is not there', async () => {
  const { code, stderr } = await abbot(join(folder, 'none.mbox'), '--format', 'mail');
  expect([code, stderr.split('\n').length]).toEqual([3, 2]);
});

test('--format sarif and --format checks print JSON', async () => {
  const sarif = JSON.parse((await abbot(...SERIES, '--format', 'sarif')).stdout) as { runs: { results: unknown[] }[] };
  expect(sarif.runs[0]?.results).toHaveLength(1);
  const checks = JSON.parse((await abbot(...SERIES, '--format', 'checks')).stdout) as {
    checkRun: { conclusion: string };
    patchwork: { state: string }[];
  };
  expect(checks.checkRun.conclusion).toBe('neutral');
  expect(checks.patchwork.map(({ state }) => state)).toEqual(['success', 'fail']);
});
