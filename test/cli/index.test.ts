import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boxFile, manyFiles } from '../tree/many-files.ts';
import { type Built, buildProgram, type Run } from './built.ts';

const COUNT = 3000;
/** A series that takes the lock of box 2 inside that of box 10. */
const PATCH = [
  'From mboxrd@z Thu Jan  1 00:00:00 1970',
  'From: A U Thor <author@example.org>',
  'Date: Thu, 1 Jan 2026 00:00:00 +0000',
  'Subject: [PATCH] box: take the other lock too',
  'Message-ID: <box-1@example.org>',
  '',
  'It is needed.',
  '',
  '---',
  'diff --git a/drivers/box/box10.c b/drivers/box/box10.c',
  '--- a/drivers/box/box10.c',
  '+++ b/drivers/box/box10.c',
  '@@ -7,3 +7,5 @@',
  ' \tbox10_take(box);',
  '+\tbox2_take(box);',
  '+\tbox2_give(box);',
  ' ',
  ' \tguard(box)(box);',
  '-- ',
  '2.50.0',
  '',
].join('\n');

describe('abbot index', () => {
  let abbot: Built;
  let work: string;
  beforeAll(async () => {
    abbot = buildProgram();
    work = join(abbot.folder, 'work');
    for (const [path, text] of Object.entries(manyFiles(COUNT))) {
      mkdirSync(join(work, 'tree', path, '..'), { recursive: true });
      writeFileSync(join(work, 'tree', path), text);
    }
    // a file that changed this very moment is read again the next time
    for (const path of Object.keys(manyFiles(COUNT))) utimesSync(join(work, 'tree', path), 1000, 1000);
    writeFileSync(join(work, 'series.mbox'), PATCH);
    await index('one', '--workers', '1');
  }, 120_000);
  afterAll(() => abbot.remove());

  const index = (cache: string, ...more: string[]): Promise<Run> =>
    abbot.run(['index', '--tree', 'tree', '--cache', cache, ...more], { cwd: work });
  const review = (cache: string): Promise<Run> =>
    abbot.run(['review', 'series.mbox', '--tree', 'tree', '--cache', cache, '--format', 'json'], { cwd: work });
  /** Hashes of the index and of the lock summaries in a cache. */
  const stored = (cache: string): string[] =>
    readdirSync(join(work, cache, 'trees'))
      .filter((name) => /\.(index|locks)$/.test(name))
      .sort()
      .map((name) => {
        const hash = createHash('sha256').update(readFileSync(join(work, cache, 'trees', name)));
        return `${name} ${hash.digest('hex')}`;
      });

  test('gives the same bytes with one worker, two, three, and from facts that are there', async () => {
    await index('two', '--workers', '2');
    await index('three', '--workers', '3');
    cpSync(join(work, 'two', 'facts'), join(work, 'warm', 'facts'), { recursive: true });
    await index('warm', '--workers', '2');
    const expected = stored('one');
    expect(expected).toHaveLength(2);
    expect(stored('two')).toEqual(expected);
    expect(stored('three')).toEqual(expected);
    expect(stored('warm')).toEqual(expected);
  }, 120_000);

  test('two at once do not disturb each other', async () => {
    const both = await Promise.all([index('both', '--workers', '2'), index('both', '--workers', '2')]);
    expect(both.map((run) => run.code)).toEqual([0, 0]);
    expect(stored('both')).toEqual(stored('one'));
  }, 120_000);

  test('goes on where it was stopped', async () => {
    const child = spawn(
      process.execPath,
      [join(abbot.folder, 'dist/cli/main.js'), 'index', '--tree', 'tree', '--cache', 'cut'],
      {
        cwd: work,
        env: { PATH: process.env['PATH'] ?? '', HOME: work },
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 900));
    child.kill('SIGINT');
    await new Promise((resolve) => child.on('close', resolve));
    expect(await index('cut')).toMatchObject({ code: 0 });
    expect(stored('cut')).toEqual(stored('one'));
  }, 120_000);

  test('makes a damaged index and damaged facts anew', async () => {
    cpSync(join(work, 'one'), join(work, 'damaged'), { recursive: true });
    const facts = join(work, 'damaged', 'facts');
    for (const name of [...readdirSync(facts, { recursive: true, encoding: 'utf8' })].filter((f) =>
      f.endsWith('.pack'),
    )) {
      const bytes = readFileSync(join(facts, name));
      for (let at = 1000; at < bytes.length; at += 50_000) bytes[at] = (bytes[at] as number) ^ 0xff;
      writeFileSync(join(facts, name), bytes);
    }
    for (const name of readdirSync(join(work, 'damaged', 'trees')).filter((f) => /\.(index|locks)$/.test(f)))
      truncateSync(join(work, 'damaged', 'trees', name), 100_000);
    expect(await index('damaged')).toMatchObject({ code: 0 });
    expect(stored('damaged')).toEqual(stored('one'));
  }, 120_000);

  test('a cache of another version is passed over', async () => {
    cpSync(join(work, 'one'), join(work, 'other'), { recursive: true });
    for (const name of readdirSync(join(work, 'other', 'trees')).filter((f) => /\.(index|locks)$/.test(f)))
      writeFileSync(join(work, 'other', 'trees', name), 'abbot.sections/1\n of another time');
    expect(await index('other')).toMatchObject({ code: 0 });
    expect(stored('other')).toEqual(stored('one'));
  }, 120_000);

  test('a folder that cannot be written is said in one line', async () => {
    writeFileSync(join(work, 'file'), '');
    const run = await index('file/cache');
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/^abbot: [^\n]*could not be stored in [^\n]+; [^\n]+\n$/);
  }, 60_000);

  test('a disk that fills up is said in one line, and spoils nothing', async () => {
    const limited = await new Promise<Run>((resolve) => {
      const main = join(abbot.folder, 'dist/cli/main.js');
      const line = `ulimit -f 200; exec "${process.execPath}" "${main}" index --tree tree --cache full`;
      const child = spawn('bash', ['-c', line], { cwd: work, env: { PATH: process.env['PATH'] ?? '', HOME: work } });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('close', (code) => resolve({ code, stdout: '', stderr }));
    });
    expect(limited).toMatchObject({ code: 3 });
    expect(limited.stderr).toMatch(/^abbot: [^\n]*could not be stored in [^\n]+; [^\n]+\n$/);
    expect(await index('full')).toMatchObject({ code: 0 });
    expect(stored('full')).toEqual(stored('one'));
  }, 120_000);

  test('a review after files changed is that of an index made anew', async () => {
    cpSync(join(work, 'one'), join(work, 'old'), { recursive: true });
    const before = await review('old');
    expect(before.stderr).toBe('');
    expect(JSON.parse(before.stdout)).toMatchObject({ findings: [] });
    // box 2 takes the lock of box 10 inside its own from now on; one file comes, one goes
    writeFileSync(join(work, 'tree/drivers/box/box2.c'), boxFile(2, COUNT, '\tbox10_take(box);\n\tbox10_give(box);'));
    writeFileSync(join(work, 'tree/drivers/box/more.c'), boxFile(COUNT, COUNT));
    rmSync(join(work, 'tree/drivers/box/box7.c'));
    const refreshed = await review('old');
    const anew = await review('anew');
    expect(JSON.parse(anew.stdout).findings).toHaveLength(1);
    expect(refreshed.stdout).toBe(anew.stdout);
    expect((await review('old')).stdout).toBe(anew.stdout);
  }, 120_000);
});
