import { instructionSize, OP, X } from '../csource/index.ts';
import type { LinkedFile, Scope } from '../tree/index.ts';
import { Assumptions, decide, knownValue, type Test, testOf, truthOfValue, VALUE } from './assumptions.ts';

/** Calls that return only when their second argument is true. */
const ENDS_WHEN_TRUE: ReadonlySet<string> = new Set([
  'wait_event',
  'wait_event_cmd',
  'wait_event_idle',
  'wait_event_lock_irq',
  'wait_event_lock_irq_cmd',
  'wait_var_event',
  'io_wait_event',
]);

/** What is known of values on the paths of one function, and how instructions change it. */
export class PathConditions {
  readonly set = new Assumptions();
  /** Expressions whose value is remembered. */
  readonly tracked = new Set<number>();
  /** Expressions that a condition or a return asks for. */
  readonly read = new Set<number>();
  private readonly file: LinkedFile;
  private readonly scope: Scope;
  private readonly tests = new Map<number, Test>();
  private readonly parameterExprs = new Map<number, number>();
  private readonly affected = new Map<number, readonly number[]>();
  private readonly values = new Map<number, number>();
  private readonly clobbered = new Map<number, readonly number[]>();

  constructor(scope: Scope, code: Int32Array) {
    this.file = scope.file;
    this.scope = scope;
    this.prepare(code);
  }

  /** The condition of a branch, reduced. */
  test(condition: number): Test {
    return this.tests.get(condition) as Test;
  }

  /** Which expressions are worth remembering: those tested twice, flags that are set and tested, parameters, results. */
  private prepare(code: Int32Array): void {
    const { file } = this;
    const tested = new Map<number, number>();
    const assigned = new Set<number>();
    const returned = new Set<number>();
    for (let pc = 0; pc < code.length; pc += instructionSize(code, pc)) {
      const op = (code[pc] as number) & 0xff;
      if (op === OP.BRANCH) {
        const condition = code[pc + 1] as number;
        let test = this.tests.get(condition);
        if (!test) {
          test = testOf(file, condition);
          this.tests.set(condition, test);
        }
        tested.set(test.subject, (tested.get(test.subject) ?? 0) + 1);
      } else if (op === OP.ASSIGN) assigned.add(code[pc + 1] as number);
      else if (op === OP.CALL) {
        if ((code[pc + 2] as number) >= 0) assigned.add(code[pc + 2] as number);
      } else if (op === OP.RETURN && (code[pc + 1] as number) >= 0) returned.add(code[pc + 1] as number);
    }
    for (const [subject, count] of tested) {
      if (count > 1 || assigned.has(subject)) this.tracked.add(subject);
      if (file.kind(subject) === X.NAME) {
        const at = this.scope.vars.get(file.a(subject));
        if (at !== undefined && at < this.scope.parameters) {
          this.tracked.add(subject);
          this.parameterExprs.set(at, subject);
        }
      }
    }
    for (const expr of returned) if (assigned.has(expr) || tested.has(expr)) this.tracked.add(expr);
    for (const expr of [...tested.keys(), ...returned]) this.read.add(expr);
  }

  /** After `target = value`. */
  assign(assume: number, target: number, value: number): number {
    let known = this.valueOf(value);
    if (known < 0) known = this.set.get(assume, value);
    const after = this.invalidate(assume, target);
    return known >= 0 && this.tracked.has(target) ? this.set.with(after, target, known) : after;
  }

  /** What the call at `pc` may change: its result, and variables whose address it is given. */
  clobber(pc: number, assume: number, expr: number, result: number): number {
    if (assume === 0) return 0;
    let gone = this.clobbered.get(pc);
    if (!gone) {
      const all = new Set([expr]);
      const add = (target: number): void => {
        for (const affected of this.affectedBy(target)) all.add(affected);
      };
      if (result >= 0) add(result);
      for (const arg of this.file.list(this.file.b(expr)))
        if (this.file.kind(arg) === X.ADDR && this.file.kind(this.file.a(arg)) === X.NAME) add(this.file.a(arg));
      gone = [...all];
      this.clobbered.set(pc, gone);
    }
    return this.set.without(assume, gone);
  }

  /** With what the result of a call was; `value` -1 says nothing. */
  tell(assume: number, expr: number, value: number): number {
    return expr >= 0 && value >= 0 ? this.set.with(assume, expr, value) : assume;
  }

  /** False where a call waits until a condition is true that is known to be false: `wait_event(wq, down_read_trylock(sem))`. */
  mayEnd(expr: number, assume: number): boolean {
    const { file } = this;
    const callee = file.a(expr);
    if (assume === 0 || file.kind(callee) !== X.NAME || !ENDS_WHEN_TRUE.has(file.name(file.a(callee)))) return true;
    const condition = file.list(file.b(expr))[1];
    if (condition === undefined) return true;
    const test = testOf(file, condition);
    return test.kind === 'constant' || decide(test, this.set.get(assume, test.subject)) !== 0;
  }

  /** Without what the change of `target` makes untrue. */
  invalidate(assume: number, target: number): number {
    if (assume === 0) return 0;
    const gone = this.affectedBy(target);
    return gone.length === 0 ? assume : this.set.without(assume, gone);
  }

  private valueOf(expr: number): number {
    let value = this.values.get(expr);
    if (value === undefined) {
      value = knownValue(this.file, expr);
      this.values.set(expr, value);
    }
    return value;
  }

  private affectedBy(target: number): readonly number[] {
    let affected = this.affected.get(target);
    if (!affected) {
      affected = [...this.tracked].filter((expr) => expr >= 0 && mentions(this.file, expr, target, 0));
      this.affected.set(target, affected);
    }
    return affected;
  }

  /** Whether a place outlives the function: a global, or something behind a pointer. */
  isOutside(target: number): boolean {
    let e = target;
    for (let i = 0; i < 8; i++) {
      const kind = this.file.kind(e);
      if (kind === X.NAME) return !this.scope.vars.has(this.file.a(e));
      if (kind === X.FIELD || kind === X.ARROW || kind === X.INDEX || kind === X.DEREF) e = this.file.a(e);
      else return false;
      if (kind !== X.INDEX && kind !== X.FIELD) return true;
    }
    return false;
  }

  /** 1 or 0 when an argument is known to be true or false on a path, -1 otherwise. */
  truthOf(arg: number | undefined, assume: number): number {
    if (arg === undefined) return -1;
    const value = this.valueOf(arg);
    const known = value >= 0 ? value : this.set.get(assume, arg);
    return truthOfValue(known);
  }

  /** For each parameter: 1 true, 0 false, -1 unknown. */
  parameters(assume: number): number[] {
    const out: number[] = [];
    for (let p = 0; p < this.scope.parameters; p++) {
      const subject = this.parameterExprs.get(p);
      out.push(subject === undefined ? -1 : truthOfValue(this.set.get(assume, subject)));
    }
    return out;
  }

  /** VALUE of what a return gives, -1 when it is not known. */
  result(expr: number, assume: number): number {
    if (expr < 0) return -1;
    let result = this.valueOf(expr);
    if (result < 0) result = this.set.get(assume, expr);
    if (result >= VALUE.UNEQUAL) return -1;
    return result >= VALUE.EQUAL ? VALUE.NONZERO : result;
  }
}

function mentions(file: LinkedFile, expr: number, target: number, depth: number): boolean {
  if (expr === target) return true;
  if (depth > 8 || expr < 0) return false;
  switch (file.kind(expr)) {
    case X.NAME:
    case X.NUM:
    case X.STRING:
    case X.CONFIG:
    case X.UNKNOWN:
    case X.TYPE:
      return false;
    case X.FIELD:
    case X.ARROW:
    case X.DEREF:
    case X.ADDR:
    case X.NOT:
    case X.NEG:
      return mentions(file, file.a(expr), target, depth + 1);
    case X.CAST:
      return mentions(file, file.b(expr), target, depth + 1);
    case X.CALL:
      return Array.from(file.list(file.b(expr))).some((arg) => mentions(file, arg, target, depth + 1));
    case X.COND:
      return mentions(file, file.a(expr), target, depth + 1);
    default:
      return mentions(file, file.a(expr), target, depth + 1) || mentions(file, file.b(expr), target, depth + 1);
  }
}
