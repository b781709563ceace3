import { HASH_PRIME, HASH_SEED, type NameTable } from './names.ts';
import { T, type Tokens, widenTokens } from './tokens.ts';

const SPACE = 1;
const LETTER = 2;
const DIGIT = 3;
const CLASS = new Uint8Array(256);
for (const c of [9, 11, 12, 13, 32]) CLASS[c] = SPACE;
for (let c = 65; c <= 90; c++) CLASS[c] = CLASS[c + 32] = LETTER;
CLASS[95] = CLASS[36] = LETTER;
for (let c = 128; c < 256; c++) CLASS[c] = LETTER;
for (let c = 48; c <= 57; c++) CLASS[c] = DIGIT;

const NL = 10;
const BACKSLASH = 92;

/**
 * Splits the bytes of one C file into tokens, one pass, linear. Comments and line splices vanish; `#define` bodies stay
 * in the stream between PP_DEFINE and PP_EOL; `#if` lines are tokens; other directives vanish. A `#define` of a plain
 * number (register headers hold millions of them) is passed over without a token.
 */
export function tokenize(bytes: Uint8Array, names: NameTable, out: Tokens): void {
  const length = bytes.length;
  let at = 0;
  let line = 1;
  let lineStart = true;
  let inDefine = false;
  out.count = 0;

  const emit = (kind: number, start: number, end: number, name: number): void => {
    if (out.count + 2 >= out.kind.length) widenTokens(out);
    const i = out.count++;
    out.kind[i] = kind;
    out.start[i] = start;
    out.end[i] = end;
    out.line[i] = line;
    out.name[i] = name;
  };

  /** Moves to the end of a directive line, over splices and comments; returns where its text ends. */
  const skipLine = (): number => {
    let end = at;
    while (at < length) {
      const c = bytes[at] as number;
      if (c === NL) break;
      if (c === BACKSLASH && isSplice(bytes, at)) {
        at = spliceEnd(bytes, at);
        line++;
        continue;
      }
      if (c === 47 && bytes[at + 1] === 42) {
        skipComment();
        continue;
      }
      if (c === 47 && bytes[at + 1] === 47) {
        while (at < length && bytes[at] !== NL) at++;
        break;
      }
      at++;
      if (CLASS[c] !== SPACE) end = at;
    }
    return end;
  };

  const skipComment = (): void => {
    at += 2;
    while (at < length && !(bytes[at] === 42 && bytes[at + 1] === 47)) {
      if (bytes[at] === NL) line++;
      at++;
    }
    at += 2;
  };

  const skipBlanks = (): void => {
    for (;;) {
      const c = bytes[at] as number;
      if (CLASS[c] === SPACE) at++;
      else if (c === BACKSLASH && isSplice(bytes, at)) {
        at = spliceEnd(bytes, at);
        line++;
      } else if (c === 47 && bytes[at + 1] === 42) skipComment();
      else return;
    }
  };

  const word = (): { start: number; end: number; hash: number } => {
    const start = at;
    let hash = HASH_SEED;
    while (at < length && (CLASS[bytes[at] as number] as number) >= LETTER) {
      hash = Math.imul(hash ^ (bytes[at] as number), HASH_PRIME);
      at++;
    }
    return { start, end: at, hash };
  };

  const directive = (): void => {
    at++;
    skipBlanks();
    const from = at;
    while (at < length && CLASS[bytes[at] as number] === LETTER) at++;
    const what = at - from <= 7 ? String.fromCharCode(...bytes.subarray(from, at)) : '';
    if (what === 'define') {
      skipBlanks();
      const { start, end, hash } = word();
      if (end === start) {
        skipLine();
        return;
      }
      if (bytes[at] !== 40) {
        skipBlanks();
        let c = bytes[at] as number;
        if (c === 40) c = bytes[at + 1] as number;
        if (CLASS[c] === DIGIT || c === NL) {
          skipLine();
          return;
        }
      }
      const name = names.intern(bytes, start, end, hash);
      emit(T.PP_DEFINE, start, end, name);
      inDefine = true;
      return;
    }
    const kind =
      what === 'if'
        ? T.PP_IF
        : what === 'ifdef'
          ? T.PP_IFDEF
          : what === 'ifndef'
            ? T.PP_IFNDEF
            : what === 'elif' || what === 'elifdef'
              ? T.PP_ELIF
              : what === 'else'
                ? T.PP_ELSE
                : what === 'endif'
                  ? T.PP_ENDIF
                  : 0;
    if (kind !== 0) skipBlanks();
    const start = at;
    const atLine = line;
    const end = skipLine();
    if (kind !== 0) {
      emit(kind, start, Math.max(start, end), -1);
      out.line[out.count - 1] = atLine;
    }
  };

  while (at < length) {
    const c = bytes[at] as number;
    const cls = CLASS[c] as number;
    if (cls === SPACE) {
      at++;
      continue;
    }
    if (c === NL) {
      if (inDefine) {
        emit(T.PP_EOL, at, at, -1);
        inDefine = false;
      }
      at++;
      line++;
      lineStart = true;
      continue;
    }
    if (cls === LETTER) {
      lineStart = false;
      const start = at;
      let hash = HASH_SEED;
      do {
        hash = Math.imul(hash ^ (bytes[at] as number), HASH_PRIME);
        at++;
      } while (at < length && (CLASS[bytes[at] as number] as number) >= LETTER);
      // L"…" and u8"…" are string literals too: the prefix is harmless as a name of its own.
      emit(T.IDENT, start, at, names.intern(bytes, start, at, hash));
      continue;
    }
    if (cls === DIGIT || (c === 46 && CLASS[bytes[at + 1] as number] === DIGIT)) {
      lineStart = false;
      const start = at++;
      while (at < length) {
        const d = bytes[at] as number;
        if ((CLASS[d] as number) >= LETTER || d === 46) at++;
        else if ((d === 43 || d === 45) && ((bytes[at - 1] as number) | 32) === 101 && bytes[start + 1] !== 120) at++;
        else break;
      }
      emit(T.NUMBER, start, at, -1);
      continue;
    }
    if (c === 35 && lineStart && !inDefine) {
      directive();
      lineStart = false;
      continue;
    }
    lineStart = false;
    if (c === BACKSLASH) {
      if (isSplice(bytes, at)) {
        at = spliceEnd(bytes, at);
        line++;
      } else at++;
      continue;
    }
    if (c === 47) {
      const d = bytes[at + 1];
      if (d === 42) {
        // A directive may follow a comment on its line, and a comment may span lines: the line start survives it.
        const before = line;
        skipComment();
        if (line !== before && !inDefine) lineStart = true;
        continue;
      }
      if (d === 47) {
        while (at < length && bytes[at] !== NL) {
          if (bytes[at] === BACKSLASH && isSplice(bytes, at)) {
            at = spliceEnd(bytes, at);
            line++;
          } else at++;
        }
        continue;
      }
    }
    if (c === 34 || c === 39) {
      const start = at++;
      const atLine = line;
      while (at < length) {
        const d = bytes[at] as number;
        if (d === BACKSLASH) {
          if (isSplice(bytes, at)) {
            at = spliceEnd(bytes, at);
            line++;
          } else at += 2;
          continue;
        }
        if (d === NL) break;
        at++;
        if (d === c) break;
      }
      if (at > length) at = length;
      emit(c === 34 ? T.STRING : T.CHAR, start, at, -1);
      out.line[out.count - 1] = atLine;
      continue;
    }
    const d = bytes[at + 1] as number;
    const start = at;
    let kind: number = c;
    let size = 1;
    if (d === 61) {
      if (c === 61) {
        kind = T.EQ;
        size = 2;
      } else if (c === 33) {
        kind = T.NE;
        size = 2;
      } else if (c === 60) {
        kind = T.LE;
        size = 2;
      } else if (c === 62) {
        kind = T.GE;
        size = 2;
      } else if (c === 43 || c === 45 || c === 42 || c === 47 || c === 37 || c === 38 || c === 124 || c === 94) {
        kind = T.ASSIGN_OP;
        size = 2;
      }
    } else if (c === d) {
      if (c === 38) {
        kind = T.ANDAND;
        size = 2;
      } else if (c === 124) {
        kind = T.OROR;
        size = 2;
      } else if (c === 43) {
        kind = T.INC;
        size = 2;
      } else if (c === 45) {
        kind = T.DEC;
        size = 2;
      } else if (c === 35) {
        kind = T.PASTE;
        size = 2;
      } else if (c === 60 || c === 62) {
        if (bytes[at + 2] === 61) {
          kind = T.ASSIGN_OP;
          size = 3;
        } else {
          kind = c === 60 ? T.SHL : T.SHR;
          size = 2;
        }
      } else if (c === 46 && bytes[at + 2] === 46) {
        kind = T.ELLIPSIS;
        size = 3;
      }
    } else if (c === 45 && d === 62) {
      kind = T.ARROW;
      size = 2;
    }
    at += size;
    if (kind < 33) continue; // a control byte: no token of C
    emit(kind, start, at, -1);
  }
  if (inDefine) emit(T.PP_EOL, length, length, -1);
  emit(T.EOF, length, length, -1);
}

function isSplice(bytes: Uint8Array, at: number): boolean {
  const c = bytes[at + 1];
  return c === NL || (c === 13 && bytes[at + 2] === NL);
}

function spliceEnd(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] === NL ? at + 2 : at + 3;
}
