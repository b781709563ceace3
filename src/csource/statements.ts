// Long, because statements contain each other and share the stacks of breaks, cases and scopes: one class, one state.
import { normalCondition } from './conditionals.ts';
import { type Cursor, DEPTH_LIMIT } from './cursor.ts';
import { readDeclarator, readSpecifiers, startsType } from './declarators.ts';
import { Emitter } from './emitter.ts';
import { callLines, readArguments, readAssignment, readExpression } from './expressions.ts';
import { FIELD_FLAG, FLAG, OP, TYPE, X } from './facts.ts';
import { readBraces } from './initializers.ts';
import { K, T } from './tokens.ts';
import { TRAIT } from './word-traits.ts';

/** How deep values may be emitted inside each other where a statement expression is still entered. */
const EMIT_LIMIT = 300;

/** Reads the statements of one function body into its skeleton. One instance is reused for all functions of a file. */
export class StatementReader {
  private readonly c: Cursor;
  readonly emitter: Emitter;
  private breaks: number[][] = [];
  private continues: number[][] = [];
  private cases: { pairs: number[]; hasDefault: boolean }[] = [];
  private labels = new Map<number, number>();
  private gotos: { place: number; label: number }[] = [];
  /** Blocks in which a scope-based lock may begin; only those are recorded. */
  private mayGuard: boolean[] = [];
  partial = false;

  constructor(c: Cursor) {
    this.c = c;
    this.emitter = new Emitter(c);
    this.emitter.readStatements = (open, close) => this.statementExpression(open, close);
  }

  begin(line: number): void {
    this.emitter.begin(line);
    this.breaks = [];
    this.continues = [];
    this.cases = [];
    this.labels.clear();
    this.gotos = [];
    this.mayGuard = [false];
    this.partial = false;
    this.c.inBody = true;
    this.c.facts.overflowed = false;
  }

  /** Resolves gotos and closes the code with an implicit return. */
  finish(endLine: number): void {
    const { emitter, c } = this;
    c.inBody = false;
    if (c.facts.overflowed) this.partial = true;
    emitter.line = endLine;
    emitter.ret(-1);
    for (const { place, label } of this.gotos) {
      const target = this.labels.get(label);
      // a label that is not there ends the path: the code does not build, and must not look like a way out
      emitter.patchTo(place, target ?? place - 1);
    }
  }

  /** Reads the block whose `{` is here; leaves the place behind its `}`. */
  block(): void {
    const { c } = this;
    const close = c.after(c.at) - 1;
    c.at++;
    this.list(Math.max(close, c.at));
    c.at = close + 1;
  }

  /** Reads statements up to `limit`. */
  list(limit: number): void {
    const { c } = this;
    const end = c.end;
    c.end = Math.min(end, limit);
    while (c.at < c.end) {
      const start = c.at;
      this.statement();
      if (c.at === start) c.at++;
    }
    c.end = end;
  }

  private statement(): void {
    const { c, emitter } = this;
    if (++c.depth > DEPTH_LIMIT) {
      this.partial = true;
      if (c.kind() === 123) c.at = c.after(c.at);
      else this.skipStatement();
      c.depth--;
      return;
    }
    emitter.line = c.line();
    if (callLines.length > 0) emitter.clearCalls();
    const k = c.kind();
    if (k === 123) this.scoped();
    else if (k === 59 || k === 125 || k === T.PP_EOL) c.at++;
    else if (k >= T.PP_IF && k <= T.PP_ENDIF) this.directive();
    else if (k === T.PP_DEFINE) while (c.at < c.end && c.kind() !== T.PP_EOL) c.at++;
    else if (k === T.IDENT) this.worded();
    else this.expressionStatement();
    c.depth--;
  }

  private scoped(): void {
    const { emitter, c } = this;
    const from = emitter.here;
    this.mayGuard.push(false);
    this.block();
    if (this.mayGuard.pop() && emitter.here > from) {
      c.facts.columns.scopes.push(from);
      c.facts.columns.scopes.push(emitter.here);
    }
  }

  private directive(): void {
    const { c, emitter } = this;
    if (c.kind() > T.PP_IFNDEF) {
      c.at++; // an arm of a group that began outside: read on
      return;
    }
    const { text, negated } = normalCondition(c.kind(), c.text(c.at));
    const base = c.facts.expr(X.CONFIG, c.facts.names.internString(text), -1);
    const from = emitter.here;
    let next = c.match[c.at] as number;
    const out = emitter.branch(negated ? c.facts.expr(X.NOT, base, -1) : base);
    c.at++;
    const body = emitter.here;
    this.arm(next);
    const done: number[] = [];
    let pending: number[] = [out];
    while (c.at === next && (c.kind() === T.PP_ELIF || c.kind() === T.PP_ELSE)) {
      done.push(emitter.jump());
      emitter.patch(pending);
      pending = [];
      if (c.kind() === T.PP_ELIF) {
        const other = normalCondition(T.PP_ELIF, c.text(c.at));
        pending.push(emitter.branch(c.facts.expr(X.CONFIG, c.facts.names.internString(other.text), -1)));
      }
      next = c.match[c.at++] as number;
      this.arm(next);
    }
    if (c.at === next && c.kind() === T.PP_ENDIF) c.at++;
    if (done.length === 0 && emitter.here === body && emitter.takeBack(from)) return;
    emitter.patch(pending.concat(done));
  }

  /** Statements up to the group's next directive; one that reaches beyond it ends the group. */
  private arm(limit: number): void {
    const { c } = this;
    while (c.at < c.end && c.at < limit) {
      const start = c.at;
      this.statement();
      if (c.at === start) c.at++;
    }
  }

  private worded(): void {
    const { c, emitter } = this;
    switch (c.word()) {
      case K['if']:
        this.ifStatement();
        return;
      case K['for']:
        this.forStatement();
        return;
      case K['while']:
        this.whileStatement();
        return;
      case K['do']:
        this.doStatement();
        return;
      case K['switch']:
        this.switchStatement();
        return;
      case K['case']:
      case K['default']:
        this.caseLabel();
        return;
      case K['else']: // an else without its if, after a dropped arm
        c.at++;
        return;
      case K['break']:
        this.leave(this.breaks);
        return;
      case K['continue']:
        this.leave(this.continues);
        return;
      case K['goto']: {
        c.at++;
        if (c.isName(c.at)) this.gotos.push({ place: emitter.jump(), label: c.word() });
        else this.partial = true; // computed goto
        this.skipStatement();
        return;
      }
      case K['return']: {
        c.at++;
        if (c.kind() === 59 || c.kind() === T.EOF) emitter.ret(-1);
        else emitter.returnValue(readExpression(c));
        this.skipStatement();
        return;
      }
      case K['asm']:
      case K['__asm__']:
      case K['__asm']:
      case K['asm_inline']:
      case K['asm_volatile_goto']:
      case K['asm_goto_output']:
        this.asmStatement();
        return;
      case K['__label__']:
      case K['_Static_assert']:
      case K['static_assert']:
      case K['typedef']:
        this.skipStatement();
        return;
      default:
    }
    if (c.kind(1) === 58 && c.isName(c.at)) {
      this.labels.set(c.word(), emitter.mark());
      c.at += 2;
      return;
    }
    if (this.isDeclaration()) this.declaration();
    else if (c.isName(c.at) && c.kind(1) === 40 && this.isBlockMacro()) this.blockMacro();
    else this.expressionStatement();
  }

  private leave(stack: number[][]): void {
    const top = stack[stack.length - 1];
    if (top) top.push(this.emitter.jump());
    this.skipStatement();
  }

  private skipStatement(): void {
    const { c } = this;
    while (c.at < c.end) {
      const k = c.kind();
      if (k === 59) {
        c.at++;
        return;
      }
      if (k === 125 || (k >= T.PP_IF && k <= T.PP_EOL)) return;
      c.at = c.step(c.at);
    }
  }

  /** Reads `( condition )` and emits it. */
  private headCondition(): number[] {
    const { c, emitter } = this;
    if (c.kind() !== 40) return [];
    const close = c.after(c.at) - 1;
    const end = c.end;
    c.at++;
    c.end = Math.min(end, close);
    const condition = c.at < c.end ? readExpression(c) : 0;
    c.end = end;
    c.at = close + 1;
    return emitter.condition(condition);
  }

  /** An `if` with all its `else if`s: a loop, because such chains are long. */
  private ifStatement(): void {
    const { c, emitter } = this;
    const done: number[] = [];
    for (;;) {
      const from = emitter.here;
      emitter.line = c.line();
      if (callLines.length > 0) emitter.clearCalls();
      c.at++;
      const out = this.headCondition();
      const body = emitter.here;
      const pure = out.length === 1 && body === from + 3;
      this.body();
      if (c.word() !== K['else']) {
        if (!(emitter.here === body && pure && emitter.takeBack(from))) emitter.patch(out);
        break;
      }
      c.at++;
      done.push(emitter.jump());
      emitter.patch(out);
      if (c.word() === K['if']) continue;
      this.body();
      break;
    }
    if (done.length > 0) emitter.patch(done);
  }

  /** The statement that a condition or loop governs. */
  private body(): void {
    const { c } = this;
    while (c.kind() >= T.PP_ELIF && c.kind() <= T.PP_ENDIF) c.at++;
    if (c.at < c.end) this.statement();
    while (c.kind() === T.PP_ENDIF && c.kind(1) === T.IDENT && c.word(1) === K['else']) c.at++;
  }

  private forStatement(): void {
    const { c, emitter } = this;
    const line = emitter.line;
    c.at++;
    if (c.kind() !== 40) return;
    const close = c.after(c.at) - 1;
    const end = c.end;
    c.at++;
    c.end = Math.min(end, close);
    if (c.kind() !== 59) {
      if (this.isDeclaration()) this.declaration();
      else {
        emitter.value(readExpression(c));
        if (c.kind() === 59) c.at++;
      }
    } else c.at++;
    const top = emitter.mark();
    let out: number[] = [];
    if (c.at < c.end && c.kind() !== 59) out = emitter.condition(readExpression(c));
    if (c.kind() === 59) c.at++;
    const step = c.at < c.end ? readExpression(c) : -1;
    c.end = end;
    c.at = close + 1;
    this.loopBody(out, () => {
      emitter.line = line;
      if (step >= 0) emitter.value(step);
      emitter.jump(top);
    });
  }

  private loopBody(out: number[], again: () => void): void {
    const { emitter } = this;
    this.breaks.push([]);
    this.continues.push([]);
    this.body();
    emitter.patch(this.continues.pop() as number[]);
    again();
    emitter.patch(out.concat(this.breaks.pop() as number[]));
  }

  private whileStatement(): void {
    const { c, emitter } = this;
    c.at++;
    const top = emitter.mark();
    const out = this.headCondition();
    this.loopBody(out, () => emitter.jump(top));
  }

  private doStatement(): void {
    const { c, emitter } = this;
    c.at++;
    const top = emitter.mark();
    this.breaks.push([]);
    this.continues.push([]);
    this.body();
    emitter.patch(this.continues.pop() as number[]);
    let out: number[] = [];
    if (c.word() === K['while']) {
      emitter.line = c.line();
      if (callLines.length > 0) emitter.clearCalls();
      c.at++;
      const from = emitter.here;
      out = this.headCondition();
      // `while (0)`: a plain block
      const only = out[0];
      if (out.length === 1 && only === emitter.here - 1 && emitter.here - from === 2) {
        emitter.takeBack(from);
        out = [];
      } else emitter.jump(top);
    }
    this.skipStatement();
    emitter.patch(out.concat(this.breaks.pop() as number[]));
  }

  private switchStatement(): void {
    const { c, emitter } = this;
    const line = emitter.line;
    c.at++;
    if (c.kind() !== 40) return;
    const close = c.after(c.at) - 1;
    const end = c.end;
    c.at++;
    c.end = Math.min(end, close);
    const subject = emitter.value(readExpression(c));
    c.end = end;
    c.at = close + 1;
    const dispatch = emitter.jump();
    this.breaks.push([]);
    const own = { pairs: [] as number[], hasDefault: false };
    this.cases.push(own);
    this.body();
    this.cases.pop();
    const leave = emitter.jump();
    emitter.patch([dispatch]);
    emitter.op(OP.SWITCH, line);
    emitter.code.push(subject);
    const count = own.pairs.length / 2 + (own.hasDefault ? 0 : 1);
    emitter.code.push(count);
    for (const word of own.pairs) emitter.code.push(word);
    if (!own.hasDefault) {
      emitter.code.push(-2);
      emitter.code.push(emitter.here + 1);
    }
    emitter.mark();
    emitter.patch([leave, ...(this.breaks.pop() as number[])]);
  }

  private caseLabel(): void {
    const { c, emitter } = this;
    const isDefault = c.word() === K['default'];
    c.at++;
    const top = this.cases[this.cases.length - 1];
    let value = -1;
    if (!isDefault) {
      value = readCaseValue(c);
      if (c.kind() === T.ELLIPSIS) {
        c.at++;
        readCaseValue(c);
        value = 0;
      }
    }
    if (c.kind() === 58) c.at++;
    if (!top) return;
    if (isDefault) top.hasDefault = true;
    top.pairs.push(value, emitter.mark());
  }

  private asmStatement(): void {
    const { c, emitter } = this;
    let isGoto = c.word() === K['asm_volatile_goto'] || c.word() === K['asm_goto_output'];
    c.at++;
    while (c.kind() === T.IDENT) {
      if (c.word() === K['goto']) isGoto = true;
      c.at++;
    }
    if (c.kind() === 40 && isGoto) {
      const close = c.after(c.at) - 1;
      let colons = 0;
      for (let i = c.at + 1; i < close; i++) {
        const k = c.kindAt(i);
        if (k === 58) colons++;
        else if (k === 40 || k === 91) i = c.after(i) - 1;
        else if (colons >= 4 && c.isName(i)) {
          // may jump: an unknown condition that leads to the label
          const over = emitter.branch(0);
          this.gotos.push({ place: emitter.jump(), label: c.wordAt(i) });
          emitter.patch([over]);
        }
      }
    }
    this.skipStatement();
  }

  /** Is this the beginning of a declaration? C needs typedefs to know; style decides. */
  private isDeclaration(): boolean {
    const { c } = this;
    if (startsType(c, c.at)) return true;
    if (!c.isName(c.at)) return false;
    let i = c.at + 1;
    if (c.isName(i)) {
      while (c.isName(i) && i < c.at + 16) i++; // type name, or attributes between
      const k = c.kindAt(i);
      return (
        k === 61 ||
        k === 59 ||
        k === 44 ||
        k === 91 ||
        k === 42 ||
        k === 40 ||
        k === T.EOF ||
        (k === T.IDENT && startsType(c, i))
      );
    }
    if (c.kindAt(i) === T.IDENT && startsType(c, i)) return true;
    if (c.kindAt(i) !== 42) return false;
    while (
      c.kindAt(i) === 42 ||
      (c.kindAt(i) === T.IDENT && (c.wordAt(i) === K['const'] || c.wordAt(i) === K['volatile']))
    )
      i++;
    if (!c.isName(i)) return false;
    while (c.isName(i + 1) && c.isDunder(i)) i++;
    const k = c.kindAt(i + 1);
    return k === 61 || k === 59 || k === 44 || k === 91 || (k === T.IDENT && c.isDunder(i + 1));
  }

  private declaration(): void {
    const { c, emitter } = this;
    const { facts } = c;
    const s = readSpecifiers(c);
    if (s.isStatic && c.isName(c.at) && c.kind(1) === 40) {
      // static DEFINE_MUTEX(lock);
      const { invocations } = facts.columns;
      const line = c.line();
      const name = c.nameAt(c.at++);
      const args = readArguments(c);
      for (const word of [name, args, FLAG.STATIC | FLAG.LOCAL, line, -1]) invocations.push(word);
      this.skipStatement();
      return;
    }
    for (;;) {
      const start = c.at;
      const line = c.line();
      emitter.line = line;
      const d = readDeclarator(c);
      let cleanup = -1;
      // attributes between the name and its value: __free(kfree), __cleanup(fn)
      for (let i = d.name + 1; d.name >= 0 && i < c.at; i++) {
        if (c.isName(i) && c.kindAt(i + 1) === 40 && c.has(i, TRAIT.CLEANUP) && c.isName(i + 2))
          cleanup = c.nameAt(i + 2);
      }
      if (d.name >= 0 && d.params < 0) {
        const name = c.nameAt(d.name);
        const pointer =
          d.pointer | (d.isArray ? FIELD_FLAG.ARRAY : 0) | (d.isFunctionPointer ? FIELD_FLAG.FUNCTION : 0);
        const variable = facts.expr(X.NAME, name, -1);
        let type = s.type < 0 ? facts.type(TYPE.BUILTIN, -1) : s.type;
        if (s.isStatic && !s.isExtern) {
          const { globals } = facts.columns;
          for (const word of [name, type, pointer, FLAG.STATIC | FLAG.LOCAL, line, -1]) globals.push(word);
        }
        if (c.kind() === 61) {
          c.at++;
          if (c.kind() === 123) readBraces(c, type, name, []);
          else {
            const value = readAssignment(c);
            if (!s.isStatic) {
              if (facts.columns.types.at(type * 2) === TYPE.TYPEOF && facts.columns.types.at(type * 2 + 1) === 0)
                type = facts.type(TYPE.TYPEOF, value);
              emitter.assignment(variable, value);
            }
          }
        } else if (cleanup >= 0) emitter.assign(variable, facts.expr(X.NUM, 0, -1));
        if (!s.isStatic && !s.isExtern) {
          const { vars } = facts.columns;
          vars.push(name);
          vars.push(type);
          vars.push(pointer);
        }
        if (cleanup >= 0) {
          emitter.op(OP.CLEANUP);
          emitter.code.push(name);
          emitter.code.push(cleanup);
          this.mayGuard[this.mayGuard.length - 1] = true;
        }
      }
      while (c.at < c.end && c.kind() !== 44 && c.kind() !== 59 && c.kind() !== 125) c.at = c.step(c.at);
      if (c.kind() !== 44 || c.at === start) break;
      c.at++;
    }
    if (c.kind() === 59) c.at++;
  }

  /** `for_each_x(…) stmt`, `scoped_guard(…) { }`: a macro call that is followed by a statement and no `;`. */
  private isBlockMacro(): boolean {
    const { c } = this;
    const after = c.after(c.at + 1);
    const k = c.kindAt(after);
    if (k === 123) return true;
    if (after >= c.end) return false;
    if (k === T.IDENT || k === 40 || k === 42 || k === T.INC) {
      return k !== 40 && c.has(c.at, TRAIT.BLOCK);
    }
    return k === 59 && c.has(c.at, TRAIT.LOOP);
  }

  private blockMacro(): void {
    const { c, emitter } = this;
    const { facts } = c;
    const line = c.line();
    const name = c.nameAt(c.at++);
    const args = readArguments(c);
    const expr = facts.expr(X.CALL, facts.expr(X.NAME, name, -1), args);
    emitter.line = line;
    const { lists } = facts.columns;
    for (let i = 1; i <= lists.at(args); i++) emitter.value(lists.at(args + i));
    const top = emitter.mark();
    emitter.op(OP.BLOCK, line);
    emitter.code.push(expr);
    emitter.code.push(-1);
    const out = emitter.here - 1;
    const from = emitter.here;
    this.breaks.push([]);
    this.continues.push([]);
    this.body();
    emitter.patch(this.continues.pop() as number[]);
    emitter.op(OP.REPEAT);
    emitter.code.push(top);
    emitter.code.push(-1);
    const again = emitter.here - 1;
    facts.columns.scopes.push(from);
    facts.columns.scopes.push(emitter.here);
    emitter.patch([out, again, ...(this.breaks.pop() as number[])]);
  }

  private expressionStatement(): void {
    const { c, emitter } = this;
    const { facts } = c;
    const start = c.at;
    const expr = readExpression(c);
    if (facts.kindOf(expr) === X.CALL) {
      const callee = facts.a(expr);
      // guard(mutex)(&x); CLASS(name, var)(…); QEMU_LOCK_GUARD(&x);
      if (facts.kindOf(callee) === X.CALL || c.has(start, TRAIT.CAPITAL))
        this.mayGuard[this.mayGuard.length - 1] = true;
    }
    emitter.value(expr);
    const k = c.kind();
    if (k === 59) c.at++;
    else if (c.at === start) {
      this.partial = true;
      this.skipStatement();
    } else if (k !== T.IDENT && k !== 125 && k !== 123 && k !== T.EOF && !(k >= T.PP_IF && k <= T.PP_EOL)) {
      this.partial = true;
      this.skipStatement();
    }
  }

  private statementExpression(open: number, close: number): number {
    const { c, emitter } = this;
    const { facts } = c;
    const at = c.at;
    const end = c.end;
    c.at = open + 1;
    c.end = Math.min(close, this.c.tokens.count);
    const from = emitter.here;
    let last = 0;
    this.mayGuard.push(false);
    if (++c.depth <= DEPTH_LIMIT && emitter.depth <= EMIT_LIMIT) {
      while (c.at < c.end) {
        const start = c.at;
        const isLast = this.isLastStatement();
        if (isLast) {
          last = emitter.value(readExpression(c));
          c.at = c.end;
        } else this.statement();
        if (c.at === start) c.at++;
      }
    } else this.partial = true;
    c.depth--;
    if (this.mayGuard.pop() && emitter.here > from) {
      facts.columns.scopes.push(from);
      facts.columns.scopes.push(emitter.here);
    }
    c.at = at;
    c.end = end;
    return last;
  }

  /** Whether the statement here is the expression that gives a statement expression its value. */
  private isLastStatement(): boolean {
    const { c } = this;
    const k = c.kind();
    if (k === T.IDENT) {
      const word = c.word();
      if (word >= 0 && word <= K['goto']) return false;
      if (this.isDeclaration() || (c.isName(c.at) && c.kind(1) === 40 && c.kindAt(c.after(c.at + 1)) === 123))
        return false;
    } else if (k === 123 || k === 59 || k >= T.PP_IF) return false;
    for (let i = c.at; i < c.end; ) {
      const here = c.kindAt(i);
      if (here === 59) return i + 1 >= c.end;
      i = here === 40 || here === 91 || here === 123 ? c.after(i) : i + 1;
    }
    return true;
  }
}

function readCaseValue(c: Cursor): number {
  const start = c.at;
  // `case A:` — the colon must not be taken for the one of a conditional
  let i = c.at;
  while (i < c.end && c.kindAt(i) !== 58 && c.kindAt(i) !== T.ELLIPSIS && c.kindAt(i) !== 59)
    i = c.kindAt(i) === 40 ? c.after(i) : i + 1;
  const end = c.end;
  c.end = Math.min(end, i);
  const value = c.at < c.end ? readAssignment(c) : 0;
  c.end = end;
  c.at = Math.max(i, start);
  return value;
}
