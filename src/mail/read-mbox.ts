import { ByteWindow } from './byte-window.ts';
import { HEADER_LINE } from './headers.ts';
import { isSeparator, quotingOf, unquoteFrom } from './mbox-split.ts';

/** The bytes of one mail of a stream, or how many bytes could not be taken for a mail. */
export type RawMail =
  | { readonly kind: 'mail'; readonly bytes: Buffer; readonly number: number; readonly cut: boolean }
  | { readonly kind: 'oversized'; readonly number: number }
  | { readonly kind: 'junk'; readonly bytes: number };

/** A mail larger than this is not read: real ones stay below 1 MB, 108 of 99,031 are above 500 kB. */
export const MAX_MAIL_BYTES = 64 << 20;
/** How far a line after a `From ` line is looked at. */
const LOOKAHEAD = 1024;

/**
 * Splits a stream of bytes into mails; memory is bounded by the largest mail. A stream that starts with a header is
 * one mail (an .eml); one that starts with a `From ` line, or has one after some junk, is an mbox.
 */
export async function* splitMails(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawMail> {
  const window = new ByteWindow();
  let state: 'start' | 'single' | 'mbox' | 'junk' = 'start';
  let first: string | null = null;
  let quoting = quotingOf('');
  let number = 0;
  let junk = 0;
  let oversized = false;
  let scanned = 0;

  function* advance(atEnd: boolean): Generator<RawMail> {
    if (state === 'start') {
      if (!atEnd && window.length < LOOKAHEAD) return;
      const skipped = blankPrefix(window.bytes);
      window.drop(skipped);
      if (!atEnd && window.length < LOOKAHEAD) return;
      const [line, next] = twoLines(window.bytes, 0);
      if (line.startsWith('From ') && (HEADER_LINE.test(next) || next.startsWith('>From '))) {
        state = 'mbox';
        first = line;
        quoting = quotingOf(line);
        window.drop(lineEnd(window.bytes, 0));
      } else state = HEADER_LINE.test(line) ? 'single' : 'junk';
    }
    if (state === 'single') {
      if (window.length > MAX_MAIL_BYTES) {
        oversized = true;
        window.drop(window.length);
      }
      if (!atEnd) return;
      number++;
      yield oversized
        ? { kind: 'oversized', number }
        : { kind: 'mail', bytes: Buffer.from(window.bytes), number, cut: false };
      return;
    }
    for (;;) {
      const at = nextSeparator(window.bytes, scanned, first, atEnd, state === 'junk' && junk === 0);
      if (at.kind === 'wait') {
        scanned = Math.max(0, at.from);
        if (state === 'junk') {
          junk += at.from;
          window.drop(at.from);
          scanned = 0;
        } else if (window.length > MAX_MAIL_BYTES) {
          oversized = true;
          window.drop(at.from);
          scanned = 0;
        }
        if (!atEnd) return;
      }
      const end = at.kind === 'found' ? at.at : window.length;
      if (state === 'junk') {
        junk += end;
        if (junk > 0) yield { kind: 'junk', bytes: junk };
      } else {
        number++;
        const bytes = window.bytes.subarray(0, blankSuffix(window.bytes, end));
        const cut = at.kind !== 'found' && bytes.length > 0 && bytes.at(-1) !== 0x0a;
        yield oversized
          ? { kind: 'oversized', number }
          : { kind: 'mail', bytes: unquoteFrom(Buffer.from(bytes), quoting), number, cut };
      }
      oversized = false;
      scanned = 0;
      if (at.kind !== 'found') return;
      const [line] = twoLines(window.bytes, end);
      first ??= line;
      quoting = quotingOf(line);
      state = 'mbox';
      window.drop(lineEnd(window.bytes, end));
    }
  }

  for await (const chunk of chunks) {
    window.append(chunk);
    yield* advance(false);
  }
  yield* advance(true);
}

/** The first `From ` line after an empty line that starts a mail, or from where to look again when more bytes are here. */
function nextSeparator(
  bytes: Buffer,
  from: number,
  first: string | null,
  atEnd: boolean,
  atStart: boolean,
): { kind: 'found'; at: number } | { kind: 'wait'; from: number } {
  let at = atStart && bytes.indexOf('From ') === 0 ? 0 : next(bytes, from);
  while (at >= 0) {
    if (!atEnd && bytes.length - at < LOOKAHEAD) return { kind: 'wait', from: Math.max(0, at - 3) };
    const [line, following] = twoLines(bytes, at);
    if (isSeparator(line, following, first)) return { kind: 'found', at };
    at = next(bytes, at);
  }
  return { kind: 'wait', from: Math.max(from, bytes.length - 16, 0) };
}

function next(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf('\nFrom ', from); at >= 0; at = bytes.indexOf('\nFrom ', at + 1)) {
    const before = bytes[at - 1];
    if (before === 0x0a || (before === 0x0d && bytes[at - 2] === 0x0a)) return at + 1;
  }
  return -1;
}

function twoLines(bytes: Buffer, at: number): [string, string] {
  const [line = '', next = ''] = bytes.toString('latin1', at, Math.min(bytes.length, at + LOOKAHEAD)).split('\n', 2);
  return [line.replace(/\r$/, ''), next];
}

function lineEnd(bytes: Buffer, at: number): number {
  const eol = bytes.indexOf(0x0a, at);
  return eol < 0 ? bytes.length : eol + 1;
}

function blankPrefix(bytes: Buffer): number {
  let at = 0;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return at;
}

/** Where the empty line that ends a mail of an mbox starts; `end` when there is none (the file is cut off). */
function blankSuffix(bytes: Buffer, end: number): number {
  if (bytes[end - 1] !== 0x0a) return end;
  if (bytes[end - 2] === 0x0a) return end - 1;
  return bytes[end - 2] === 0x0d && bytes[end - 3] === 0x0a ? end - 2 : end;
}
