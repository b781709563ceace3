import { isAscii, isUtf8 } from 'node:buffer';

/** A text and what had to be done to read it. */
export interface Decoded {
  readonly text: string;
  readonly defect: string | null;
}

const LATIN1 = new TextDecoder('windows-1252');

/**
 * Decodes bytes by their label; when the label is missing, unknown or wrong, tries UTF-8 and then Latin-1, which
 * always works, and says so. A label is wrong when the bytes cannot be read with it.
 *
 * @example
 * decodeText(Buffer.from('Gr\xfc\xdfe', 'latin1'), 'utf-8');
 * // { text: 'Grüße', defect: 'the text is not utf-8 as its label says; read as latin1' }
 */
export function decodeText(bytes: Uint8Array, label: string | null): Decoded {
  const name = (label ?? '').trim().toLowerCase();
  if (isAscii(bytes) && !/^(utf-?(7|16)|iso-2022|hz)/.test(name))
    return { text: asBuffer(bytes).toString('latin1'), defect: null };
  // Eight-bit labels fit any bytes, also those of UTF-8; and UTF-8 hardly ever fits by chance. So it is tried first.
  const weak =
    name === '' || /^(us-ascii|ascii|ansi_x3|iso-?8859-1$|iso-8859-15|latin|windows-1252|unknown|x-unknown)/.test(name);
  const utf8 = weak ? decodeWith(bytes, 'utf-8') : null;
  const honest = weak && /^(us-|ascii|ansi|unknown|x-|$)/.test(name) ? null : decodeWith(bytes, name);
  const problem = name === '' ? 'no charset is given' : `the text is not ${name} as its label says`;
  if (utf8 !== null) return { text: utf8, defect: `${problem}; read as utf-8` };
  if (honest !== null) return { text: honest, defect: null };
  const guess = decodeWith(bytes, 'utf-8');
  if (guess !== null) return { text: guess, defect: `${problem}; read as utf-8` };
  return { text: LATIN1.decode(bytes), defect: `${problem}; read as latin1` };
}

function decodeWith(bytes: Uint8Array, name: string): string | null {
  if (name === 'utf-8' || name === 'utf8') return isUtf8(bytes) ? asBuffer(bytes).toString('utf8') : null;
  try {
    return new TextDecoder(name, { fatal: true }).decode(bytes);
  } catch {
    // An unknown label (RangeError) or bytes that do not fit it (TypeError): the caller tries the next one.
    return null;
  }
}

/** The same bytes with the decoders of node, which are several times as fast as TextDecoder's. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
