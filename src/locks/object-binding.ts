import { F, FIELD_FLAG, instructionSize, OP, X } from '../csource/index.ts';
import { assignedTo, openScope, type Scope } from '../tree/index.ts';
import type { LockIndex } from './lock-index.ts';
import type { Witness } from './order-search.ts';

const DEPTH = 24;

/** What a function makes of one of its parameters: `to_foo(dev)`, `container_of(dev, struct foo, dev)`. */
interface Expectation {
  readonly parameter: number;
  readonly struct: number;
}

/**
 * Tells chains that cannot be because of what the object is: a callback that takes its argument for the `struct device`
 * inside a `struct foo` is not called for the one inside a `struct bar`, although both sit in slots of the same name.
 */
export class ObjectBinding {
  private readonly index: LockIndex;
  private readonly expectations = new Map<number, readonly Expectation[]>();

  constructor(index: LockIndex) {
    this.index = index;
  }

  /** False when some indirect call of the chain provably passes an object that its target does not expect. */
  isPossible(witness: Witness): boolean {
    for (let i = 0; i < witness.links.length; i++) {
      const link = witness.links[i] as { callee: number; word: number };
      if (link.word >= 0) continue;
      for (const { parameter, struct } of this.expectedBy(link.callee)) {
        const actual = this.containerPassed(witness, i, parameter);
        if (actual >= 0 && actual !== struct && !this.sameTag(actual, struct)) return false;
      }
    }
    return true;
  }

  private sameTag(a: number, b: number): boolean {
    const { structTag } = this.index.tree.symbols.t;
    return structTag.at(a) === structTag.at(b);
  }

  /** The struct around what link `i` passes as an argument, traced towards the holder; -1 when it cannot be told. */
  private containerPassed(witness: Witness, i: number, parameter: number): number {
    let position = parameter;
    for (let at = i; at >= 0; at--) {
      const caller = at === 0 ? witness.holder : (witness.links[at - 1] as { callee: number }).callee;
      const call = this.callOf(caller, (witness.links[at] as { word: number }).word);
      const arg = call?.args[position];
      if (!call || arg === undefined) return -1;
      const origin = this.originOf(call.scope, arg, 0);
      if (origin.struct >= 0) return origin.struct;
      if (origin.parameter < 0) return -1;
      position = origin.parameter;
    }
    return -1;
  }

  private originOf(scope: Scope, expr: number, depth: number): { struct: number; parameter: number } {
    const { file } = scope;
    const unknown = { struct: -1, parameter: -1 };
    if (depth > DEPTH) return unknown;
    switch (file.kind(expr)) {
      case X.ADDR:
      case X.CAST:
        return this.originOf(scope, file.kind(expr) === X.CAST ? file.b(expr) : file.a(expr), depth + 1);
      case X.FIELD:
      case X.ARROW: {
        const { inference } = this.index.tree;
        const field = inference.fieldOf(scope, expr);
        if (field < 0) return unknown;
        const { t } = inference.symbols;
        // only an embedded object is bound to what is around it
        if ((t.fieldPointer.at(field) & 0xff) !== 0 || (t.fieldPointer.at(field) & FIELD_FLAG.FUNCTION) !== 0)
          return unknown;
        return { struct: inference.structOf(scope, file.a(expr)), parameter: -1 };
      }
      case X.NAME: {
        const at = scope.vars.get(file.a(expr));
        if (at === undefined) return unknown;
        if (at < scope.parameters)
          return assignedTo(scope, file.a(expr)) === -1 ? { struct: -1, parameter: at } : unknown;
        const assigned = assignedTo(scope, file.a(expr));
        return assigned >= 0 ? this.originOf(scope, assigned, depth + 1) : unknown;
      }
      default:
        return unknown;
    }
  }

  private callOf(fn: number, word: number): { scope: Scope; args: Int32Array } | null {
    const { symbols, source, extraction } = this.index.tree;
    const file = source(symbols.t.fnFile.at(fn));
    if (!file) return null;
    const local = symbols.t.fnLocal.at(fn);
    const { functions, code } = file.facts;
    const start = functions[local * F.WORDS + F.CODE] as number;
    const end = start + (functions[local * F.WORDS + F.CODE_LENGTH] as number);
    const scope = openScope(file, local);
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
      const expr = code[pc + 1] as number;
      if (extraction.calleeWords(scope, expr).includes(word)) return { scope, args: file.list(file.b(expr)) };
    }
    return null;
  }

  private expectedBy(fn: number): readonly Expectation[] {
    let known = this.expectations.get(fn);
    if (!known) {
      known = this.readExpectations(fn);
      this.expectations.set(fn, known);
    }
    return known;
  }

  private readExpectations(fn: number): Expectation[] {
    const { symbols, source, inference } = this.index.tree;
    const file = source(symbols.t.fnFile.at(fn));
    if (!file) return [];
    const local = symbols.t.fnLocal.at(fn);
    const { functions, code } = file.facts;
    const start = functions[local * F.WORDS + F.CODE] as number;
    const end = start + (functions[local * F.WORDS + F.CODE_LENGTH] as number);
    const scope = openScope(file, local);
    const out: Expectation[] = [];
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
      const expr = code[pc + 1] as number;
      const callee = file.a(expr);
      if (file.kind(callee) !== X.NAME) continue;
      const args = file.list(file.b(expr));
      const first = args[0];
      if (first === undefined || file.kind(first) !== X.NAME) continue;
      const at = scope.vars.get(file.a(first));
      if (at === undefined || at >= scope.parameters || out.some((known) => known.parameter === at)) continue;
      if (!/^container_of|^to_|_to_/.test(file.name(file.a(callee)))) continue;
      const struct = inference.structOf(scope, expr);
      const own = inference.structOf(scope, first);
      if (struct >= 0 && struct !== own) out.push({ parameter: at, struct });
    }
    return out;
  }
}
