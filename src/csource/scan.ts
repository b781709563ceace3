/** Classes of bytes. */
export const SPACE = 1;
export const LETTER = 2;
export const DIGIT = 3;
export const CLASS = new Uint8Array(256);
for (const c of [9, 11, 12, 13, 32]) CLASS[c] = SPACE;
for (let c = 65; c <= 90; c++) CLASS[c] = CLASS[c + 32] = LETTER;
CLASS[95] = CLASS[36] = LETTER;
for (let c = 128; c < 256; c++) CLASS[c] = LETTER;
for (let c = 48; c <= 57; c++) CLASS[c] = DIGIT;

const NL = 10;
const BACKSLASH = 92;

/** A place in the bytes of a file, with its line counted from 1. */
export interface Place {
  at: number;
  line: number;
}

/** Moves behind the comment that begins here; to the end when it never closes. */
export function skipComment(bytes: Uint8Array, place: Place): void {
  const { length } = bytes;
  let at = place.at + 2;
  let lines = 0;
  while (at < length) {
    const c = bytes[at++];
    if (c === NL) lines++;
    else if (c === 42 && bytes[at] === 47) {
      at++;
      break;
    }
  }
  place.at = at;
  place.line += lines;
}

/** Moves over blanks, comments and splices, but not over the end of the line. */
export function skipBlanks(bytes: Uint8Array, place: Place): void {
  for (;;) {
    const c = bytes[place.at] as number;
    if (CLASS[c] === SPACE) place.at++;
    else if (c === BACKSLASH && isSplice(bytes, place.at)) {
      place.at = spliceEnd(bytes, place.at);
      place.line++;
    } else if (c === 47 && bytes[place.at + 1] === 42) skipComment(bytes, place);
    else return;
  }
}

/** Moves to the end of a directive's line, over splices and comments; returns where its text ends. */
export function skipLine(bytes: Uint8Array, place: Place): number {
  const { length } = bytes;
  let at = place.at;
  let end = at;
  while (at < length) {
    const c = bytes[at] as number;
    if (c === NL) break;
    if (c === BACKSLASH && isSplice(bytes, at)) {
      at = spliceEnd(bytes, at);
      place.line++;
      continue;
    }
    if (c === 47 && bytes[at + 1] === 42) {
      place.at = at;
      skipComment(bytes, place);
      at = place.at;
      continue;
    }
    if (c === 47 && bytes[at + 1] === 47) {
      while (at < length && bytes[at] !== NL) at++;
      break;
    }
    at++;
    if (CLASS[c] !== SPACE) end = at;
  }
  place.at = at;
  return end;
}

/** Is the backslash here at the end of its line? */
export function isSplice(bytes: Uint8Array, at: number): boolean {
  const c = bytes[at + 1];
  return c === NL || (c === 13 && bytes[at + 2] === NL);
}

export function spliceEnd(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] === NL ? at + 2 : at + 3;
}
