import { type Cursor, DEPTH_LIMIT } from './cursor.ts';
import { readDeclarator, readSpecifiers } from './declarators.ts';
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
  readFields(c, Math.max(close, c.at), collected, tag);
  c.at = close + 1;
  const { structs, fields } = c.facts.columns;
  structs.push(tag);
  structs.push(kind);
  structs.push(fields.length / 3);
  structs.push(collected.length / 3);
  structs.push(line);
  for (const word of collected) fields.push(word);
}

function readFields(c: Cursor, close: number, out: number[], tag: number): void {
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
    readField(c, out, tag);
    if (c.at === start) c.at++;
  }
  c.depth--;
  c.end = end;
}

function readField(c: Cursor, out: number[], tag: number): void {
  const { facts } = c;
  const { structs, fields } = facts.columns;
  if (c.isName(c.at) && c.kind(1) === 40 && c.has(c.at, TRAIT.GROUP)) {
    const name = c.words.text(c.word());
    const after = c.after(c.at + 1);
    c.at += 2;
    const skip = name === '__struct_group' ? 3 : name === 'struct_group' ? 1 : 2;
    for (let i = 0; i < skip; i++) {
      c.skipTo(44);
      if (c.kind() === 44) c.at++;
    }
    readFields(c, after - 1, out, tag);
    c.at = after;
    return;
  }
  const before = structs.length;
  const s = readSpecifiers(c);
  if (!s.any) {
    // A macro (`DECLARE_BITMAP(x, N);`) or something unknown: up to the next `;`.
    while (c.at < c.end && c.kind() !== 59)
      c.at = c.kind() === 40 || c.kind() === 123 || c.kind() === 91 ? c.after(c.at) : c.at + 1;
    return;
  }
  const nested = structs.length > before ? structs.length - 5 : -1;
  if (c.kind() === 59 && nested >= 0) {
    // anonymous member: its fields are ours
    const from = structs.at(nested + 2);
    const count = structs.at(nested + 3);
    if (facts.names.text(structs.at(nested)).startsWith('@'))
      for (let i = from * 3; i < (from + count) * 3; i++) out.push(fields.at(i));
    return;
  }
  for (;;) {
    const d = readDeclarator(c);
    if (d.name >= 0) {
      const name = c.nameAt(d.name);
      let type = s.type;
      if (nested >= 0 && facts.names.text(structs.at(nested)).startsWith('@')) {
        const own = facts.names.internString(`${facts.names.text(tag)}.${facts.names.text(name)}`);
        structs.data[nested] = own;
        type = facts.type(structs.at(nested + 1) === TYPE.UNION ? TYPE.UNION : TYPE.STRUCT, own);
      }
      out.push(
        name,
        type,
        d.pointer | (d.isArray ? FIELD_FLAG.ARRAY : 0) | (d.isFunctionPointer ? FIELD_FLAG.FUNCTION : 0),
      );
    }
    while (c.at < c.end && c.kind() !== 44 && c.kind() !== 59)
      c.at = c.kind() === 40 || c.kind() === 91 || c.kind() === 123 ? c.after(c.at) : c.at + 1;
    if (c.kind() !== 44) return;
    c.at++;
  }
}
