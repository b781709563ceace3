import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reviewSchema } from '../../src/review/index.ts';
import { type Built, buildProgram } from './built.ts';

const mail = (body: string) =>
  `From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: A U Thor <author@example.org>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n` +
  `Subject: [PATCH] widget: count ports\nMessage-ID: <widget-1@example.org>\n\nA change.\n\n---\n${body}`;
const diff = (context: string) =>
  `diff --git a/widget.c b/widget.c\n--- a/widget.c\n+++ b/widget.c\n@@ -1,3 +1,4 @@\n int ports;\n ${context}\n+int more;\n int last;\n-- \n2.50.0\n\n`;

describe('bad input ends with one line and the right exit code', () => {
  let abbot: Built;
  let work: string;
  beforeAll(() => {
    abbot = buildProgram();
    work = join(abbot.folder, 'work');
    mkdirSync(join(work, 'tree'), { recursive: true });
    writeFileSync(join(work, 'tree', 'widget.c'), 'int ports;\nint middle;\nint last;\n');
    writeFileSync(join(work, 'good.mbox'), mail(diff('int middle;')));
    writeFileSync(join(work, 'empty.mbox'), '');
    writeFileSync(join(work, 'truncated.mbox'), mail(diff('int middle;')).slice(0, -60));
    writeFileSync(join(work, 'no-diff.mbox'), mail('Only words.\n'));
    writeFileSync(join(work, 'stale.mbox'), mail(diff('int nothing_like_it;')));
    const noise = new Uint32Array(50_000_000 / 4);
    // xorshift32: as good as random for a reader of mail, and the same every time.
    for (let i = 0, x = 2463534242; i < noise.length; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      noise[i] = x;
    }
    writeFileSync(join(work, 'noise.bin'), noise);
  }, 60_000);
  afterAll(() => abbot.remove());

  const files = () => readdirSync(work, { recursive: true, encoding: 'utf8' }).sort();

  test.each([
    ['an empty file', ['empty.mbox', '--tree', 'tree'], 3],
    ['a truncated mbox', ['truncated.mbox', '--tree', 'tree'], 3],
    ['50 MB of random bytes', ['noise.bin', '--tree', 'tree'], 3],
    ['a mail without a diff', ['no-diff.mbox', '--tree', 'tree'], 3],
    ['a diff that does not apply', ['stale.mbox', '--tree', 'tree'], 3],
    ['a file that is not there', ['missing.mbox', '--tree', 'tree'], 3],
    ['a tree that is not one', ['good.mbox', '--tree', 'good.mbox'], 3],
    ['a tree that is not there', ['good.mbox', '--tree', 'missing'], 3],
    ['a revision of a plain directory', ['good.mbox', '--tree', 'tree', '--base', 'v9.9'], 3],
    ['a version that is not at hand', ['good.mbox', '--tree', 'tree', '--pick', 'v7'], 3],
    ['nothing on standard input', ['-', '--tree', 'tree'], 3],
  ])('%s', async (_name, args, code) => {
    const before = files();
    const run = await abbot.run(['review', ...args, '--format', 'json'], {
      cwd: work,
      env: { XDG_CACHE_HOME: join(abbot.folder, 'cache') },
    });
    expect(run.stderr).toMatch(/^abbot: [^\n]+; [^\n]+\n$/);
    expect(run).toMatchObject({ code, stdout: '' });
    expect(files()).toEqual(before);
  });

  test('a good series in the same place is reviewed', async () => {
    const run = await abbot.run(['review', 'good.mbox', '--tree', 'tree', '--format', 'json'], { cwd: work });
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(reviewSchema.safeParse(JSON.parse(run.stdout)).error).toBeUndefined();
  });

  test('an interrupt while standard input is read exits 130 without a word', async () => {
    const main = join(abbot.folder, 'dist', 'cli', 'main.js');
    const child = spawn(process.execPath, [main, 'review', '-'], { cwd: work, stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    setTimeout(() => child.kill('SIGINT'), 1500);
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, said }).toEqual({ code: 130, said: '' });
  });
});
