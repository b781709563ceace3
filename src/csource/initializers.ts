import { type Cursor, DEPTH_LIMIT } from './cursor.ts';
import { readAssignment } from './expressions.ts';
import { X } from './facts.ts';
import { KEYWORD_COUNT, T } from './tokens.ts';

const DOT = 46;

/**
 * Reads `{ … }` of an initialiser and records every value that names something: functions in ops tables, nested tables,
 * macros that stand for several designators. `path` holds field names, or `~position` where there is no designator.
 */
export function readBraces(c: Cursor, type: number, owner: number, path: number[]): void {
  const close = c.after(c.at) - 1;
  const end = c.end;
  c.at++;
  c.end = Math.min(end, close);
  if (++c.depth > DEPTH_LIMIT) c.at = c.end;
  let position = 0;
  while (c.at < c.end) {
    const k = c.kind();
    if (k === 44 || (k >= T.PP_IF && k <= T.PP_ENDIF)) {
      c.at++;
      continue;
    }
    // Tables of numbers are most of all initialisers: nothing in them is named.
    const follows = c.kind(1);
    if (
      (follows === 44 || follows === T.EOF) &&
      (k === T.NUMBER || k === T.STRING || k === T.CHAR || isConstant(c, c.at))
    ) {
      position++;
      c.at += 2;
      continue;
    }
    const start = c.at;
    const line = c.line();
    const outside = path.length;
    let designated = false;
    while (c.kind() === DOT || c.kind() === 91) {
      if (c.kind() === DOT && c.kind(1) === T.IDENT) {
        path.push(c.nameAt(c.at + 1));
        c.at += 2;
        designated = true;
      } else if (c.kind() === 91) {
        c.at = c.after(c.at); // array index: the element has the array's type
        designated = true;
      } else break;
    }
    if (c.isName(c.at) && c.kind(1) === 58) {
      path.push(c.nameAt(c.at)); // old GNU form `field: value`
      c.at += 2;
      designated = true;
    } else if (c.kind() === 61) c.at++;
    if (!designated) path.push(~position);
    position++;
    const last = c.kind(1);
    if ((last === 44 || last === T.EOF) && (c.kind() === T.NUMBER || isConstant(c, c.at))) c.at++;
    else if (c.kind() === 123) readBraces(c, type, owner, path);
    else recordValue(c, type, owner, path, line);
    path.length = outside;
    if (c.at < c.end && c.kind() !== 44) c.skipTo(44);
    if (c.at === start) c.at++;
  }
  c.depth--;
  c.end = end;
  c.at = close + 1;
}

/** A name in capitals stands for a number. */
function isConstant(c: Cursor, i: number): boolean {
  const word = c.wordAt(i);
  if (word < KEYWORD_COUNT) return false;
  const first = c.words.firstByte(word);
  return first !== 95 && (first < 97 || first > 122);
}

/** Reads one value without braces and records it if it names something. */
export function recordValue(c: Cursor, type: number, owner: number, path: readonly number[], line: number): void {
  const { facts } = c;
  const value = readAssignment(c);
  if (!namesSomething(c, value)) return;
  const { inits } = facts.columns;
  inits.push(owner);
  inits.push(type);
  inits.push(facts.list(path));
  inits.push(value);
  inits.push(line);
}

function namesSomething(c: Cursor, value: number): boolean {
  const { facts } = c;
  let e = value;
  for (let i = 0; i < 4; i++) {
    const kind = facts.kindOf(e);
    if (kind === X.CAST) e = facts.b(e);
    else if (kind === X.ADDR) e = facts.a(e);
    else if (kind === X.NAME) {
      // constants are spelled in capitals
      const first = facts.names.firstByte(facts.a(e));
      return first === 95 || (first >= 97 && first <= 122);
    } else return kind === X.CALL && facts.columns.lists.at(facts.b(e)) > 0;
  }
  return false;
}
