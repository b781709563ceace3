import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadItem, readMails } from '../../src/mail/index.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'abbot-mail-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const collect = async (paths: string[], stdin?: Readable): Promise<ReadItem[]> => {
  const items: ReadItem[] = [];
  for await (const item of readMails(paths, stdin)) items.push(item);
  return items;
};
const subjects = (items: ReadItem[]): string[] =>
  items.map((i) => (i.ok ? i.value.subject : `${i.scope} ${i.fault.code}`));
const ENVELOPE = 'From mboxrd@z Thu Jan  1 00:00:00 1970';
const entry = (n: number, body = `body ${n}\n`) =>
  `${ENVELOPE}\nSubject: m${n}\nMessage-ID: <${n}@x>\nFrom: a@b.c\n\n${body}\n`;

describe('readMails', () => {
  it('splits an mbox', async () => {
    const items = await collect([file('two.mbox', entry(1) + entry(2))]);
    expect(subjects(items)).toEqual(['m1', 'm2']);
    expect(items[1]?.ok && items[1].value.origin).toBe(`${join(dir, 'two.mbox')}#2`);
    expect(items[0]?.ok && items[0].value.body).toBe('body 1\n');
  });

  it('takes a From line in a body for text when no header follows or no empty line stands before', async () => {
    const body =
      'x\nFrom a@b Thu Jan  1 00:00:00 1970\nSubject: no\n\nFrom here on it is text.\nFrom: not either\n\nFrom a@b Thu Jan  1 00:00:00 1970\nnothing\n';
    expect(subjects(await collect([file('trap.mbox', entry(1, body) + entry(2))]))).toEqual(['m1', 'm2']);
  });

  it('unquotes From lines of an mboxrd at every depth', async () => {
    const [item] = await collect([file('rd.mbox', entry(1, '>From x\n>>From y\n> From z\n'))]);
    expect(item?.ok && item.value.body).toBe('From x\n>From y\n> From z\n');
  });

  it('unquotes From lines of an mboxo at the first depth only', async () => {
    const text = entry(1, '>From x\n>>From y\n').replace('mboxrd@z', 'ada@example.org');
    const [item] = await collect([file('o.mbox', text)]);
    expect(item?.ok && item.value.body).toBe('From x\n>>From y\n');
  });

  it('reads git format-patch output and unquotes nothing in it', async () => {
    const patch = (n: number) =>
      `From ${String(n).repeat(40)} Mon Sep 17 00:00:00 2001\nFrom: a@b.c\nSubject: [PATCH ${n}/2] t\n\n>From x\n---\n`;
    const items = await collect([file('out.patch', `${patch(1)}\n${patch(2)}`)]);
    expect(subjects(items)).toEqual(['[PATCH 1/2] t', '[PATCH 2/2] t']);
    expect(items[0]?.ok && items[0].value.body).toBe('>From x\n---\n');
  });

  it('reads an .eml without splitting it', async () => {
    const items = await collect([file('one.eml', `Subject: a\n\nx\n\n${ENVELOPE}\nSubject: b\n\ny\n`)]);
    expect(subjects(items)).toEqual(['a']);
  });

  it('reads a directory by name, its sub-directories, and .gz, and names what it leaves out', async () => {
    file('d/b.eml', 'Subject: b\n\nx\n');
    file('d/a.mbox.gz', gzipSync(entry(1)));
    file('d/sub/c.txt', 'Subject: c\n\nx\n');
    file('d/README.md', 'hello');
    symlinkSync('/etc', join(dir, 'd/out.eml'));
    expect(subjects(await collect([join(dir, 'd')]))).toEqual([
      'skipped input/no-mail',
      'm1',
      'b',
      'skipped input/no-mail',
      'c',
    ]);
  });

  it('reads both halves of a maildir', async () => {
    for (const part of ['cur/2:2,S', 'new/1', 'tmp/3']) file(`md/${part}`, `Subject: ${part}\n\nx\n`);
    expect(subjects(await collect([join(dir, 'md')]))).toEqual(['cur/2:2,S', 'new/1']);
  });

  it('reads standard input', async () => {
    expect(subjects(await collect(['-'], Readable.from([Buffer.from(entry(1))])))).toEqual(['m1']);
  });

  it('gives the same mails however the stream is cut', async () => {
    const text = Buffer.from(entry(1) + entry(2, '>From x\n\nFrom y\n') + entry(3));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 97 }), async (size) => {
        const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.subarray(i * size, (i + 1) * size),
        );
        expect(subjects(await collect(['-'], Readable.from(chunks)))).toEqual(['m1', 'm2', 'm3']);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['a missing file', () => join(dir, 'nowhere'), 'file input/not-found'],
    ['an empty file', () => file('empty.mbox', ''), 'file input/empty'],
    [
      'a file that is no mail',
      () => file('noise.mbox', Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255))),
      'file input/no-mail',
    ],
    [
      'an empty directory',
      () => mkdirSync(join(dir, 'hollow'), { recursive: true }) ?? join(dir, 'hollow'),
      'file input/empty',
    ],
    ['a broken gzip', () => file('broken.mbox.gz', 'Subject: no gzip'), 'file input/unreadable'],
  ])('has one fault for %s', async (_, path, expected) => {
    expect(subjects(await collect([path()]))).toEqual([expected]);
  });

  it('reads 50 MB of noise to one fault without keeping it', async () => {
    const noise = Buffer.alloc(1 << 20);
    for (let i = 0, x = 1; i < noise.length; i++) {
      x = (Math.imul(x, 1103515245) + 12345) >>> 0;
      noise[i] = x >>> 16;
    }
    const before = process.memoryUsage().rss;
    const items = await collect(
      ['-'],
      Readable.from(
        (function* () {
          for (let i = 0; i < 50; i++) yield noise;
        })(),
      ),
    );
    expect(subjects(items)).toEqual(['file input/no-mail']);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  });

  it('keeps the mails of a truncated mbox and says where it ends', async () => {
    const items = await collect([file('cut.mbox', (entry(1) + entry(2)).slice(0, -4))]);
    expect(subjects(items)).toEqual(['m1', 'm2']);
    expect(items[1]?.ok && items[1].value.defects).toContain('the file ends in the middle of a line');
  });

  it('keeps the mails of a truncated gzip and names the fault', async () => {
    const items = await collect([file('cut.mbox.gz', gzipSync(entry(1).repeat(1)).subarray(0, -6))]);
    expect(subjects(items).at(-1)).toBe('file input/unreadable');
  });

  it('reads past junk in front of the first mail and counts it', async () => {
    expect(subjects(await collect([file('junk.mbox', `sorry\n\n${entry(1)}`)]))).toEqual(['m1', 'mail input/no-mail']);
  });
});
