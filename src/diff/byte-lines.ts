import { isUtf8 } from 'node:buffer';

/**
 * A file as lines that keep their ends, one character a byte (latin1), so that joining them gives the same bytes back
 * whatever the file's charset is.
 */
export interface ByteLines {
  readonly lines: readonly string[];
  /** How the text of a patch becomes bytes here: UTF-8, unless the file itself is not UTF-8. */
  readonly charset: 'utf8' | 'latin1';
}

export function toByteLines(bytes: Uint8Array): ByteLines {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { lines: splitKeepingEnds(buffer.toString('latin1')), charset: isUtf8(buffer) ? 'utf8' : 'latin1' };
}

export function fromByteLines(lines: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.from(lines.join(''), 'latin1'));
}

/** The bytes of a patch's line in the file's charset, with its line end. */
export function encodeLine(text: string, charset: 'utf8' | 'latin1', noNewline: boolean): string {
  const fits = charset === 'latin1' && !/[^\p{ASCII}\u0080-\u00ff]/u.test(text);
  return (fits ? text : Buffer.from(text, 'utf8').toString('latin1')) + (noNewline ? '' : '\n');
}

/** What two lines are compared by: a carriage return at the end makes no difference, a missing newline does. */
export function comparable(line: string): string {
  return line.endsWith('\r\n') ? `${line.slice(0, -2)}\n` : line;
}

function splitKeepingEnds(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    lines.push(text.slice(start, end + 1));
    start = end + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}
