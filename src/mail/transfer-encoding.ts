const EQUALS = 0x3d;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Undoes a transfer encoding where it is written by the book, or returns null: what is odd is left to the general
 * reader of MIME, which takes ten times as long (a tenth of a list's mails is encoded). Where this gives an answer, it
 * is that reader's answer byte for byte.
 */
export function undoTransferEncoding(body: Buffer, encoding: string): Uint8Array | null {
  if (/^\s*quoted-printable\s*$/i.test(encoding)) return undoQuotedPrintable(body);
  if (/^\s*base64\s*$/i.test(encoding)) return undoBase64(body);
  return null;
}

function undoQuotedPrintable(body: Buffer): Uint8Array | null {
  if (body.length === 0 || body.includes(CR) || body[body.length - 1] !== LF) return null;
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  let from = 0;
  for (let at = body.indexOf(EQUALS); at >= 0; at = body.indexOf(EQUALS, from)) {
    length += body.copy(out, length, from, at);
    const high = body[at + 1]!;
    if (high === LF) {
      from = at + 2;
      continue;
    }
    const value = hexDigit(high) * 16 + hexDigit(body[at + 2] ?? 0);
    // A lone `=` is kept as it is by some readers and dropped by others.
    if (!(value >= 0)) return null;
    out[length++] = value;
    from = at + 3;
  }
  length += body.copy(out, length, from);
  return out.subarray(0, length);
}

function undoBase64(body: Buffer): Uint8Array | null {
  const text = body.toString('latin1');
  return /^(?:[A-Za-z0-9+/]+\r?\n)*[A-Za-z0-9+/]*={0,2}\s*$/.test(text) ? decodeWhole(text) : null;
}

/** Text of whole groups of four letters only; what is cut off is for others to judge. */
function decodeWhole(text: string): Uint8Array | null {
  const letters = text.replace(/\s/g, '');
  return letters.length % 4 === 0 ? Buffer.from(letters, 'base64') : null;
}

/** 0 to 15, or NaN. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x41 + 10;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x61 + 10;
  return Number.NaN;
}
