// Long, because a name is told from a type and an attribute in one place only, and all three are read here.
import type { Cursor } from './cursor.ts';
import { readAssignment } from './expressions.ts';
import { FIELD_FLAG, TYPE } from './facts.ts';
import { readStructBody } from './structs.ts';
import { K, T } from './tokens.ts';
import { TRAIT } from './word-traits.ts';

/** What comes before a declarator: `static const struct foo`. */
export interface Specifiers {
  type: number;
  isStatic: boolean;
  isExtern: boolean;
  isTypedef: boolean;
  isInline: boolean;
  isInit: boolean;
  isExit: boolean;
  /** Words were read (a type, storage or qualifier). */
  any: boolean;
  /** A type was read. */
  typed: boolean;
}

export interface Declarator {
  /** Token of the name, -1 without one. */
  name: number;
  pointer: number;
  isArray: boolean;
  /** Pointer to function: `int (*fn)(void)`. */
  isFunctionPointer: boolean;
  /** Token of the `(` of the parameter list, -1 when it is no function. */
  params: number;
}

const BUILTIN = new Set<number>([
  K['int'],
  K['char'],
  K['short'],
  K['long'],
  K['void'],
  K['float'],
  K['double'],
  K['_Bool'],
  K['signed'],
  K['unsigned'],
  K['__signed__'],
  K['__int128'],
]);
const QUALIFIER = new Set<number>([
  K['const'],
  K['volatile'],
  K['register'],
  K['auto'],
  K['restrict'],
  K['__extension__'],
  K['__restrict'],
  K['__const'],
  K['__volatile__'],
  K['noinline'],
  K['asmlinkage'],
]);
const INLINE = new Set<number>([K['inline'], K['__inline'], K['__inline__'], K['__always_inline']]);
const TYPEOF = new Set<number>([
  K['typeof'],
  K['__typeof__'],
  K['__typeof'],
  K['typeof_unqual'],
  K['__typeof_unqual__'],
]);

/** The `pointer depth | FIELD_FLAG` word of what was declared. */
export function pointerOf(d: Declarator): number {
  return d.pointer | (d.isArray ? FIELD_FLAG.ARRAY : 0) | (d.isFunctionPointer ? FIELD_FLAG.FUNCTION : 0);
}

/** Does a type begin at this token, seen without typedefs? */
export function startsType(c: Cursor, i: number): boolean {
  const word = c.wordAt(i);
  if (word < 0) return false;
  return (
    word === K['struct'] ||
    word === K['union'] ||
    word === K['enum'] ||
    BUILTIN.has(word) ||
    TYPEOF.has(word) ||
    word === K['const'] ||
    word === K['volatile'] ||
    word === K['static'] ||
    word === K['register'] ||
    word === K['__auto_type'] ||
    word === K['extern'] ||
    word === K['typedef'] ||
    INLINE.has(word) ||
    word === K['__const']
  );
}

function isAttributeWord(c: Cursor, i: number): boolean {
  return c.isDunder(i);
}

/** Reads the specifiers of a declaration, up to its declarator. Struct bodies on the way are recorded. */
export function readSpecifiers(c: Cursor): Specifiers {
  const { facts } = c;
  const s: Specifiers = {
    type: -1,
    isStatic: false,
    isExtern: false,
    isTypedef: false,
    isInline: false,
    isInit: false,
    isExit: false,
    any: false,
    typed: false,
  };
  let lastName = -1; // the last plain name before the declarator: a typedef's, unless a type was spelled out
  let plainName = -1;
  let dunderType = -1; // `__u16 __user *p`: the first name if all begin with `__`
  let names = 0;
  for (;;) {
    const k = c.kind();
    if (k >= T.PP_IF && k <= T.PP_ENDIF) {
      c.at++;
      continue;
    }
    if (k !== T.IDENT) break;
    const word = c.word();
    if (word === K['struct'] || word === K['union'] || word === K['enum']) {
      s.type = readTagged(c, word, s.isTypedef);
      s.any = s.typed = true;
      continue;
    }
    if (TYPEOF.has(word)) {
      c.at++;
      if (c.kind() === 40) s.type = readTypeof(c);
      s.any = s.typed = true;
      continue;
    }
    if (word === K['__auto_type']) {
      c.at++;
      s.type = facts.type(TYPE.TYPEOF, 0);
      s.any = s.typed = true;
      continue;
    }
    if (BUILTIN.has(word)) {
      c.at++;
      if (s.type < 0) s.type = facts.type(TYPE.BUILTIN, -1);
      s.any = s.typed = true;
      continue;
    }
    if (word === K['static']) s.isStatic = true;
    else if (word === K['extern']) s.isExtern = true;
    else if (word === K['typedef']) s.isTypedef = true;
    else if (INLINE.has(word)) s.isInline = true;
    else if (word === K['__init']) s.isInit = true;
    else if (word === K['__exit']) s.isExit = true;
    else if (word === K['__attribute__'] || word === K['__attribute']) {
      c.at++;
      if (c.kind() === 40) c.at = c.after(c.at);
      continue;
    } else if (!QUALIFIER.has(word)) {
      if (!c.isName(c.at)) break; // a keyword of statements
      let ahead = 1;
      while (ahead < 8 && c.isConditional(c.at + ahead)) ahead++;
      const next = c.kind(ahead);
      if (next === 40 && ahead === 1) {
        const after = c.after(c.at + 1);
        const follows = c.kindAt(after);
        const attribute =
          isAttributeWord(c, c.at) &&
          (follows === 42 ||
            (follows === T.IDENT && (!isAttributeWord(c, after) || isCertainAttribute(c, s, names)))) &&
          !s.isTypedef;
        if (!attribute) {
          // `foo_t (*fn)(int)`, `foo_t (*f(int))[4]`: the name of a type
          if (s.typed || names > 0 || c.kind(2) !== 42 || (follows !== 40 && follows !== 91)) break;
          lastName = plainName = c.at++;
          names++;
          s.any = true;
          break;
        }
        c.at = after;
        s.any = true;
        continue;
      }
      if (next !== T.IDENT && next !== 42) break; // the declared name itself
      if (next === 42 && (s.typed || names > 0) && !isAttributeWord(c, c.at) && plainName >= 0) break;
      if (c.has(c.at, TRAIT.QUALIFIER)) {
        c.at++;
        s.any = true;
        continue;
      }
      lastName = c.at;
      if (!isAttributeWord(c, c.at)) plainName = c.at;
      else if (dunderType < 0 && c.has(c.at, TRAIT.SCALAR)) dunderType = c.at;
      names++;
      c.at++;
      s.any = true;
      continue;
    }
    c.at++;
    s.any = true;
  }
  if (s.type < 0 && names > 0) {
    // `foo_t lock ____cacheline_aligned;`: what looks like the name is an attribute, the name came before it.
    if (names > 1 && isTrailingAttribute(c) && plainName === lastName) {
      c.at = lastName;
      lastName = plainName = previousName(c, lastName);
    }
    const chosen = plainName >= 0 ? plainName : dunderType >= 0 ? dunderType : lastName;
    s.type = facts.type(TYPE.NAMED, c.nameAt(chosen));
    s.typed = true;
  } else if (s.type >= 0 && names > 0 && plainName >= 0 && plainName === lastName && isTrailingAttribute(c)) {
    c.at = plainName; // `struct foo bar __read_mostly;`
  }
  return s;
}

/** `__printf(1, 2) __cold void f(…)`: no type was read yet, or the arguments are none of a function. */
function isCertainAttribute(c: Cursor, s: Specifiers, names: number): boolean {
  const argument = c.kind(2);
  return (
    (!s.typed && names === 0) ||
    argument === T.NUMBER ||
    argument === T.STRING ||
    c.has(c.at, TRAIT.ATTRIBUTE | TRAIT.ANNOTATION)
  );
}

/** `foo bar __read_mostly;`, `foo bar __aligned(8);` and not the function of `void notrace __foo(int x)`. */
function isTrailingAttribute(c: Cursor): boolean {
  return c.isName(c.at) && isAttributeWord(c, c.at) && (c.kind(1) !== 40 || c.has(c.at, TRAIT.ATTRIBUTE));
}

function previousName(c: Cursor, before: number): number {
  for (let i = before - 1; i >= 0 && c.isName(i); i--) if (!isAttributeWord(c, i)) return i;
  return before - 1;
}

function readTagged(c: Cursor, word: number, isTypedef: boolean): number {
  const { facts } = c;
  const kind = word === K['struct'] ? TYPE.STRUCT : word === K['union'] ? TYPE.UNION : TYPE.ENUM;
  c.at++;
  for (;;) {
    // `struct __packed foo {`, `struct __attribute__((packed)) foo {`, but `struct __foo *`
    if (c.isName(c.at) ? !c.has(c.at, TRAIT.ATTRIBUTE) : !isAttributeKeyword(c.word())) break;
    c.at++;
    if (c.kind() === 40) c.at = c.after(c.at);
  }
  let tag = -1;
  if (c.isName(c.at)) tag = c.nameAt(c.at++);
  if (c.kind() === T.PASTE) {
    while (c.kind() === T.PASTE) c.at += 2;
    tag = -1;
  }
  while (
    c.isName(c.at) &&
    isAttributeWord(c, c.at) &&
    (c.kind(1) === 123 || (c.kind(1) === 40 && c.kindAt(c.after(c.at + 1)) === 123 && c.has(c.at, TRAIT.ATTRIBUTE)))
  ) {
    c.at++;
    if (c.kind() === 40) c.at = c.after(c.at);
  }
  if (c.kind() === 123) {
    if (kind === TYPE.ENUM) c.at = c.after(c.at);
    else {
      if (tag < 0) tag = anonymousTag(c, isTypedef);
      readStructBody(c, kind, tag);
    }
    skipAttributes(c);
    while (c.isName(c.at) && c.has(c.at, TRAIT.ATTRIBUTE)) {
      c.at++;
      if (c.kind() === 40) c.at = c.after(c.at);
    }
  }
  return facts.type(kind, tag);
}

/**
 * A tag for a struct without one, from the name that follows its body, so that it does not move with lines: `outer.member`
 * for a member, the typedef's own name, `@variable`. `@` alone: nothing is named, its fields are those of the outer one.
 */
function anonymousTag(c: Cursor, isTypedef: boolean): number {
  const { names } = c.facts;
  let i = c.after(c.at);
  for (let n = 0; n < 12; n++) {
    if (c.kindAt(i) === 42) i++;
    else if (c.kindAt(i) === T.IDENT && (!c.isName(i) || c.has(i, TRAIT.ATTRIBUTE))) i++;
    else if (c.kindAt(i) === 40) i = c.after(i);
    else break;
  }
  if (!c.isName(i)) return names.internString('@');
  const name = names.text(c.nameAt(i));
  if (c.outerTag >= 0) return names.internString(`${names.text(c.outerTag)}.${name}`);
  return names.internString(isTypedef ? name : `@${name}`);
}

function readTypeof(c: Cursor): number {
  const after = c.after(c.at);
  c.at++;
  const end = c.end;
  c.end = Math.min(end, after - 1);
  const type = startsType(c, c.at) ? readTypeName(c, c.end) : c.facts.type(TYPE.TYPEOF, readAssignment(c));
  c.end = end;
  c.at = after;
  return type;
}

function isAttributeKeyword(word: number): boolean {
  return word === K['__attribute__'] || word === K['__attribute'];
}

/** `__attribute__((…))`, `__packed`, `__aligned(8)` and their like. */
export function skipAttributes(c: Cursor): void {
  for (;;) {
    const word = c.word();
    if (
      word === K['__attribute__'] ||
      word === K['__attribute'] ||
      word === K['asm'] ||
      word === K['__asm__'] ||
      word === K['__asm']
    ) {
      c.at++;
      if (c.kind() === 40) c.at = c.after(c.at);
    } else if (
      c.isName(c.at) &&
      isAttributeWord(c, c.at) &&
      (c.kind(1) === T.IDENT || c.kind(1) === 40) &&
      c.kind(1) !== 59
    ) {
      c.at++;
      if (c.kind() === 40) c.at = c.after(c.at);
    } else return;
  }
}

/** Reads a type name (cast, argument) and stops at `limit`. */
export function readTypeName(c: Cursor, limit: number): number {
  const end = c.end;
  c.end = Math.min(end, limit);
  let type: number;
  if (c.isName(c.at) && !startsType(c, c.at)) {
    type = c.facts.type(TYPE.NAMED, c.nameAt(c.at));
  } else {
    type = readSpecifiers(c).type;
    if (type < 0) type = c.isName(c.at) ? c.facts.type(TYPE.NAMED, c.nameAt(c.at)) : c.facts.type(TYPE.BUILTIN, -1);
  }
  c.skipTo(44);
  if (c.kind() !== 44) c.at = Math.max(c.at, Math.min(c.end, limit));
  c.end = end;
  return type;
}

/** Reads one declarator: stars, name, arrays, parameters; leaves the place behind it and its attributes. */
export function readDeclarator(c: Cursor): Declarator {
  const d: Declarator = { name: -1, pointer: 0, isArray: false, isFunctionPointer: false, params: -1 };
  for (;;) {
    const k = c.kind();
    if (k === 42) {
      d.pointer++;
      c.at++;
    } else if (
      k === T.IDENT &&
      (QUALIFIER.has(c.word()) ||
        (isAttributeWord(c, c.at) &&
          (c.kind(1) === T.IDENT || c.kind(1) === 42 || (c.kind(1) === 40 && c.kind(2) === 42))))
    )
      c.at++;
    else if (
      k === T.IDENT &&
      isAttributeWord(c, c.at) &&
      c.kind(1) === 40 &&
      c.kindAt(c.after(c.at + 1)) === T.IDENT &&
      (c.kind(2) === T.NUMBER || c.has(c.at, TRAIT.ATTRIBUTE | TRAIT.ANNOTATION))
    )
      c.at = c.after(c.at + 1);
    else if (k === T.IDENT && (c.word() === K['__attribute__'] || c.word() === K['__attribute'])) skipAttributes(c);
    else break;
  }
  if (
    c.isName(c.at) ||
    (c.kind() === T.IDENT && (c.word() === K['__init'] || c.word() === K['__exit']) && c.kind(1) === T.IDENT)
  ) {
    while (c.kind(1) === T.IDENT && c.isName(c.at + 1) && isAttributeWord(c, c.at) && !isAttributeWord(c, c.at + 1))
      c.at++;
    if (c.word() === K['__init'] || c.word() === K['__exit']) c.at++;
    d.name = c.at++;
    if (c.kind() === T.PASTE) {
      while (c.kind() === T.PASTE) c.at += 2;
      d.name = -1;
    }
    while (c.isName(c.at) && isAttributeWord(c, c.at)) {
      c.at++;
      if (c.kind() === 40) c.at = c.after(c.at);
    }
    if (c.kind() === 40) {
      d.params = c.at;
      c.at = c.after(c.at);
    }
  } else if (c.kind() === 40) {
    // (*fn)(…), (*fn[N])(…), (*(*f)(…))(…): the innermost name counts
    const after = c.after(c.at);
    let i = c.at + 1;
    let stars = 0;
    while (
      i < after &&
      (c.kindAt(i) === 42 ||
        c.kindAt(i) === 40 ||
        (c.kindAt(i) === T.IDENT && (QUALIFIER.has(c.wordAt(i)) || (isAttributeWord(c, i) && c.kindAt(i + 1) !== 41))))
    ) {
      if (c.kindAt(i) === 42) stars++;
      i++;
    }
    if (c.isName(i)) d.name = i;
    c.at = after;
    if (d.name >= 0 && stars > 0 && c.kindAt(i + 1) === 40 && c.kindAt(c.after(i + 1)) === 41) {
      // (*f(…))[4], (*f(…))(…): a function that returns a pointer to an array or a function
      d.params = i + 1;
      d.pointer += stars;
      if (c.kind() === 40) c.at = c.after(c.at);
    } else if (c.kind() === 40) {
      c.at = c.after(c.at);
      if (stars > 0) d.isFunctionPointer = true;
      else d.params = after;
    } else d.pointer += stars;
  }
  while (c.kind() === 91) {
    d.isArray = true;
    c.at = c.after(c.at);
  }
  return d;
}
