// Long, because what stands at file level is told apart by trying: declaration, macro use, function, old-style function.
import { Conditions } from './conditions.ts';
import type { Cursor } from './cursor.ts';
import { readDeclarator, readSpecifiers, startsType } from './declarators.ts';
import { readArguments } from './expressions.ts';
import { FIELD_FLAG, FLAG, TYPE, X } from './facts.ts';
import {
  readFunction,
  readMacroFunction,
  readOldParameters,
  readPairedParameters,
  readParameters,
} from './functions.ts';
import { readBraces, recordValue } from './initializers.ts';
import { StatementReader } from './statements.ts';
import { K, KEYWORD_COUNT, T } from './tokens.ts';
import { TRAIT } from './word-traits.ts';

/** Longest macro body whose text is kept for expansion. */
const BODY_LIMIT = 4000;

/** Reads a whole file at its outermost level. */
export class FileScopeReader {
  private readonly c: Cursor;
  private readonly reader: StatementReader;
  private readonly conditions: Conditions;
  private nextDefine = 0;

  constructor(c: Cursor) {
    this.c = c;
    this.reader = new StatementReader(c);
    this.conditions = new Conditions(c);
  }

  read(): void {
    const { c } = this;
    this.conditions.reset();
    this.nextDefine = 0;
    while (c.at < c.end) {
      const start = c.at;
      const k = c.kind();
      if (k === T.PP_DEFINE) this.defines(c.at + 1);
      else if (k === T.IDENT || k === 42) this.external();
      else if (k === 123) c.at = c.after(c.at);
      else c.at++;
      if (c.at === start) c.at++;
      this.defines(c.at);
    }
  }

  /** Reads the macros that are defined before a token, those inside a function or a struct too. */
  private defines(limit: number): void {
    const { c } = this;
    const { defines } = c;
    while (this.nextDefine < defines.length && defines.at(this.nextDefine) < limit) {
      const { at } = c;
      c.at = defines.at(this.nextDefine++);
      this.define();
      if (c.at < at) c.at = at;
    }
  }

  private define(): void {
    const { c } = this;
    const { columns, names } = c.facts;
    const nameToken = c.at;
    let eol = c.at + 1;
    while (c.kindAt(eol) !== T.PP_EOL && eol < c.tokens.count - 1) eol++;
    const params: number[] = [];
    let from = nameToken + 1;
    const objectLike = !(c.kindAt(from) === 40 && c.tokens.start[from] === c.tokens.end[nameToken]);
    if (!objectLike) {
      const close = c.after(from);
      for (let i = from + 1; i < close - 1; i++) if (c.kindAt(i) === T.IDENT) params.push(c.nameAt(i));
      from = close;
    }
    const name = c.nameAt(nameToken);
    if (from < eol && from <= eol) {
      const first = c.kindAt(from);
      const simple = objectLike && eol - from === 1 && first !== T.IDENT;
      if (!simple) {
        if (!objectLike && this.definesThings(from, eol)) {
          const start = c.tokens.start[from] as number;
          const end = c.tokens.end[eol - 1] as number;
          if (end - start <= BODY_LIMIT) {
            columns.macroTexts.push(name);
            columns.macroTexts.push(c.facts.list(params));
            columns.macroTexts.push(
              names.internString(
                new TextDecoder('latin1').decode(c.bytes.subarray(start, end)).replace(/\\\r?\n/g, ' '),
              ),
            );
          }
        }
        readMacroFunction(
          c,
          this.reader,
          { name, params, objectLike, condition: this.conditions.at(nameToken) },
          from,
          eol,
        );
      }
    }
    c.at = eol + 1;
  }

  /** Whether a macro body may define variables or functions when it is used at file level. */
  private definesThings(from: number, eol: number): boolean {
    const { c } = this;
    const first = c.wordAt(from);
    if (startsType(c, from) || first === K['asmlinkage'] || first === K['noinline']) return true;
    if (first === K['do'] || first === K['if']) return false;
    for (let i = from; i < eol; i++)
      if (c.kindAt(i) === T.PASTE || (c.kindAt(i) === 46 && c.kindAt(i + 2) === 61)) return true;
    // a macro that is another defining macro: DEFINE_X(a) … DEFINE_Y(a)
    if (c.kindAt(from) === T.IDENT && c.kindAt(from + 1) === 40)
      return /^[A-Z0-9_]+$|^module_|^builtin_/.test(c.text(from));
    return c.kindAt(from) === T.IDENT && first >= KEYWORD_COUNT && c.kindAt(from + 1) === T.IDENT;
  }

  private external(): void {
    const { c } = this;
    const { facts } = c;
    const start = c.at;
    const line = c.line();
    const s = readSpecifiers(c);
    if (c.kind() === 59) {
      c.at++;
      return;
    }
    if (c.kind() === T.STRING && s.isExtern) {
      // extern "C" { … }: what is inside counts as if it stood outside
      c.at += c.kind(1) === 123 ? 2 : 1;
      return;
    }
    if (c.isName(c.at) && c.kind(1) === 40 && !s.typed) {
      if (this.macroUse(s.isStatic, line)) return;
    }
    if (s.isTypedef) {
      this.typedef(s.type);
      return;
    }
    for (;;) {
      const here = c.at;
      const declLine = c.line();
      const d = readDeclarator(c);
      if (d.params >= 0) {
        this.skipToBodyOrEnd();
        const oldStyle = c.kind() === 59 ? this.oldStyleBody(d.params) : -1;
        if (oldStyle >= 0) c.at = oldStyle;
        if (c.kind() === 123 && d.name >= 0) {
          const named = this.definedName(d.name, d.params);
          const flags =
            (s.isStatic ? FLAG.STATIC : 0) |
            (s.isInline ? FLAG.INLINE : 0) |
            (s.isInit ? FLAG.INIT : 0) |
            (s.isExit ? FLAG.EXIT : 0) |
            this.sectionFlags(start, d.params);
          readFunction(
            c,
            this.reader,
            {
              name: c.nameAt(named),
              flags,
              line: c.line(d.name),
              type: s.type,
              condition: this.conditions.at(d.name),
              params: d.params,
              from: start,
            },
            (open) => (oldStyle >= 0 ? readOldParameters(c, open, oldStyle) : this.parameters(open, named !== d.name)),
          );
          return;
        }
        if (d.name >= 0 && s.type >= 0) this.prototype(c.nameAt(d.name), s.type);
      } else if (d.name >= 0) this.variable(c.nameAt(d.name), s, d, declLine);
      if (c.kind() === 61) {
        c.at++;
        const type = s.type < 0 ? facts.type(TYPE.BUILTIN, -1) : s.type;
        const owner = d.name >= 0 ? c.nameAt(d.name) : -1;
        if (c.kind() === 123) readBraces(c, type, owner, []);
        else recordValue(c, type, owner, [], declLine);
      }
      while (c.at < c.end && c.kind() !== 44 && c.kind() !== 59 && c.kind() !== T.PP_DEFINE) {
        if (c.kind() === 123 && d.params < 0) break;
        c.at = c.step(c.at);
        if (c.kind() === T.IDENT && c.word() >= 0 && c.at > here && this.beginsAtLineStart()) return;
      }
      if (c.kind() !== 44 || c.at === here) break;
      c.at++;
    }
    if (c.kind() === 59) c.at++;
    else if (c.kind() === 123) c.at = c.after(c.at);
  }

  /** A word at column 0 after a declaration that lost its `;` begins the next one. */
  private beginsAtLineStart(): boolean {
    const { c } = this;
    const start = c.tokens.start[c.at] as number;
    return (
      start > 0 &&
      c.bytes[start - 1] === 10 &&
      (c.word() === K['static'] ||
        c.word() === K['struct'] ||
        c.word() === K['int'] ||
        c.word() === K['void'] ||
        c.word() === K['const'] ||
        c.word() === K['extern'] ||
        c.word() === K['typedef'])
    );
  }

  private sectionFlags(from: number, to: number): number {
    const { c } = this;
    let flags = 0;
    for (let i = from; i < to; i++) {
      const word = c.wordAt(i);
      if (word === K['__init']) flags |= FLAG.INIT;
      else if (word === K['__exit']) flags |= FLAG.EXIT;
    }
    return flags;
  }

  /** After a parameter list: attributes and annotations up to the body, the `;` or a comma. */
  private skipToBodyOrEnd(): void {
    const { c } = this;
    while (c.at < c.end) {
      const k = c.kind();
      if (k === 123 || k === 59 || k === 44 || k === 61) return;
      if (k >= T.PP_IF && k <= T.PP_ENDIF) {
        c.at++;
        continue;
      }
      if (k === T.PP_DEFINE) {
        // A macro for this body only, between the parameters and the brace.
        let eol = c.at + 1;
        while (eol < c.end && c.kindAt(eol) !== T.PP_EOL) eol++;
        const next = c.kindAt(eol + 1);
        if (next !== 123 && next !== T.PP_DEFINE) return;
        c.at = eol + 1;
        continue;
      }
      if (k === 125) return;
      c.at = k === 40 || k === 91 ? c.after(c.at) : c.at + 1;
    }
  }

  /** `int BPF_PROG(name, …) {`: a macro in capitals whose first argument is a lone name is given the function's name. */
  private definedName(name: number, params: number): number {
    const { c } = this;
    const next = c.kindAt(params + 2);
    return c.has(name, TRAIT.MACRO) && c.isName(params + 1) && (next === 44 || next === 41) ? params + 1 : name;
  }

  /** Parameters of a function, which stand behind its name where a macro of capitals gives that: `M(name)(type arg)`, `M(name, type arg)`. */
  private parameters(open: number, byMacro: boolean): number {
    const { c } = this;
    if (!byMacro) return readParameters(c, open);
    const after = c.after(open);
    return c.kindAt(after) === 40 ? readParameters(c, after) : readParametersAfterFirst(c, open);
  }

  /**
   * The `{` of a definition whose parameters are declared behind their list, `int f(a, b) int a; char *b; { }`, when the
   * first of those declarations ended at the cursor; -1 when it is not one.
   */
  private oldStyleBody(params: number): number {
    const { c } = this;
    const close = c.after(params) - 1;
    if (c.kindAt(close + 1) !== T.IDENT) return -1;
    for (let i = params + 1; i < close; i++) if (!c.isName(i) && c.kindAt(i) !== 44) return -1;
    for (let i = close + 1; i < c.end && i < close + 400; i = c.step(i)) {
      const k = c.kindAt(i);
      if (k === 123) return c.kindAt(i - 1) === 59 ? i : -1;
      if (k !== T.IDENT && k !== 42 && k !== 44 && k !== 59 && k !== 91 && k !== 40) return -1;
    }
    return -1;
  }

  private prototype(name: number, type: number): void {
    const { types, prototypes } = this.c.facts.columns;
    const kind = types.at(type * 2);
    if (kind !== TYPE.STRUCT && kind !== TYPE.UNION && kind !== TYPE.NAMED) return;
    prototypes.push(name);
    prototypes.push(type);
  }

  private variable(
    name: number,
    s: { type: number; isStatic: boolean; isExtern: boolean },
    d: { pointer: number; isArray: boolean; isFunctionPointer: boolean },
    line: number,
  ): void {
    if (s.type < 0) return;
    const { globals } = this.c.facts.columns;
    const pointer = d.pointer | (d.isArray ? FIELD_FLAG.ARRAY : 0) | (d.isFunctionPointer ? FIELD_FLAG.FUNCTION : 0);
    const flags = (s.isStatic ? FLAG.STATIC : 0) | (s.isExtern ? FLAG.EXTERN : 0);
    for (const word of [name, s.type, pointer, flags, line, this.conditions.at(this.c.at)]) globals.push(word);
  }

  private typedef(type: number): void {
    const { c } = this;
    const { typedefs } = c.facts.columns;
    for (;;) {
      const here = c.at;
      const d = readDeclarator(c);
      if (d.name >= 0 && type >= 0) {
        typedefs.push(c.nameAt(d.name));
        typedefs.push(type);
        typedefs.push(
          d.pointer |
            (d.isFunctionPointer || d.params >= 0 ? FIELD_FLAG.FUNCTION : 0) |
            (d.isArray ? FIELD_FLAG.ARRAY : 0),
        );
      }
      while (c.at < c.end && c.kind() !== 44 && c.kind() !== 59) c.at = c.step(c.at);
      if (c.kind() !== 44 || c.at === here) break;
      c.at++;
    }
    if (c.kind() === 59) c.at++;
  }

  /**
   * `NAME(args)` at file level without a type before it: a macro that is used (`DEFINE_MUTEX(x);`, `module_init(f)`), or
   * one that opens a function body (`SYSCALL_DEFINE2(…) {`). False when it is an old-style function without a type.
   */
  private macroUse(isStatic: boolean, line: number): boolean {
    const { c } = this;
    const { facts } = c;
    const nameToken = c.at;
    const open = c.at + 1;
    const after = c.after(open);
    c.at = after;
    if (c.kind() === 123) {
      const name = c.words.text(c.wordAt(nameToken));
      const paired = c.has(nameToken, TRAIT.PAIRED);
      const first = c.kindAt(open + 1) === T.NUMBER || c.isName(open + 1) ? c.text(open + 1) : '';
      const isMacro = paired || c.has(nameToken, TRAIT.MACRO);
      const own =
        !isMacro || first === ''
          ? name
          : paired && /SYSCALL/.test(name)
            ? `${/COMPAT/.test(name) ? '__do_compat_sys_' : '__do_sys_'}${first}`
            : first;
      readFunction(
        c,
        this.reader,
        {
          name: facts.names.internString(own),
          flags: (isStatic ? FLAG.STATIC : 0) | (paired ? FLAG.SYSCALL : 0),
          line: c.line(nameToken),
          type: -1,
          condition: this.conditions.at(nameToken),
          params: open,
        },
        (list) =>
          paired
            ? readPairedParameters(c, list)
            : isMacro
              ? readParametersAfterFirst(c, list)
              : readParameters(c, list),
      );
      return true;
    }
    if (c.kind() === T.IDENT) {
      const body = this.oldStyleBody(open);
      if (body >= 0) {
        c.at = body;
        const head = {
          name: c.nameAt(nameToken),
          flags: 0,
          line,
          type: -1,
          condition: this.conditions.at(nameToken),
          params: open,
        };
        readFunction(c, this.reader, head, (list) => readOldParameters(c, list, body));
        return true;
      }
    }
    if (c.kind() === 61) {
      // static DEFINE_PER_CPU(struct x, y) = { … };
      this.invocation(nameToken, open, isStatic, line);
      c.at = after + 1;
      if (c.kind() === 123) {
        const type = this.firstTypeArgument();
        readBraces(c, type, -1, []);
      }
      while (c.at < c.end && c.kind() !== 59) c.at = c.step(c.at);
      return true;
    }
    if (!c.has(nameToken, TRAIT.SILENT)) this.invocation(nameToken, open, isStatic, line);
    c.at = after;
    // attributes or a list of further macros may follow on the same statement
    if (c.kind() === 59) c.at++;
    return true;
  }

  private firstTypeArgument(): number {
    const { columns } = this.c.facts;
    const at = columns.invocations.length - 5;
    if (at >= 0) {
      const args = columns.invocations.at(at + 1);
      for (let i = 1; i <= columns.lists.at(args); i++) {
        const arg = columns.lists.at(args + i);
        if (this.c.facts.kindOf(arg) === X.TYPE) return this.c.facts.a(arg);
      }
    }
    return this.c.facts.type(TYPE.BUILTIN, -1);
  }

  private invocation(nameToken: number, open: number, isStatic: boolean, line: number): void {
    const { c } = this;
    const { invocations } = c.facts.columns;
    c.at = open;
    const args = readArguments(c);
    for (const word of [c.nameAt(nameToken), args, isStatic ? FLAG.STATIC : 0, line, this.conditions.at(nameToken)])
      invocations.push(word);
  }
}

/** `DEFINE_X(name, type arg, …) {`: the first argument is the name, the rest are parameters. */
function readParametersAfterFirst(c: Cursor, open: number): number {
  const close = c.after(open) - 1;
  let i = open + 1;
  while (i < close && c.kindAt(i) !== 44) i = c.kindAt(i) === 40 ? c.after(i) : i + 1;
  if (c.kindAt(i) !== 44) return 0;
  // read the rest as if it were the whole list: pair the comma with the closing bracket for the time being
  const saved = c.match[i] as number;
  c.match[i] = close;
  const count = readParameters(c, i);
  c.match[i] = saved;
  return count;
}
