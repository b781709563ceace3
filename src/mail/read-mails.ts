import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Fault, fail } from '../outcome/index.ts';
import type { Mail } from './mail.ts';
import { parseMail } from './parse-mail.ts';
import { splitMails } from './read-mbox.ts';

/**
 * One thing read: a mail, or a fault with its place. `scope` says what the fault loses: one mail of a file, a file
 * (missing, empty, no mail in it), or nothing at all (a file of a directory that is no mail by its name).
 */
export type ReadItem =
  | { readonly ok: true; readonly value: Mail }
  | { readonly ok: false; readonly fault: Fault; readonly origin: string; readonly scope: 'mail' | 'file' | 'skipped' };

const MAIL_FILE = /(?:\.(?:eml|mbox|mbx|patch|txt|mail|m|msg)(?:\.gz)?|^[^.]+\.gz)$/i;
const MAILDIR = ['cur', 'new'];

/**
 * Reads mails from files (mbox, .eml, `git format-patch` output, each also as .gz), directories, maildirs and
 * standard input (`-`), one after the other as a stream: memory does not grow with their number.
 * Nothing disappears: what cannot be read is an item of its own.
 *
 * @example
 * for await (const item of readMails(['v1.mbox', 'v2/', '-'])) {
 *   console.log(item.ok ? item.value.subject : explain(item.fault));
 * }
 */
export async function* readMails(paths: readonly string[], stdin: Readable = process.stdin): AsyncGenerator<ReadItem> {
  for (const path of paths) {
    if (path === '-') yield* readStream(stdin, 'standard input');
    else yield* readPath(path);
  }
}

async function* readPath(path: string): AsyncGenerator<ReadItem> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) yield fileFault(found, path);
  else if (found.isDirectory()) yield* readDirectory(path);
  else if (found.isFile() || found.isFIFO()) yield* readFile(path);
  else yield lost(path, 'file', fail('input/unreadable', `${path} is neither a file nor a directory`).fault);
}

async function* readFile(path: string): AsyncGenerator<ReadItem> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!path.endsWith('.gz')) {
    yield* readStream(file, path);
    return;
  }
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  yield* readStream(file.pipe(gunzip), path);
}

/** Reads a directory: its mail files in the order of their names, sub-directories too, and both halves of a maildir. */
async function* readDirectory(path: string): AsyncGenerator<ReadItem> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => error);
  if (entries instanceof Error) {
    yield fileFault(entries, path);
    return;
  }
  const names = new Set(entries.filter((e) => e.isDirectory()).map((e) => e.name));
  const maildir = MAILDIR.every((name) => names.has(name));
  let seen = 0;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = join(path, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      seen++;
      if (maildir && MAILDIR.includes(entry.name)) yield* readMaildirHalf(full);
      else if (!maildir) yield* readDirectory(full);
    } else if (entry.isFile() && MAIL_FILE.test(entry.name)) {
      seen++;
      yield* readFile(full);
    } else {
      // Symbolic links are not followed: they may lead out of the directory that was named.
      const why = entry.isFile() ? 'its name is not that of a mail file' : 'it is not a plain file';
      yield lost(full, 'skipped', fail('input/no-mail', `${full} was left out`, why).fault);
    }
  }
  if (seen === 0) yield lost(path, 'file', fail('input/empty', `${path} has no mail file in it`).fault);
}

async function* readMaildirHalf(path: string): AsyncGenerator<ReadItem> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => error);
  if (names instanceof Error) yield fileFault(names, path);
  else for (const name of names.sort()) if (!name.startsWith('.')) yield* readFile(join(path, name));
}

/** Reads the mails of one stream of bytes (an mbox or a single mail); `origin` says where it is from. */
export async function* readStream(stream: AsyncIterable<Uint8Array>, origin: string): AsyncGenerator<ReadItem> {
  let mails = 0;
  let bytes = 0;
  let junk = 0;
  const counted = (async function* () {
    for await (const chunk of stream) {
      bytes += chunk.length;
      yield chunk;
    }
  })();
  try {
    for await (const raw of splitMails(counted)) {
      if (raw.kind === 'junk') {
        junk += raw.bytes;
        continue;
      }
      mails++;
      const place = raw.number > 1 || /\.(?:mbox|mbx)(?:\.gz)?$/i.test(origin) ? `${origin}#${raw.number}` : origin;
      if (raw.kind === 'oversized') {
        yield lost(place, 'mail', fail('input/too-large', `${place} is larger than 64 MB`).fault);
        continue;
      }
      const mail = await parseMail(raw.bytes, place);
      if (!mail.ok) yield lost(place, 'mail', mail.fault);
      else if (raw.cut)
        yield {
          ok: true,
          value: { ...mail.value, defects: [...mail.value.defects, 'the file ends in the middle of a line'] },
        };
      else yield mail;
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    yield lost(origin, 'file', fail('input/unreadable', `${origin} cannot be read to its end`, error.message).fault);
    return;
  }
  if (bytes === 0) yield lost(origin, 'file', fail('input/empty', `${origin} is empty`).fault);
  else if (mails === 0) yield lost(origin, 'file', fail('input/no-mail', `${origin} has no mail in it`).fault);
  else if (junk > 0)
    yield lost(origin, 'mail', fail('input/no-mail', `the first ${junk} bytes of ${origin} are no mail`).fault);
}

function lost(origin: string, scope: 'mail' | 'file' | 'skipped', fault: Fault): ReadItem {
  return { ok: false, fault, origin, scope };
}

function fileFault(error: NodeJS.ErrnoException, path: string): ReadItem {
  const code = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'input/not-found' : 'input/unreadable';
  const what = code === 'input/not-found' ? `${path} does not exist` : `${path} cannot be read`;
  return lost(path, 'file', fail(code, what, code === 'input/not-found' ? undefined : error.message).fault);
}
