import { COLUMNS, type FileFacts, FRONT_END_VERSION } from '../csource/index.ts';

const MAGIC = 0x61626f74;
const HEADER_WORDS = 3 + COLUMNS.length;

/** The facts of one file as bytes, to be stored or handed to another thread. Words are little-endian and aligned. */
export function encodeFacts(facts: FileFacts): Uint8Array<ArrayBuffer> {
  let words = HEADER_WORDS;
  for (const column of COLUMNS) words += facts[column].length;
  const nameWords = (facts.nameBytes.length + 3) >> 2;
  const out = new Int32Array(words + nameWords);
  out[0] = MAGIC;
  out[1] = FRONT_END_VERSION;
  out[2] = facts.nameBytes.length;
  let at = HEADER_WORDS;
  COLUMNS.forEach((column, i) => {
    out[3 + i] = facts[column].length;
    out.set(facts[column], at);
    at += facts[column].length;
  });
  const bytes = new Uint8Array(out.buffer);
  bytes.set(facts.nameBytes, at * 4);
  return bytes;
}

/** Reads facts back without copying, or null when the bytes are damaged or of another front end. */
export function decodeFacts(bytes: Uint8Array): FileFacts | null {
  if (bytes.byteLength < HEADER_WORDS * 4 || (bytes.byteLength & 3) !== 0) return null;
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
  if (words[0] !== MAGIC || words[1] !== FRONT_END_VERSION) return null;
  const nameLength = words[2] as number;
  const facts: Record<string, Int32Array | Uint8Array> = {};
  let at = HEADER_WORDS;
  for (let i = 0; i < COLUMNS.length; i++) {
    const length = words[3 + i] as number;
    if (length < 0 || at + length > words.length) return null;
    facts[COLUMNS[i] as string] = words.subarray(at, at + length);
    at += length;
  }
  if (nameLength < 0 || at * 4 + nameLength > aligned.byteLength) return null;
  facts['nameBytes'] = aligned.subarray(at * 4, at * 4 + nameLength);
  return facts as unknown as FileFacts;
}
