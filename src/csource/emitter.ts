// A little long: conditions, assignments and returns each write out the same kinds of expression.
import type { Cursor } from './cursor.ts';
import { callLines } from './expressions.ts';
import { OP, X } from './facts.ts';
import type { IntVector } from './int-vector.ts';

/** How many calls of one statement are looked at for the line of one. */
const CALL_WINDOW = 64;

/** Writes the skeleton of one function: instructions with targets, empty branches left out. */
export class Emitter {
  readonly code: IntVector;
  private start = 0;
  private readonly c: Cursor;
  private functionLine = 0;
  /** Line of the statement being read. */
  line = 0;
  /** Where to look for the line of the next call. */
  private nextCall = 0;
  /** How deep values are being emitted inside each other. */
  depth = 0;
  /** Reads the block of a statement expression; set by the statement reader. */
  readStatements: (open: number, close: number) => number = () => 0;
  /** The first target that anything jumps to; code before it may be taken back. */
  private lastTarget = 0;

  constructor(c: Cursor) {
    this.c = c;
    this.code = c.facts.columns.code;
  }

  begin(line: number): void {
    this.start = this.code.length;
    this.functionLine = line;
    this.line = line;
    this.lastTarget = 0;
    this.depth = 0;
    this.clearCalls();
  }

  /** Place in the function's code, counted from its start. */
  get here(): number {
    return this.code.length - this.start;
  }

  /** Marks the current place as the target of a jump. */
  mark(): number {
    this.lastTarget = this.here;
    return this.here;
  }

  clearCalls(): void {
    callLines.clear();
    this.nextCall = 0;
  }

  /** Takes back the code from `from` on, if nothing jumps behind it. */
  takeBack(from: number): boolean {
    if (this.lastTarget > from) return false;
    this.code.length = this.start + from;
    return true;
  }

  op(op: number, line = this.line): void {
    this.code.push(op | (Math.max(0, Math.min(line - this.functionLine, 0x7fffff)) << 8));
  }

  call(expr: number, result: number): void {
    this.op(OP.CALL, this.lineOf(expr));
    this.code.push(expr);
    this.code.push(result);
  }

  assign(target: number, value: number): void {
    this.op(OP.ASSIGN);
    this.code.push(target);
    this.code.push(value);
  }

  modify(target: number, by: number): void {
    this.op(OP.MODIFY);
    this.code.push(target);
    this.code.push(by);
  }

  /** Emits a jump and returns the place of its target word, to be patched. */
  jump(target = -1): number {
    this.op(OP.JUMP);
    this.code.push(target);
    return this.here - 1;
  }

  branch(condition: number): number {
    this.op(OP.BRANCH);
    this.code.push(condition);
    this.code.push(-1);
    return this.here - 1;
  }

  patch(places: readonly number[]): void {
    if (places.length > 0) this.mark();
    for (const place of places) this.code.data[this.start + place] = this.here;
  }

  patchTo(place: number, target: number): void {
    this.code.data[this.start + place] = target;
  }

  ret(expr: number): void {
    this.op(OP.RETURN);
    this.code.push(expr);
  }

  /** Emits what an expression does, in the order in which it does it. Returns the expression that stands for its value. */
  value(expr: number): number {
    if (!this.c.facts.hasEffect(expr)) return expr;
    this.depth++;
    const result = this.effect(expr);
    this.depth--;
    return result;
  }

  private effect(expr: number): number {
    const { facts } = this.c;
    const kind = facts.kindOf(expr);
    const a = facts.a(expr);
    const b = facts.b(expr);
    switch (kind) {
      case X.CALL:
        this.callParts(expr);
        this.call(expr, -1);
        return expr;
      case X.ASSIGN:
        return this.assignment(a, b);
      case X.MODIFY:
        this.value(b);
        this.value(a);
        this.modify(a, 0);
        return a;
      case X.INC:
      case X.DEC:
        this.value(a);
        this.modify(a, kind === X.INC ? 1 : -1);
        return expr;
      case X.STATEMENTS:
        return this.readStatements(a, b);
      case X.COMMA:
        this.value(a);
        return this.value(b);
      case X.CAST:
        return this.value(b);
      case X.ANDAND:
      case X.OROR: {
        const out = this.condition(expr);
        this.patch(out);
        return expr;
      }
      case X.COND: {
        const [yes, no] = this.pair(b);
        if (yes === a) {
          // GNU `a ?: b`: what comes before the mark happens once.
          const place = this.branch(facts.expr(X.NOT, this.value(a), -1));
          this.value(no);
          this.patch([place]);
          return expr;
        }
        const otherwise = this.condition(a);
        this.value(yes);
        const done = this.jump();
        this.patch(otherwise);
        this.value(no);
        this.patch([done]);
        return expr;
      }
      case X.FIELD:
      case X.ARROW:
      case X.DEREF:
      case X.ADDR:
      case X.NEG: {
        const base = this.value(a);
        return base === a ? expr : facts.expr(kind, base, b);
      }
      case X.NOT: {
        const base = this.value(a);
        return base === a ? expr : facts.expr(kind, base, b);
      }
      default: {
        const left = this.value(a);
        const right = b >= 0 ? this.value(b) : b;
        return left === a && right === b ? expr : facts.expr(kind, left, right);
      }
    }
  }

  /** Emits a condition; returns the places to patch with where to go when it is false. Falls through when it is true. */
  condition(expr: number): number[] {
    const { facts } = this.c;
    const kind = facts.kindOf(expr);
    const a = facts.a(expr);
    const b = facts.b(expr);
    switch (kind) {
      case X.ANDAND: {
        const first = this.condition(a);
        return first.concat(this.condition(b));
      }
      case X.OROR: {
        const first = this.condition(a);
        const yes = this.jump();
        this.patch(first);
        const second = this.condition(b);
        this.patch([yes]);
        return second;
      }
      case X.NOT: {
        const inner = facts.kindOf(a);
        if (inner === X.NOT) return this.condition(facts.a(a));
        if (inner === X.ANDAND || inner === X.OROR) {
          const out = this.condition(a);
          const no = this.jump();
          this.patch(out);
          return [no];
        }
        const value = this.value(a);
        return [this.branch(facts.expr(X.NOT, value, -1))];
      }
      case X.NUM:
        if (a !== 0) return [];
        return [this.jump()];
      case X.COMMA:
        this.value(a);
        return this.condition(b);
      default:
        return [this.branch(this.value(expr))];
    }
  }

  /** `target = value`, with conditions written out so that a flag keeps what it stands for. */
  assignment(target: number, value: number): number {
    const { facts } = this.c;
    this.value(target);
    let rhs = value;
    while (facts.kindOf(rhs) === X.CAST) rhs = facts.b(rhs);
    switch (facts.kindOf(rhs)) {
      case X.CALL:
        this.callParts(rhs);
        this.call(rhs, target);
        return target;
      case X.ASSIGN: {
        const inner = this.assignment(facts.a(rhs), facts.b(rhs));
        this.assign(target, inner);
        return target;
      }
      case X.NOT:
      case X.ANDAND:
      case X.OROR:
      case X.EQ:
      case X.NE:
        if (facts.hasEffect(rhs)) {
          const no = this.condition(rhs);
          this.assign(target, facts.expr(X.NUM, 1, -1));
          const done = this.jump();
          this.patch(no);
          this.assign(target, facts.expr(X.NUM, 0, -1));
          this.patch([done]);
          return target;
        }
        this.assign(target, rhs);
        return target;
      case X.COND: {
        const [yes, no] = this.pair(facts.b(rhs));
        if (yes === facts.a(rhs)) {
          this.assignment(target, yes);
          const place = this.branch(facts.expr(X.NOT, target, -1));
          this.assignment(target, no);
          this.patch([place]);
          return target;
        }
        const otherwise = this.condition(facts.a(rhs));
        this.assignment(target, yes);
        const done = this.jump();
        this.patch(otherwise);
        this.assignment(target, no);
        this.patch([done]);
        return target;
      }
      default:
        this.assign(target, this.value(rhs));
        return target;
    }
  }

  /** `return value;` with conditions and choices written out. */
  returnValue(expr: number): void {
    const { facts } = this.c;
    let e = expr;
    while (facts.kindOf(e) === X.CAST) e = facts.b(e);
    const kind = facts.kindOf(e);
    if (kind === X.COND) {
      const [yes, no] = this.pair(facts.b(e));
      if (yes === facts.a(e)) {
        const value = this.value(yes);
        const place = this.branch(value);
        this.ret(value);
        this.patch([place]);
        this.returnValue(no);
        return;
      }
      const otherwise = this.condition(facts.a(e));
      this.returnValue(yes);
      this.patch(otherwise);
      this.returnValue(no);
      return;
    }
    if (
      facts.hasEffect(e) &&
      (kind === X.NOT || kind === X.ANDAND || kind === X.OROR || kind === X.EQ || kind === X.NE)
    ) {
      const no = this.condition(e);
      this.ret(facts.expr(X.NUM, 1, -1));
      this.patch(no);
      this.ret(facts.expr(X.NUM, 0, -1));
      return;
    }
    this.ret(this.value(e));
  }

  private callParts(expr: number): void {
    const { facts } = this.c;
    const callee = facts.a(expr);
    if (facts.hasEffect(callee) && facts.kindOf(callee) !== X.CALL) this.value(callee);
    const args = facts.b(expr);
    const { lists } = facts.columns;
    const count = lists.at(args);
    for (let i = 1; i <= count; i++) {
      const arg = lists.at(args + i);
      if (facts.hasEffect(arg)) this.value(arg);
    }
  }

  private pair(list: number): [number, number] {
    const { lists } = this.c.facts.columns;
    return [lists.at(list + 1), lists.at(list + 2)];
  }

  /** Calls are emitted nearly in the order in which they were read: the search looks a little ahead, then a little back. */
  private lineOf(expr: number): number {
    const from = this.nextCall;
    const ahead = Math.min(callLines.length, from + 2 * CALL_WINDOW);
    for (let i = from; i < ahead; i += 2) {
      if (callLines.at(i) !== expr) continue;
      this.nextCall = i + 2;
      return callLines.at(i + 1);
    }
    for (let i = from - 2; i >= 0 && i >= from - 2 * CALL_WINDOW; i -= 2)
      if (callLines.at(i) === expr) return callLines.at(i + 1);
    return this.line;
  }
}
