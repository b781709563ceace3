import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/index.ts';
import { fail, ok } from '../../src/outcome/index.ts';
import { renderJson, renderText } from '../../src/report/index.ts';
import { diffOnlyReview, emptyReview, richReview } from '../report/fixtures.ts';
import { record } from './surroundings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'abbot-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a new path makes review exit 1', async () => {
  const seen = record();
  expect(await run(['review', 'a.mbox'], seen.to)).toBe(1);
  expect(seen.stdout()).toBe(renderText(richReview, { width: 80, color: false, all: false }));
});

test('nothing found makes review exit 0', async () => {
  expect(await run(['review', 'a.mbox'], record({ review: ok(emptyReview) }).to)).toBe(0);
  expect(await run(['review', 'a.mbox'], record({ review: ok(diffOnlyReview) }).to)).toBe(0);
});

test('a finding below the threshold does not decide the exit code', async () => {
  const findings = richReview.findings.map((f) => ({ ...f, reported: false }));
  expect(await run(['review', 'a.mbox'], record({ review: ok({ ...richReview, findings }) }).to)).toBe(0);
});

test('a series that could not be analysed makes review exit 3, with one line that says why and what to do', async () => {
  const seen = record({ review: fail('input/empty', 'a.mbox is empty') });
  expect(await run(['review', 'a.mbox', '--format', 'json'], seen.to)).toBe(3);
  expect(seen.stdout()).toBe('');
  expect(seen.stderr()).toMatch(/^abbot: a\.mbox is empty; give a file .*\n$/);
});

test('a file name cannot write to the terminal', async () => {
  const seen = record({ review: fail('input/not-found', 'x\u001b[2J\ny') });
  await run(['review', 'x'], seen.to);
  expect(seen.stderr()).not.toContain('\u001b');
  expect(seen.stderr().trimEnd().split('\n')).toHaveLength(1);
});

test('JSON on standard output is pure', async () => {
  const seen = record({ terminal: true });
  await run(['review', 'a.mbox', '--format', 'json'], seen.to);
  expect(seen.stdout()).toBe(renderJson(richReview));
});

test('the request says what the options say', async () => {
  const seen = record({ cwd: folder });
  const args = 'review a b --tree t --base v6.12 --rules r1 --rules r2 --cache c --workers 3 --pick v11 --all'.split(
    ' ',
  );
  await run(args, seen.to);
  expect(seen.asked[0]).toMatchObject({
    inputs: ['a', 'b'],
    tree: join(folder, 't'),
    base: 'v6.12',
    ruleDirs: [join(folder, 'r1'), join(folder, 'r2')],
    cacheDir: join(folder, 'c'),
    workers: 3,
    pick: 11,
    all: true,
    version: '0.1.0',
  });
});

test('standard input is handed on only for -', async () => {
  const seen = record();
  await run(['review', '-'], seen.to);
  await run(['review', 'a'], seen.to);
  expect(seen.asked.map((request) => 'stdin' in (request as object))).toEqual([true, false]);
});

test('compare asks for two versions', async () => {
  const seen = record();
  expect(await run(['compare', 'a', '--from', 'v10', '--to', '11'], seen.to)).toBe(0);
  expect(seen.asked[0]).toMatchObject({ inputs: ['a'], from: 10, to: 11 });
  expect(seen.stdout()).toContain('Range-diff');
});

test('explain prints both directions', async () => {
  const seen = record();
  expect(await run(['explain', 'device.mutex', 'widget_rescan_lock', '--tree', 't'], seen.to)).toBe(0);
  expect(seen.asked[0]).toMatchObject({ locks: ['device.mutex', 'widget_rescan_lock'] });
  expect(seen.stdout()).toContain('Both orders exist');
});

test('index prints a summary, and --rev is the revision', async () => {
  const seen = record();
  expect(await run(['index', '--tree', 't', '--rev', 'v6.12'], seen.to)).toBe(0);
  expect(seen.stdout()).toContain(
    'left out: 3 symbolic links, which are not followed (a.h, b.h, …)\nleft out: 1 folders',
  );
  expect(seen.asked[0]).toMatchObject({ base: 'v6.12' });
  expect(seen.stdout()).toMatch(/^files +3\nfunctions +20\n/);
});

test('rules that are not valid are named', async () => {
  const seen = record();
  expect(await run(['rules', 'check', 'mine'], seen.to)).toBe(3);
  expect(seen.stderr().split('\n').slice(0, 2)).toEqual([
    "abbot: mine/a.yaml:3:5: error: unknown key 'aquire'; write 'acquire'",
    'abbot: mine/b.yaml:1:1: error: empty; add it',
  ]);
  expect(seen.stderr()).toMatch(/^abbot: 2 errors in the rules; correct what stands above$/m);
});

test('a terminal gets colours and its width, unless NO_COLOR is set', async () => {
  const bright = record({ terminal: true });
  await run(['review', 'a'], bright.to);
  expect(bright.stdout()).toBe(renderText(richReview, { width: 100, color: true, all: false }));
  const plain = record({ terminal: true, env: { NO_COLOR: '1' } });
  await run(['review', 'a'], plain.to);
  expect(plain.stdout()).toBe(renderText(richReview, { width: 100, color: false, all: false }));
});

test('progress is drawn on a terminal and taken away again; --quiet draws none', async () => {
  const seen = record({ terminal: true });
  await run(['review', 'a'], seen.to);
  expect(seen.stderr()).toContain('50 %');
  expect(seen.stderr().endsWith('\r\u001b[K')).toBe(true);
  const quiet = record({ terminal: true });
  await run(['review', 'a', '--quiet'], quiet.to);
  expect(quiet.stderr()).toBe('');
});

test('a bug of ours is one line and exit 3; --verbose adds the stack', async () => {
  const seen = record({ crash: new Error('boom\nbang') });
  expect(await run(['review', 'a'], seen.to)).toBe(3);
  expect(seen.stderr()).toBe('abbot: this is a bug in abbot: boom; add --verbose and report it\n');
  const verbose = record({ crash: new Error('boom') });
  expect(await run(['review', 'a', '--verbose'], verbose.to)).toBe(3);
  expect(verbose.stderr()).toContain('at ');
});

test('-o writes the file and nothing to standard output', async () => {
  const seen = record({ cwd: folder });
  const file = join(folder, 'review.json');
  expect(await run(['review', 'a', '--format', 'json', '-o', file], seen.to)).toBe(1);
  expect(seen.stdout()).toBe('');
  expect(readFileSync(file, 'utf8')).toBe(renderJson(richReview));
  expect(readdirSync(folder)).toEqual(['review.json']);
});

test('-o replaces the file behind a symbolic link and keeps its mode', async () => {
  const real = join(folder, 'real.txt');
  writeFileSync(real, 'old', { mode: 0o600 });
  symlinkSync(real, join(folder, 'link.txt'));
  await run(['review', 'a', '-o', join(folder, 'link.txt')], record().to);
  expect(readFileSync(real, 'utf8')).toContain('widget');
  expect(statSync(real).mode & 0o777).toBe(0o600);
});

test('-o into a folder that is not there is one line and exit 3', async () => {
  const seen = record();
  expect(await run(['review', 'a', '-o', join(folder, 'no', 'x')], seen.to)).toBe(3);
  expect(seen.stderr()).toMatch(/cannot be written: ENOENT; name a file in a folder/);
});
