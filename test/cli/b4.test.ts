import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asB4Writes, runCheck } from './b4-runner.ts';
import { type Built, buildProgram } from './built.ts';

const CHECK = ['review', '-', '--tree', '.', '--workers', '1', '--format', 'b4'];
const v1 = readFileSync('examples/series/v1.mbox', 'utf8');
const v2 = readFileSync('examples/series/v2.mbox', 'utf8');
const mails = (mbox: string): string[] =>
  mbox
    .split(/^From mboxrd@z .*\n/m)
    .slice(1)
    .map((mail) => mail.replace(/^>(>*From )/gm, '$1'));
const [cover = '', first = '', second = ''] = mails(v2);

let program: Built;
let topdir: string;
let tracking: string;
const git = (args: string[], input = ''): string =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
    cwd: topdir,
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: topdir, GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();

beforeAll(() => {
  program = buildProgram();
  topdir = mkdtempSync(join(tmpdir(), 'abbot-b4-'));
  cpSync('examples/tree', topdir, { recursive: true });
  git(['init', '-q']);
  git(['add', '-A']);
  git(['commit', '-q', '-m', 'base']);
  const blob = git(['hash-object', '-w', '--stdin'], v1 + v2);
  tracking = join(topdir, 'tracking.json');
  writeFileSync(tracking, JSON.stringify({ series: { revision: 2, 'thread-blob': blob }, patches: [] }));
}, 60_000);
afterAll(() => {
  program.remove();
  rmSync(topdir, { recursive: true, force: true });
});

test('a check of the series reviews the thread that b4 keeps in the repository', async () => {
  const { run, results } = await runCheck(program, CHECK, cover, { cwd: topdir, trackingFile: tracking });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(results.map(({ tool, status }) => [tool, status])).toEqual([
    ['abbot', 'fail'],
    ['abbot-changelog', expect.stringMatching(/pass|warn/)],
  ]);
  expect(results[0]).toMatchObject({ summary: expect.stringContaining('introduced'), url: '' });
  expect(results[0]?.details).toContain('CPU0');
  expect(results[1]?.summary).toMatch(/^since v1: /);
}, 60_000);

test('a check of a patch, with the thread at hand, speaks of that patch only', async () => {
  const at = { cwd: topdir, trackingFile: tracking };
  const one = await runCheck(program, CHECK, first, at);
  const two = await runCheck(program, CHECK, second, at);
  expect(one.results).toMatchObject([{ tool: 'abbot', status: 'pass' }]);
  expect(two.results).toMatchObject([
    { tool: 'abbot', status: 'fail', summary: expect.stringContaining('2/2 introduces') },
  ]);
}, 60_000);

test('a check of a patch alone says that it had this patch alone', async () => {
  const { results } = await runCheck(program, CHECK, first, { cwd: topdir });
  expect(results).toMatchObject(
    [{ tool: 'abbot', status: 'pass', summary: /^only patch 1\/2 at hand: / }].map((r) => ({
      ...r,
      summary: expect.stringMatching(r.summary),
    })),
  );
}, 60_000);

test('a cover letter alone is a warning that nothing was analysed, not a pass', async () => {
  const { run, results } = await runCheck(program, CHECK, cover, { cwd: topdir });
  expect(run.code).toBe(0);
  expect(results).toMatchObject([{ status: 'warn', summary: expect.stringMatching(/^not analysed: .*cover letter/) }]);
}, 60_000);

test('a patch that does not fit the tree is a warning that says so', async () => {
  const elsewhere = first.replaceAll('drivers/', 'sound/');
  const { results } = await runCheck(program, CHECK, elsewhere, { cwd: topdir });
  expect(results).toMatchObject([{ status: 'warn', summary: expect.stringMatching(/^not analysed: /) }]);
}, 60_000);

test.each(['base64', 'quoted-printable'])(
  'a body that b4 decoded under a header that says %s is read',
  async (encoding) => {
    const [head = '', ...body] = first.split('\n\n');
    const mail = asB4Writes([...head.split('\n'), `Content-Transfer-Encoding: ${encoding}`], body.join('\n\n'));
    const { results } = await runCheck(program, CHECK, mail, { cwd: topdir });
    expect(results).toMatchObject([{ status: 'pass' }]);
    expect(results[0]?.details).not.toContain('did not apply');
  },
  60_000,
);

test('a tracking file that is missing, damaged or names another thing does not hinder the one patch', async () => {
  for (const content of [
    '{',
    '{"series":{"thread-blob":"--help"}}',
    `{"series":{"thread-blob":"${'0'.repeat(40)}"}}`,
  ]) {
    const trackingFile = join(topdir, 'odd.json');
    writeFileSync(trackingFile, content);
    const { results } = await runCheck(program, CHECK, first, { cwd: topdir, trackingFile });
    expect(results).toMatchObject([{ status: 'pass' }]);
  }
}, 120_000);

test('a wrong option prints no JSON and fails, as b4 expects of an error', async () => {
  const { run, results } = await runCheck(program, [...CHECK, '--frob'], cover, { cwd: topdir });
  expect(run.code).toBe(2);
  expect(results).toMatchObject([{ status: 'fail', summary: 'exited with error code 2' }]);
}, 60_000);
