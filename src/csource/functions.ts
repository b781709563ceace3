import type { Cursor } from './cursor.ts';
import { pointerOf, readDeclarator, readSpecifiers } from './declarators.ts';
import { readArguments, readExpression } from './expressions.ts';
import { FLAG, TYPE } from './facts.ts';
import type { StatementReader } from './statements.ts';
import { K, T } from './tokens.ts';
import { TRAIT } from './word-traits.ts';

/** What is known of a function before its body is read. */
export interface FunctionHead {
  name: number;
  flags: number;
  line: number;
  type: number;
  condition: number;
  /** Tokens from the parameter list on, where annotations are looked for; -1 when there is none. */
  params: number;
  /** Token at which the declaration begins, if annotations may stand before the name. */
  from?: number;
}

/** What is known of a macro before its body is read. */
export interface MacroHead {
  name: number;
  params: readonly number[];
  objectLike: boolean;
  condition: number;
}

/** Reads `(type name, …)` into the variables of the function that begins; returns how many parameters there are. */
export function readParameters(c: Cursor, open: number): number {
  const { facts } = c;
  const close = c.after(open) - 1;
  const end = c.end;
  const at = c.at;
  let count = 0;
  if (close === open + 2 && c.wordAt(open + 1) === K['void']) return 0;
  c.at = open + 1;
  c.end = Math.min(end, close);
  while (c.at < c.end) {
    const start = c.at;
    const s = readSpecifiers(c);
    const d = readDeclarator(c);
    // an unnamed parameter of a typedef'd type: `foo(u32)` reads as a name
    if (d.name < 0 && !s.any && c.kind() === T.ELLIPSIS) c.at++;
    else if (s.any || d.name >= 0) {
      pushVariable(c, d.name >= 0 ? c.nameAt(d.name) : facts.names.internString(`#${count}`), s.type, pointerOf(d));
      count++;
    }
    c.skipTo(44);
    if (c.kind() === 44) c.at++;
    else if (c.at < c.end) c.at++;
    if (c.at === start) c.at++;
  }
  c.at = at;
  c.end = end;
  return count;
}

/** `int f(a, b) int a; char *b; {`: the list gives the order, the declarations up to the body the types. */
export function readOldParameters(c: Cursor, open: number, body: number): number {
  const { vars } = c.facts.columns;
  const close = c.after(open) - 1;
  const first = vars.length;
  for (let i = open + 1; i < close; i++) if (c.isName(i)) pushVariable(c, c.nameAt(i), -1, 0);
  const { at, end } = c;
  c.at = close + 1;
  c.end = Math.min(end, body);
  while (c.at < c.end) {
    const start = c.at;
    const { type } = readSpecifiers(c);
    for (;;) {
      const d = readDeclarator(c);
      const name = d.name >= 0 ? c.nameAt(d.name) : -1;
      for (let v = first; v < vars.length; v += 3) {
        if (vars.at(v) !== name || type < 0) continue;
        vars.data[v + 1] = type;
        vars.data[v + 2] = pointerOf(d);
      }
      c.skipTo(44);
      if (c.kind() !== 44) break;
      c.at++;
    }
    if (c.kind() === 59 || c.at === start) c.at++;
  }
  c.at = at;
  c.end = end;
  return (vars.length - first) / 3;
}

/** `SYSCALL_DEFINEn(name, type, arg, type, arg)`: types and names alternate. Returns how many. */
export function readPairedParameters(c: Cursor, open: number): number {
  const close = c.after(open) - 1;
  const end = c.end;
  const at = c.at;
  let count = 0;
  c.end = Math.min(end, close);
  c.at = open + 1;
  c.skipTo(44);
  while (c.kind() === 44) {
    c.at++;
    const s = readSpecifiers(c);
    let type = s.type;
    if (type < 0 && c.isName(c.at)) type = c.facts.type(TYPE.NAMED, c.nameAt(c.at));
    let pointer = 0;
    while (c.at < c.end && c.kind() !== 44) {
      if (c.kind() === 42) pointer++;
      c.at++;
    }
    if (c.kind() !== 44) break;
    c.at++;
    if (c.isName(c.at)) {
      pushVariable(c, c.nameAt(c.at), type, pointer);
      count++;
    }
    c.skipTo(44);
  }
  c.at = at;
  c.end = end;
  return count;
}

export function pushVariable(c: Cursor, name: number, type: number, pointer: number): void {
  const { vars } = c.facts.columns;
  vars.push(name);
  vars.push(type < 0 ? c.facts.type(TYPE.BUILTIN, -1) : type);
  vars.push(pointer);
}

/** Reads the body whose `{` is at the cursor and records the function. */
export function readFunction(
  c: Cursor,
  reader: StatementReader,
  head: FunctionHead,
  parameters: (open: number) => number,
): void {
  const { columns } = c.facts;
  const vars = columns.vars.length / 3;
  const params = head.params >= 0 ? parameters(head.params) : 0;
  const annotations = columns.annotations.length / 2;
  if (head.from !== undefined) readAnnotations(c, head.from, head.params);
  if (head.params >= 0) readAnnotations(c, c.after(head.params), c.at);
  const scopes = columns.scopes.length / 2;
  const code = columns.code.length;
  reader.begin(head.line);
  const close = Math.max(c.at, c.after(c.at) - 1);
  reader.block();
  const endLine = c.line(close);
  reader.finish(endLine);
  const flags = head.flags | (reader.partial ? FLAG.PARTIAL : 0);
  for (const word of [
    head.name,
    flags,
    head.line,
    endLine,
    head.type,
    vars,
    params,
    columns.vars.length / 3 - vars,
    code,
    columns.code.length - code,
    head.condition,
    annotations,
    columns.annotations.length / 2 - annotations,
    scopes,
    columns.scopes.length / 2 - scopes,
  ])
    columns.functions.push(word);
}

function readAnnotations(c: Cursor, from: number, to: number): void {
  const { annotations } = c.facts.columns;
  const at = c.at;
  for (let i = from; i < to; i++) {
    if (!c.isName(i) || c.kindAt(i + 1) !== 40 || !c.has(i, TRAIT.ANNOTATION)) continue;
    const name = c.nameAt(i);
    c.at = i + 1;
    const args = readArguments(c);
    annotations.push(name);
    annotations.push(args);
    i = c.at - 1;
  }
  c.at = at;
}

/**
 * Reads the body of a `#define` between `from` and `to` as a function without types. An object-like macro is a function
 * that returns its body.
 */
export function readMacroFunction(
  c: Cursor,
  reader: StatementReader,
  head: MacroHead,
  from: number,
  to: number,
): boolean {
  const { name, params, objectLike } = head;
  const { columns } = c.facts;
  const mark = { vars: columns.vars.length, code: columns.code.length, scopes: columns.scopes.length };
  const line = c.line(from - 1);
  const end = c.end;
  const vars = columns.vars.length / 3;
  for (const param of params) pushVariable(c, param, -1, 0);
  reader.begin(line);
  c.at = from;
  c.end = to;
  const asExpression = isExpressionBody(c, from, to);
  if (asExpression) {
    const value = readExpression(c);
    if (c.at < to) reader.partial = true;
    reader.emitter.returnValue(value);
  } else reader.list(to);
  c.end = end;
  reader.finish(line);
  const codeLength = columns.code.length - mark.code;
  // A body that neither calls nor names a place says nothing: constants and the like.
  const empty = !asExpression && codeLength <= 2;
  if (empty) {
    columns.vars.length = mark.vars;
    columns.code.length = mark.code;
    columns.scopes.length = mark.scopes;
    return false;
  }
  const flags = FLAG.MACRO | (objectLike ? FLAG.OBJECT_MACRO : 0) | (reader.partial ? FLAG.PARTIAL : 0);
  for (const word of [
    name,
    flags,
    line,
    line,
    -1,
    vars,
    params.length,
    columns.vars.length / 3 - vars,
    mark.code,
    codeLength,
    head.condition,
    columns.annotations.length / 2,
    0,
    mark.scopes / 2,
    (columns.scopes.length - mark.scopes) / 2,
  ])
    columns.functions.push(word);
  return true;
}

function isExpressionBody(c: Cursor, from: number, to: number): boolean {
  if (c.kindAt(from) === T.IDENT && c.wordAt(from) <= 11 && c.wordAt(from) >= 0) return false; // if, for, do, return …
  for (let i = from; i < to; ) {
    const k = c.kindAt(i);
    if (k === 59) return false;
    if (k === 123) return false;
    i = k === 40 || k === 91 ? c.after(i) : i + 1;
  }
  return true;
}
