import { F, FIELD_FLAG, GLOBAL, INIT, INVOCATION, instructionSize, OP, X } from '../csource/index.ts';
import type { CallGraph } from './call-graph.ts';
import type { LinkedFile } from './linked-file.ts';
import { assignedTo, openScope, type Scope, type TypeInference } from './type-inference.ts';

/** The calls of one function: callee words, each once, and the line of the first. */
export interface Calls {
  readonly callees: number[];
  readonly lines: number[];
}

/** Reads calls and slot targets out of the facts of a file. */
export class CallExtraction {
  private readonly inference: TypeInference;
  private readonly graph: CallGraph;
  private readonly addTarget: (slot: number, fn: number) => void;
  private readonly resolved = new Map<number, number[]>();
  private resolvedFile = -1;
  /** Calls through a pointer whose type could not be told. */
  unresolved = 0;
  callSites = 0;

  constructor(inference: TypeInference, graph: CallGraph, addTarget: (slot: number, fn: number) => void) {
    this.inference = inference;
    this.graph = graph;
    this.addTarget = addTarget;
  }

  /** Functions that a name reaches from a file. */
  functionsOf(file: LinkedFile, name: number): number[] {
    if (this.resolvedFile !== file.id) {
      this.resolved.clear();
      this.resolvedFile = file.id;
    }
    let found = this.resolved.get(name);
    if (!found) {
      found = this.inference.symbols.functionsOf(file.global(name), file.id);
      this.resolved.set(name, found);
    }
    return found;
  }

  /** The calls of the function at position `local` of its file; slot targets it assigns are added on the way. */
  callsOf(file: LinkedFile, local: number): Calls {
    const { functions, code } = file.facts;
    const at = local * F.WORDS;
    const start = functions[at + F.CODE] as number;
    const end = start + (functions[at + F.CODE_LENGTH] as number);
    const line = functions[at + F.LINE] as number;
    const callees: number[] = [];
    const lines: number[] = [];
    let scope: Scope | null = null;
    const add = (word: number, callLine: number): void => {
      if (callees.includes(word)) return;
      callees.push(word);
      lines.push(callLine);
    };
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      const word = code[pc] as number;
      const op = word & 0xff;
      if (op === OP.CALL || op === OP.BLOCK) {
        this.callSites++;
        scope ??= openScope(file, local);
        this.call(scope, code[pc + 1] as number, line + (word >> 8), add);
        this.guardCalls(file, code[pc + 1] as number, op === OP.BLOCK, line + (word >> 8), add);
      } else if (op === OP.ASSIGN) {
        const target = code[pc + 1] as number;
        const kind = file.kind(target);
        if (kind !== X.FIELD && kind !== X.ARROW) continue;
        scope ??= openScope(file, local);
        this.assignment(scope, target, code[pc + 2] as number);
      }
    }
    return { callees, lines };
  }

  /** `guard(foo)(x)` and `scoped_guard(foo, x)` call what the tree's DEFINE_GUARD(foo, …) names. */
  private guardCalls(
    file: LinkedFile,
    expr: number,
    isBlock: boolean,
    line: number,
    add: (word: number, line: number) => void,
  ): void {
    const inner = file.a(expr);
    if (!isBlock && file.kind(inner) !== X.CALL) return;
    const [guard] = file.list(file.b(isBlock ? expr : inner));
    if (guard === undefined || file.kind(guard) !== X.NAME) return;
    const name = file.global(file.a(guard));
    const definer = this.inference.source(this.inference.symbols.t.guardOf.find(name));
    if (!definer) return;
    for (const fn of this.definedBy(definer, name)) add(fn, line);
  }

  /** Functions that a guard's definition calls. */
  private definedBy(file: LinkedFile, guard: number): number[] {
    const { invocations } = file.facts;
    const { symbols } = this.inference;
    for (let at = 0; at < invocations.length; at += INVOCATION.WORDS) {
      const [first, ...rest] = file.list(invocations[at + INVOCATION.ARGS] as number);
      if (first === undefined || file.kind(first) !== X.NAME || file.global(file.a(first)) !== guard) continue;
      if (!/^DEFINE_(LOCK_)?GUARD/.test(file.name(invocations[at + INVOCATION.NAME] as number))) continue;
      const callees = rest.filter((arg) => file.kind(arg) === X.CALL && file.kind(file.a(arg)) === X.NAME);
      return callees.flatMap((arg) => symbols.functionsOf(file.global(file.a(file.a(arg))), file.id));
    }
    return [];
  }

  /** The callee words of a call expression: functions by name, or the slot of a pointer. */
  calleeWords(scope: Scope, expr: number): number[] {
    const words: number[] = [];
    this.call(scope, expr, 0, (word) => words.push(word));
    return words;
  }

  private call(scope: Scope, expr: number, line: number, add: (word: number, line: number) => void): void {
    const { file } = scope;
    const callee = file.a(expr);
    const kind = file.kind(callee);
    if (kind === X.NAME) {
      const name = file.a(callee);
      const at = scope.vars.get(name);
      if (at === undefined) {
        for (const fn of this.functionsOf(file, name)) {
          add(fn, line);
          this.passedFunctions(scope, expr, fn, line, add);
        }
        return;
      }
      if (at < scope.parameters) {
        add(~this.graph.slot(~(file.functionIds[scope.local] as number), at), line);
        return;
      }
      // a local function pointer: what was assigned to it
      const assigned = assignedTo(scope, name);
      if (assigned >= 0) this.pointer(scope, assigned, line, add);
      else this.unresolved++;
      return;
    }
    this.pointer(scope, callee, line, add);
  }

  private pointer(scope: Scope, expr: number, line: number, add: (word: number, line: number) => void): void {
    const { file } = scope;
    switch (file.kind(expr)) {
      case X.FIELD:
      case X.ARROW: {
        const slot = this.slotOf(scope, expr);
        if (slot >= 0) add(~slot, line);
        else this.unresolved++;
        return;
      }
      case X.DEREF:
      case X.INDEX:
      case X.ADDR:
        this.pointer(scope, file.a(expr), line, add);
        return;
      case X.CAST:
        this.pointer(scope, file.b(expr), line, add);
        return;
      case X.COND:
        for (const arm of file.list(file.b(expr))) this.pointer(scope, arm, line, add);
        return;
      case X.NAME:
        for (const fn of this.functionsOf(file, file.a(expr))) add(fn, line);
        return;
      case X.CALL: {
        // READ_ONCE(x->fn)(…), rcu_dereference(ops)->fn
        const args = file.list(file.b(expr));
        if (args.length > 0 && (file.kind(args[0] as number) === X.ARROW || file.kind(args[0] as number) === X.FIELD))
          this.pointer(scope, args[0] as number, line, add);
        return;
      }
      default:
        this.unresolved++;
    }
  }

  /** Slot of `base->field`, -1 when the type of the base is not known. */
  slotOf(scope: Scope, expr: number): number {
    const { file } = scope;
    const struct = this.inference.structOf(scope, file.a(expr));
    if (struct < 0) return -1;
    return this.graph.slot(this.inference.symbols.t.structTag.at(struct), file.global(file.b(expr)));
  }

  private assignment(scope: Scope, target: number, value: number): void {
    const { file } = scope;
    const fns = this.functionValue(scope, value);
    if (fns.length === 0) return;
    const slot = this.slotOf(scope, target);
    if (slot < 0) return;
    for (const fn of fns) this.addTarget(slot, fn);
    void file;
  }

  private functionValue(scope: Scope, value: number): number[] {
    const { file } = scope;
    let e = value;
    while (file.kind(e) === X.ADDR || file.kind(e) === X.CAST) e = file.kind(e) === X.ADDR ? file.a(e) : file.b(e);
    if (file.kind(e) === X.COND)
      return Array.from(file.list(file.b(e))).flatMap((arm) => this.functionValue(scope, arm));
    if (file.kind(e) !== X.NAME || scope.vars.has(file.a(e))) return [];
    return this.functionsOf(file, file.a(e)).filter((fn) => (this.inference.symbols.t.fnFlags.at(fn) & 12) === 0);
  }

  /** Functions handed to a parameter that the callee calls: `bus_for_each_dev(bus, NULL, data, fn)`. */
  private passedFunctions(
    scope: Scope,
    expr: number,
    callee: number,
    line: number,
    add: (word: number, line: number) => void,
  ): void {
    const { file } = scope;
    const called = this.inference.symbols.t.fnCalledParams.at(callee);
    if (called === 0) return;
    const args = file.list(file.b(expr));
    for (let i = 0; i < args.length; i++) {
      if (i > 29 || (called & (1 << i)) === 0) continue;
      const arg = args[i] as number;
      const kind = file.kind(arg);
      if (kind !== X.NAME && kind !== X.ADDR) continue;
      const fns = this.functionValue(scope, arg);
      if (fns.length === 0) continue;
      const slot = this.graph.slot(~callee, i);
      for (const fn of fns) {
        this.addTarget(slot, fn);
        add(fn, line); // who passes it is who causes the call
      }
    }
  }

  /** Adds the slot targets that the initialisers of a file name. */
  initializers(file: LinkedFile): void {
    const { inits, globals } = file.facts;
    const arrays = new Set<number>();
    for (let at = 0; at < globals.length; at += GLOBAL.WORDS) {
      if (((globals[at + GLOBAL.POINTER] as number) & FIELD_FLAG.ARRAY) !== 0)
        arrays.add(globals[at + GLOBAL.NAME] as number);
    }
    for (let at = 0; at < inits.length; at += INIT.WORDS) {
      const path = file.list(inits[at + INIT.PATH] as number);
      if (path.length === 0) continue;
      let value = inits[at + INIT.VALUE] as number;
      while (file.kind(value) === X.ADDR || file.kind(value) === X.CAST)
        value = file.kind(value) === X.ADDR ? file.a(value) : file.b(value);
      if (file.kind(value) !== X.NAME) continue;
      const fns = this.functionsOf(file, file.a(value)).filter(
        (fn) => (this.inference.symbols.t.fnFlags.at(fn) & 12) === 0,
      );
      if (fns.length === 0) continue;
      const slot = this.slotOfPath(
        file,
        inits[at + INIT.TYPE] as number,
        path,
        arrays.has(inits[at + INIT.OWNER] as number),
      );
      if (slot >= 0) for (const fn of fns) this.addTarget(slot, fn);
    }
  }

  private slotOfPath(file: LinkedFile, type: number, path: Int32Array, isArray: boolean): number {
    const { symbols } = this.inference;
    const { t } = symbols;
    let struct = symbols.structOfType(file.typeWord(type), file.id);
    for (let i = 0; i < path.length; i++) {
      if (struct < 0) return -1;
      const step = path[i] as number;
      if (step < 0 && i === 0 && isArray) continue;
      let field = -1;
      if (step >= 0) field = symbols.field(struct, file.global(step));
      else if (~step < t.structCount.at(struct)) field = t.structFields.at(struct) + ~step;
      if (field < 0) return -1;
      if (i === path.length - 1) return this.graph.slot(t.structTag.at(struct), t.fieldName.at(field));
      struct = this.inference.structOfField(field);
    }
    return -1;
  }
}
