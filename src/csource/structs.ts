import { type Cursor, DEPTH_LIMIT } from './cursor.ts';
import { pointerOf, readDeclarator, readSpecifiers } from './declarators.ts';
import { FIELD_FLAG, TYPE } from './facts.ts';
import { T } from './tokens.ts';
import { TRAIT } from './word-traits.ts';

/**
 * Reads `{ fields }` of a struct or union and records it. Fields of anonymous members are fields of the outer one, as in
 * C; a named member of anonymous type gets a tag of its own, `outer.member`.
 */
export function readStructBody(c: Cursor, kind: number, tag: number): void {
  const close = c.after(c.at) - 1;
  const line = c.line();
  const collected: number[] = [];
  c.at++;
  const outer = c.outerTag;
  // The fields of an anonymous member are the outer struct's, and so are the tags within.
  if (!isNameless(c, tag)) c.outerTag = tag;
  readFields(c, Math.max(close, c.at), collected);
  c.outerTag = outer;
  c.at = close + 1;
  const { structs, fields } = c.facts.columns;
  structs.push(tag);
  structs.push(kind);
  structs.push(fields.length / 3);
  structs.push(collected.length / 3);
  structs.push(line);
  for (const word of collected) fields.push(word);
}

/** Has the struct neither a tag nor a declarator? Its tag is `@` then. */
function isNameless(c: Cursor, tag: number): boolean {
  return c.facts.names.firstByte(tag) === 64 && c.facts.names.bytes(tag).length === 1;
}

function readFields(c: Cursor, close: number, out: number[]): void {
  const end = c.end;
  c.end = Math.min(end, close);
  if (++c.depth > DEPTH_LIMIT) c.at = c.end;
  while (c.at < c.end) {
    const k = c.kind();
    if (k === 59 || k === 44 || k === 125 || (k >= T.PP_IF && k <= T.PP_ENDIF)) {
      c.at++;
      continue;
    }
    if (k === T.PP_DEFINE) {
      while (c.at < c.end && c.kind() !== T.PP_EOL) c.at++;
      continue;
    }
    const start = c.at;
    readField(c, out);
    if (c.at === start) c.at++;
  }
  c.depth--;
  c.end = end;
}

function readField(c: Cursor, out: number[]): void {
  const { facts } = c;
  const { structs, fields } = facts.columns;
  if (c.isName(c.at) && c.kind(1) === 40 && c.has(c.at, TRAIT.GROUP)) {
    const name = c.words.text(c.word());
    const after = c.after(c.at + 1);
    c.at += 2;
    const group = c.at;
    const skip = name === '__struct_group' ? 3 : name === 'struct_group' ? 1 : 2;
    for (let i = 0; i < skip; i++) {
      c.skipTo(44);
      if (c.kind() === 44) c.at++;
    }
    const from = out.length;
    readFields(c, after - 1, out);
    // `struct_group_tagged(tag, name, …)`: the fields are ours, and those of a struct of their own.
    if (skip > 1 && name !== 'struct_group_attr' && c.kindAt(group) === T.IDENT && c.kindAt(group + 1) === 44) {
      structs.push(c.nameAt(group));
      structs.push3(TYPE.STRUCT, fields.length / 3, (out.length - from) / 3);
      structs.push(c.line(group));
      for (let i = from; i < out.length; i++) fields.push(out[i] as number);
    }
    c.at = after;
    return;
  }
  const before = structs.length;
  const s = readSpecifiers(c);
  if (!s.any) {
    // A macro (`DECLARE_BITMAP(x, N);`) or something unknown: up to the next `;`.
    if (c.has(c.at, TRAIT.FLEX)) flexibleArray(c, out);
    while (c.at < c.end && c.kind() !== 59) c.at = c.step(c.at);
    return;
  }
  if (c.kind() === 59) {
    const last = structs.length - 5;
    if (last >= before && isNameless(c, structs.at(last))) {
      // Anonymous member: its fields are ours, and it is no struct of its own.
      const from = structs.at(last + 2) * 3;
      for (let i = from; i < fields.length; i++) out.push(fields.at(i));
      fields.length = from;
      structs.length = last;
    }
    return;
  }
  for (;;) {
    const d = readDeclarator(c);
    if (d.name >= 0) out.push(c.nameAt(d.name), s.type, pointerOf(d));
    while (c.at < c.end && c.kind() !== 44 && c.kind() !== 59) c.at = c.step(c.at);
    if (c.kind() !== 44) return;
    c.at++;
  }
}

/** `DECLARE_FLEX_ARRAY(struct foo, name)` is the field `struct foo name[]`. */
function flexibleArray(c: Cursor, out: number[]): void {
  const { at, end } = c;
  if (c.kind(1) !== 40) return;
  c.end = c.after(at + 1) - 1;
  c.at += 2;
  const { type } = readSpecifiers(c);
  let pointer = 0;
  while (c.kind() === 42) {
    pointer++;
    c.at++;
  }
  const given = type < 0 && c.isName(c.at) ? c.facts.type(TYPE.NAMED, c.nameAt(c.at++)) : type;
  if (c.kind() === 44 && c.isName(c.at + 1) && given >= 0)
    out.push(c.nameAt(c.at + 1), given, pointer | FIELD_FLAG.ARRAY);
  c.at = at;
  c.end = end;
}
