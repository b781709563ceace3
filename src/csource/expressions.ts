// A little long, because the levels of an expression call each other in a circle.
import { type Cursor, DEPTH_LIMIT } from './cursor.ts';
import { readTypeName, startsType } from './declarators.ts';
import { X } from './facts.ts';
import { readBraces } from './initializers.ts';
import { IntVector } from './int-vector.ts';
import { readNumber } from './numbers.ts';
import { K, T } from './tokens.ts';
import { TRAIT } from './word-traits.ts';

const QUESTION = 63;
const COLON = 58;
const COMMA = 44;
const ASSIGN = 61;

/** Binding strength of a binary operator's token kind; 0 for everything else. */
const STRENGTH = new Uint8Array(256);
STRENGTH[T.OROR] = 4;
STRENGTH[T.ANDAND] = 5;
STRENGTH[124] = 6;
STRENGTH[94] = 7;
STRENGTH[38] = 8;
STRENGTH[T.EQ] = STRENGTH[T.NE] = 9;
STRENGTH[60] = STRENGTH[62] = STRENGTH[T.LE] = STRENGTH[T.GE] = 10;
STRENGTH[T.SHL] = STRENGTH[T.SHR] = 11;
STRENGTH[43] = STRENGTH[45] = 12;
STRENGTH[42] = STRENGTH[47] = STRENGTH[37] = 13;

const BINARY = new Map<number, number>([
  [T.OROR, X.OROR],
  [T.ANDAND, X.ANDAND],
  [T.EQ, X.EQ],
  [T.NE, X.NE],
  [60, X.LT],
  [62, X.GT],
  [T.LE, X.LE],
  [T.GE, X.GE],
]);

/** Where the calls of the current statement stand: expression and line by turns, in source order. */
export const callLines = new IntVector(64);

/** Reads a full expression with commas. Never fails: what is not understood is UNKNOWN. */
export function readExpression(c: Cursor): number {
  let left = readAssignment(c);
  while (c.kind() === COMMA) {
    c.at++;
    left = c.facts.expr(X.COMMA, left, readAssignment(c));
  }
  return left;
}

/** Reads an expression without top-level commas. */
export function readAssignment(c: Cursor): number {
  if (++c.depth > DEPTH_LIMIT) {
    c.depth--;
    c.skipTo(COMMA);
    return 0;
  }
  const left = readConditional(c);
  const k = c.kind();
  let result = left;
  if (k === ASSIGN) {
    c.at++;
    result = c.facts.expr(X.ASSIGN, left, readAssignment(c));
  } else if (k === T.ASSIGN_OP) {
    c.at++;
    result = c.facts.expr(X.MODIFY, left, readAssignment(c));
  }
  c.depth--;
  return result;
}

function readConditional(c: Cursor): number {
  const condition = readBinary(c, 1);
  skipDirectives(c);
  if (c.kind() !== QUESTION) return condition;
  c.at++;
  const yes = c.kind() === COLON ? condition : readExpression(c);
  if (c.kind() !== COLON) return 0;
  c.at++;
  const no = readAssignment(c);
  return c.facts.expr(X.COND, condition, c.facts.list([yes, no]));
}

function readBinary(c: Cursor, floor: number): number {
  let left = readUnary(c);
  for (;;) {
    skipDirectives(c);
    const k = c.kind();
    const strength = STRENGTH[k] as number;
    if (strength === 0 || strength < floor) return left;
    c.at++;
    if (++c.depth > DEPTH_LIMIT) {
      c.depth--;
      c.skipTo(COMMA);
      return 0;
    }
    const right = readBinary(c, strength + 1);
    c.depth--;
    left = c.facts.expr(BINARY.get(k) ?? X.OPERATOR + (k & 0x7f), left, right);
  }
}

/** Conditional arms that survive inside an expression are read as if all of them were there. */
function skipDirectives(c: Cursor): void {
  while (c.isConditional()) c.at++;
}

function readUnary(c: Cursor): number {
  skipDirectives(c);
  const { facts } = c;
  const k = c.kind();
  switch (k) {
    case 42:
      c.at++;
      return facts.expr(X.DEREF, deeper(c, readUnary), -1);
    case 38: {
      c.at++;
      const inner = deeper(c, readUnary);
      return facts.kindOf(inner) === X.DEREF ? facts.a(inner) : facts.expr(X.ADDR, inner, -1);
    }
    case T.ANDAND: // GNU address of a label
      c.at += 2;
      return 0;
    case 33:
      c.at++;
      return facts.expr(X.NOT, deeper(c, readUnary), -1);
    case 45:
      c.at++;
      return facts.expr(X.NEG, deeper(c, readUnary), -1);
    case 126:
    case 43:
      c.at++;
      return facts.expr(X.OPERATOR + (k & 0x7f), deeper(c, readUnary), -1);
    case T.INC:
    case T.DEC:
      c.at++;
      return facts.expr(k === T.INC ? X.INC : X.DEC, deeper(c, readUnary), -1);
    default:
      return readPostfix(c, readPrimary(c));
  }
}

function deeper(c: Cursor, read: (c: Cursor) => number): number {
  if (++c.depth > DEPTH_LIMIT) {
    c.depth--;
    c.skipTo(COMMA);
    return 0;
  }
  const result = read(c);
  c.depth--;
  return result;
}

function readPrimary(c: Cursor): number {
  const { facts } = c;
  switch (c.kind()) {
    case T.IDENT: {
      const word = c.word();
      if (word === K['sizeof'] || word === K['_Alignof'] || word === K['__alignof__']) {
        c.at++;
        if (c.kind() === 40) c.at = c.after(c.at);
        else readUnary(c);
        return 0;
      }
      if (word === K['__extension__']) {
        c.at++;
        return readUnary(c);
      }
      if (word === K['_Generic']) {
        c.at++;
        if (c.kind() === 40) c.at = c.after(c.at);
        return 0;
      }
      if (c.kind(1) === T.PASTE) {
        c.at++;
        while (c.kind() === T.PASTE) c.at += 2;
        return 0;
      }
      const name = c.nameAt(c.at++);
      if (c.kind() === T.STRING) return readString(c); // KERN_ERR "…" PRIx64 "…"
      return facts.expr(X.NAME, name, -1);
    }
    case T.NUMBER: {
      const value = readNumber(c.bytes, c.tokens.start[c.at] as number, c.tokens.end[c.at] as number);
      c.at++;
      if (c.kind() === T.PASTE) c.at += 2;
      return value < 0 ? 0 : facts.expr(X.NUM, value, -1);
    }
    case T.CHAR:
      c.at++;
      return facts.expr(X.NUM, c.bytes[(c.tokens.start[c.at - 1] as number) + 1] ?? 0, -1);
    case T.STRING:
      return readString(c);
    case 40:
      return readParenthesis(c);
    case 35: // stringification in a macro body
      c.at += 2;
      return facts.expr(X.STRING, -1, -1);
    case 123:
      c.at = c.after(c.at);
      return 0;
    default:
      return 0;
  }
}

/** Literals one after the other, and the macros between them: `"a" PRIx64 __stringify(X) "b"`. */
function readString(c: Cursor): number {
  for (;;) {
    const k = c.kind();
    if (k === T.STRING) c.at++;
    else if (k === T.IDENT && c.isName(c.at) && c.kind(1) !== 40) c.at++;
    else if (k === T.IDENT && c.kind(1) === 40 && c.has(c.at, TRAIT.STRINGIFY)) c.at = c.after(c.at + 1);
    else return c.facts.expr(X.STRING, -1, -1);
  }
}

function readParenthesis(c: Cursor): number {
  const { facts } = c;
  const open = c.at;
  const close = c.after(open) - 1;
  if (c.kind(1) === 123) {
    c.at = close + 1;
    return facts.expr(X.STATEMENTS, open + 1, c.after(open + 1) - 1);
  }
  if (isCast(c, open, close)) {
    c.at = open + 1;
    const type = readTypeName(c, close);
    c.at = close + 1;
    if (c.kind() === 123) {
      readBraces(c, type, -1, []);
      return facts.expr(X.CAST, type, 0);
    }
    return facts.expr(X.CAST, type, deeper(c, readUnary));
  }
  c.at = open + 1;
  const end = c.end;
  c.end = Math.min(end, close);
  const inner = readExpression(c);
  c.end = end;
  c.at = close + 1;
  return inner;
}

/** `(type)operand` or a parenthesised expression? C cannot tell without typedefs; the kernel's style can. */
function isCast(c: Cursor, open: number, close: number): boolean {
  const first = open + 1;
  if (c.kindAt(first) !== T.IDENT) return false;
  if (startsType(c, first)) return true;
  if (!c.isName(first)) return false;
  let i = first + 1;
  while (c.isName(i) && i < first + 8) i++; // `const`-less qualifiers such as __user, __force
  const names = i - first;
  let stars = 0;
  while (c.kindAt(i) === 42) {
    stars++;
    i++;
    while (c.kindAt(i) === T.IDENT && i < close) i++;
  }
  if (i !== close) return false;
  const next = c.kindAt(close + 1);
  if (next === 123) return true;
  if (stars > 0 || names > 1)
    return (
      next === T.IDENT ||
      next === T.NUMBER ||
      next === T.STRING ||
      next === 40 ||
      next === 38 ||
      next === 42 ||
      next === 126 ||
      next === 45
    );
  if (next === T.IDENT || next === T.NUMBER || next === 126 || next === 33 || next === T.STRING) return true;
  return next === 40 && c.has(first, TRAIT.SCALAR);
}

function readPostfix(c: Cursor, primary: number): number {
  const { facts } = c;
  let left = primary;
  for (;;) {
    switch (c.kind()) {
      case 40: {
        const line = c.line();
        const start = c.at;
        const args = readArguments(c);
        if (c.at === start) return left;
        if (facts.kindOf(left) === X.NAME && c.has(start - 1, TRAIT.HINT)) {
          left = facts.columns.lists.at(args) > 0 ? facts.columns.lists.at(args + 1) : 0;
          break;
        }
        if (facts.kindOf(left) === X.DEREF) left = facts.a(left); // (*fn)(…) is fn(…)
        left = facts.expr(X.CALL, left, args);
        callLines.push(left);
        callLines.push(line);
        break;
      }
      case 91: {
        const close = c.after(c.at) - 1;
        c.at++;
        const index = c.at < close ? readExpression(c) : 0;
        c.at = close + 1;
        left = facts.expr(X.INDEX, left, index);
        break;
      }
      case 46:
      case T.ARROW: {
        if (c.kind(1) !== T.IDENT) return left;
        const kind = c.kind() === 46 ? X.FIELD : X.ARROW;
        const name = c.nameAt(c.at + 1);
        c.at += 2;
        if (c.kind() === T.PASTE) {
          c.at += 2;
          left = 0;
          break;
        }
        // (&x)->f is x.f, and (*x).f is x->f: one spelling, so that both correlate.
        if (kind === X.ARROW && facts.kindOf(left) === X.ADDR) left = facts.expr(X.FIELD, facts.a(left), name);
        else if (kind === X.FIELD && facts.kindOf(left) === X.DEREF) left = facts.expr(X.ARROW, facts.a(left), name);
        else left = facts.expr(kind, left, name);
        break;
      }
      case T.INC:
      case T.DEC:
        left = facts.expr(c.kind() === T.INC ? X.INC : X.DEC, left, -1);
        c.at++;
        break;
      default:
        return left;
    }
  }
}

/** Reads `( … )`; each argument is an expression or a type. Returns the list. */
export function readArguments(c: Cursor): number {
  const close = c.after(c.at) - 1;
  const end = c.end;
  const { stack } = c;
  const base = stack.length;
  c.at++;
  c.end = Math.min(end, close);
  while (c.at < c.end) {
    skipDirectives(c);
    if (c.at >= c.end) break;
    const start = c.at;
    const first = c.word();
    if (first >= 0 && first <= K['goto'] && c.inBody) {
      stack.push(readStatementArgument(c, start));
      if (c.kind() === COMMA) c.at++;
      continue;
    }
    if (c.kind() === T.IDENT && startsType(c, c.at)) stack.push(c.facts.expr(X.TYPE, readTypeName(c, c.end), -1));
    else stack.push(readAssignment(c));
    if (c.at < c.end && c.kind() !== COMMA) {
      // Not an expression: a statement counts, of the rest (an operator, two names) only the place is kept.
      if (c.kind() === 59 && c.inBody) stack.data[stack.length - 1] = readStatementArgument(c, start);
      else {
        stack.data[stack.length - 1] = 0;
        while (c.at < c.end && c.kind() !== COMMA) c.at = c.step(c.at);
      }
    }
    if (c.kind() === COMMA) c.at++;
    else if (c.at === start) c.at++;
  }
  c.end = end;
  c.at = close + 1;
  return c.facts.listOf(stack, base);
}

/** `scoped_cond_guard(mutex_intr, return -EINTR, &x)`: a statement that the macro may run, under an unknown condition. */
function readStatementArgument(c: Cursor, start: number): number {
  while (c.at < c.end && c.kind() !== COMMA) c.at = c.step(c.at);
  const statements = c.facts.expr(X.STATEMENTS, start - 1, c.at);
  return c.facts.expr(X.COND, 0, c.facts.list([statements, 0]));
}
