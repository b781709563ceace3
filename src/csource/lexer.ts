import { readDirective } from './directives.ts';
import { HASH_PRIME, HASH_SEED, type NameTable } from './names.ts';
import { CLASS, DIGIT, isSplice, LETTER, type Place, SPACE, skipComment, spliceEnd } from './scan.ts';
import { T, type Tokens, widenTokens } from './tokens.ts';

const NL = 10;
const BACKSLASH = 92;

/** For a character, the token of it twice (`&&`), and of it with `=` behind (`<=`); 0 for none. */
const TWICE = new Uint8Array(128);
TWICE[38] = T.ANDAND;
TWICE[124] = T.OROR;
TWICE[43] = T.INC;
TWICE[45] = T.DEC;
TWICE[35] = T.PASTE;
TWICE[60] = T.SHL;
TWICE[62] = T.SHR;
const WITH_EQUALS = new Uint8Array(128);
WITH_EQUALS[61] = T.EQ;
WITH_EQUALS[33] = T.NE;
WITH_EQUALS[60] = T.LE;
WITH_EQUALS[62] = T.GE;
for (const c of [43, 45, 42, 47, 37, 38, 124, 94]) WITH_EQUALS[c] = T.ASSIGN_OP;

/**
 * Splits the bytes of one C file into tokens, one pass, linear. Comments and line splices vanish; `#define` bodies stay
 * in the stream between PP_DEFINE and PP_EOL; `#if` lines are tokens; other directives vanish. A `#define` of a plain
 * number (register headers hold millions of them) is passed over without a token.
 *
 * The place is kept in plain variables here and handed over in `place`, because a variable that closures share costs a
 * memory access at every character.
 */
export function tokenize(bytes: Uint8Array, names: NameTable, out: Tokens): void {
  const length = bytes.length;
  const place: Place = { at: 0, line: 1 };
  let at = 0;
  let line = 1;
  let lineStart = true;
  let inDefine = false;
  let count = 0;
  let { kind, start, end, name } = out;
  let lines = out.line;
  // Two tokens may be written after the check: a directive's, or the one of the character and the end.
  let room = kind.length - 4;

  while (at < length) {
    if (count >= room) {
      out.count = count;
      widenTokens(out);
      ({ kind, start, end, name } = out);
      lines = out.line;
      room = kind.length - 4;
    }
    const c = bytes[at] as number;
    const cls = CLASS[c] as number;
    if (cls === SPACE) {
      at++;
      continue;
    }
    if (c === NL) {
      if (inDefine) {
        kind[count] = T.PP_EOL;
        start[count] = end[count] = at;
        lines[count] = line;
        name[count++] = -1;
        inDefine = false;
      }
      at++;
      line++;
      lineStart = true;
      continue;
    }
    if (cls === LETTER) {
      lineStart = false;
      const from = at;
      let hash = HASH_SEED;
      let d = c;
      do {
        hash = Math.imul(hash ^ d, HASH_PRIME);
        d = ++at < length ? (bytes[at] as number) : 0;
      } while ((CLASS[d] as number) >= LETTER);
      if (at === from + 1 && (d === 34 || d === 39) && (c === 76 || c === 117 || c === 85)) continue; // L"…"
      kind[count] = T.IDENT;
      start[count] = from;
      end[count] = at;
      lines[count] = line;
      name[count++] = names.intern(bytes, from, at, hash);
      continue;
    }
    const d = at + 1 < length ? (bytes[at + 1] as number) : 0;
    if (cls === DIGIT || (c === 46 && CLASS[d] === DIGIT)) {
      lineStart = false;
      const from = at++;
      while (at < length) {
        const e = bytes[at] as number;
        if ((CLASS[e] as number) >= LETTER || e === 46) at++;
        else if ((e === 43 || e === 45) && ((bytes[at - 1] as number) | 32) === 101 && bytes[from + 1] !== 120) at++;
        else break;
      }
      kind[count] = T.NUMBER;
      start[count] = from;
      end[count] = at;
      lines[count] = line;
      name[count++] = -1;
      continue;
    }
    if (c === 35 && lineStart && !inDefine) {
      place.at = at + 1;
      place.line = line;
      out.count = count;
      inDefine = readDirective(bytes, place, names, out);
      count = out.count;
      at = place.at;
      line = place.line;
      lineStart = false;
      continue;
    }
    if (c === 47 && d === 42) {
      // A directive may follow a comment on its line, and a comment may span lines: the line start survives it.
      place.at = at;
      place.line = line;
      skipComment(bytes, place);
      at = place.at;
      if (place.line !== line) {
        line = place.line;
        if (!inDefine) lineStart = true;
      }
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
    if (c === 47 && d === 47) {
      while (at < length && bytes[at] !== NL) {
        if (bytes[at] === BACKSLASH && isSplice(bytes, at)) {
          at = spliceEnd(bytes, at);
          line++;
        } else at++;
      }
      continue;
    }
    const from = at;
    lines[count] = line;
    start[count] = from;
    name[count] = -1;
    if (c === 34 || c === 39) {
      at++;
      while (at < length) {
        const e = bytes[at] as number;
        if (e === BACKSLASH) {
          if (isSplice(bytes, at)) {
            at = spliceEnd(bytes, at);
            line++;
          } else at += 2;
          continue;
        }
        if (e === NL) break;
        at++;
        if (e === c) break;
      }
      if (at > length) at = length;
      kind[count] = c === 34 ? T.STRING : T.CHAR;
      end[count++] = at;
      continue;
    }
    let k: number = c;
    let size = 1;
    if (d === c) {
      const twice = TWICE[c & 127] as number;
      if (twice !== 0 && c < 128) {
        k = twice;
        size = 2;
        if ((c === 60 || c === 62) && bytes[at + 2] === 61) {
          k = T.ASSIGN_OP;
          size = 3;
        }
      } else if (c === 61) {
        k = T.EQ;
        size = 2;
      } else if (c === 46 && bytes[at + 2] === 46) {
        k = T.ELLIPSIS;
        size = 3;
      }
    } else if (d === 61) {
      const joined = WITH_EQUALS[c & 127] as number;
      if (joined !== 0) {
        k = joined;
        size = 2;
      }
    } else if (c === 45 && d === 62) {
      k = T.ARROW;
      size = 2;
    }
    at += size;
    if (k < 33) continue; // a control byte: no token of C
    kind[count] = k;
    end[count++] = at;
  }
  if (inDefine) {
    kind[count] = T.PP_EOL;
    start[count] = end[count] = length;
    lines[count] = line;
    name[count++] = -1;
  }
  kind[count] = T.EOF;
  start[count] = end[count] = length;
  lines[count] = line;
  name[count++] = -1;
  out.count = count;
}
