import { HASH_PRIME, HASH_SEED, type NameTable } from './names.ts';
import { CLASS, DIGIT, LETTER, type Place, skipBlanks, skipLine } from './scan.ts';
import { T, type Tokens } from './tokens.ts';

const NL = 10;
const SPACE = 32;

const CONDITIONALS: Readonly<Record<string, number>> = {
  if: T.PP_IF,
  ifdef: T.PP_IFDEF,
  ifndef: T.PP_IFNDEF,
  elif: T.PP_ELIF,
  elifdef: T.PP_ELIF,
  else: T.PP_ELSE,
  endif: T.PP_ENDIF,
};

/**
 * Reads a directive from behind its `#` on. One of an `#if` group becomes a token whose text is the condition; of a
 * `#define` the name becomes one, and true is returned: its body follows as tokens. Others vanish.
 */
export function readDirective(bytes: Uint8Array, place: Place, names: NameTable, out: Tokens): boolean {
  skipBlanks(bytes, place);
  const from = place.at;
  let at = from;
  while (at < bytes.length && CLASS[bytes[at] as number] === LETTER) at++;
  place.at = at;
  if (isDefine(bytes, from, at)) return readDefine(bytes, place, names, out);
  const kind = at - from <= 7 ? (CONDITIONALS[String.fromCharCode(...bytes.subarray(from, at))] ?? 0) : 0;
  if (kind === 0) {
    skipLine(bytes, place);
    return false;
  }
  skipBlanks(bytes, place);
  const start = place.at;
  const { line } = place;
  const end = skipLine(bytes, place);
  push(out, kind, start, Math.max(start, end), line, -1);
  return false;
}

/** Reads the name of a macro. False when the whole line is passed over: it defines a plain number, or nothing. */
function readDefine(bytes: Uint8Array, place: Place, names: NameTable, out: Tokens): boolean {
  const { length } = bytes;
  if (bytes[place.at] === SPACE && (CLASS[bytes[place.at + 1] as number] as number) >= LETTER) place.at++;
  else skipBlanks(bytes, place);
  const start = place.at;
  let at = start;
  let hash = HASH_SEED;
  while (at < length && (CLASS[bytes[at] as number] as number) >= LETTER)
    hash = Math.imul(hash ^ (bytes[at++] as number), HASH_PRIME);
  place.at = at;
  if (at === start) {
    skipLine(bytes, place);
    return false;
  }
  const { line } = place;
  const end = at;
  if (bytes[at] !== 40) {
    while (bytes[at] === SPACE) at++;
    place.at = at;
    skipBlanks(bytes, place);
    let c = bytes[place.at] as number;
    if (c === 40) c = bytes[place.at + 1] as number;
    if (CLASS[c] === DIGIT || c === NL) {
      skipLine(bytes, place);
      return false;
    }
  }
  push(out, T.PP_DEFINE, start, end, line, names.intern(bytes, start, end, hash));
  return true;
}

function isDefine(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === 6 &&
    bytes[from] === 100 &&
    bytes[from + 1] === 101 &&
    bytes[from + 2] === 102 &&
    bytes[from + 3] === 105 &&
    bytes[from + 4] === 110 &&
    bytes[from + 5] === 101
  );
}

function push(out: Tokens, kind: number, start: number, end: number, line: number, name: number): void {
  const i = out.count++;
  out.kind[i] = kind;
  out.start[i] = start;
  out.end[i] = end;
  out.line[i] = line;
  out.name[i] = name;
}
