import { F, instructionSize, OP, TYPE, VAR, X } from '../csource/index.ts';
import type { LinkedFile } from './linked-file.ts';
import type { Symbols } from './symbols.ts';

/** Helpers that types are seen through: `container_of`, `rcu_dereference`, `per_cpu_ptr`. */
export interface TransparentCall {
  readonly kind: string;
  readonly arg: number;
  readonly typeArg: number | null;
  readonly memberArg: number | null;
}

/** Gives the facts of a file of the tree by its id. */
export type FileSource = (file: number) => LinkedFile | null;

/** The variables of one function, and for a macro what its parameters are bound to. */
export interface Scope {
  readonly file: LinkedFile;
  /** Position of the function in its file. */
  readonly local: number;
  /** By name of the file: position of the variable in the function (parameters first). */
  readonly vars: ReadonlyMap<number, number>;
  readonly parameters: number;
  readonly bound: { readonly scope: Scope; readonly args: ArrayLike<number> } | null;
  /** For each local: the only expression assigned to it, -1 when none, -2 when several. Filled on demand. */
  assigned: Map<number, number> | null;
  /** The same without what loop macros may assign. */
  assignedOutside: Map<number, number> | null;
}

const DEPTH = 12;

export function openScope(file: LinkedFile, local: number, bound: Scope['bound'] = null): Scope {
  const { functions, vars } = file.facts;
  const at = local * F.WORDS;
  const first = functions[at + F.VARS] as number;
  const count = functions[at + F.VAR_COUNT] as number;
  const map = new Map<number, number>();
  for (let v = count - 1; v >= 0; v--) map.set(vars[(first + v) * VAR.WORDS] as number, v);
  return {
    file,
    local,
    vars: map,
    parameters: functions[at + F.PARAMS] as number,
    bound,
    assigned: null,
    assignedOutside: null,
  };
}

/** Tells what struct an expression designates or points to, without a preprocessor or a compiler. */
export class TypeInference {
  readonly symbols: Symbols;
  readonly source: FileSource;
  private readonly transparent: ReadonlyMap<number, TransparentCall>;
  private readonly byName: ReadonlyMap<string, TransparentCall>;

  constructor(symbols: Symbols, source: FileSource, transparent: ReadonlyMap<string, TransparentCall>) {
    this.symbols = symbols;
    this.source = source;
    this.byName = transparent;
    const map = new Map<number, TransparentCall>();
    for (const [name, call] of transparent) map.set(symbols.names.internString(name), call);
    this.transparent = map;
  }

  transparentByName(): ReadonlyMap<string, TransparentCall> {
    return this.byName;
  }

  /** How a helper is seen through, by the global id of its name. */
  transparentCall(name: number): TransparentCall | undefined {
    return this.transparent.get(name);
  }

  /** Struct id that `expr` is, or points to; -1 when it is unknown or no struct. */
  structOf(scope: Scope, expr: number, depth = 0): number {
    if (expr < 0 || depth > DEPTH) return -1;
    const { file } = scope;
    switch (file.kind(expr)) {
      case X.NAME:
        return this.structOfName(scope, file.a(expr), depth);
      case X.FIELD:
      case X.ARROW: {
        const field = this.fieldOf(scope, expr, depth);
        if (field < 0) return -1;
        return this.structOfField(field);
      }
      case X.DEREF:
      case X.ADDR:
      case X.INDEX:
      case X.INC:
      case X.DEC:
        return this.structOf(scope, file.a(expr), depth + 1);
      case X.CAST: {
        const known = this.structOfFileType(scope, file.a(expr), depth);
        return known >= 0 ? known : this.structOf(scope, file.b(expr), depth + 1);
      }
      case X.COND: {
        const [yes, no] = file.list(file.b(expr));
        const first = this.structOf(scope, yes ?? -1, depth + 1);
        return first >= 0 ? first : this.structOf(scope, no ?? -1, depth + 1);
      }
      case X.ASSIGN:
        return this.structOf(scope, file.a(expr), depth + 1);
      case X.COMMA:
        return this.structOf(scope, file.b(expr), depth + 1);
      case X.CALL:
        return this.structOfCall(scope, expr, depth);
      case X.OPERATOR + 43:
      case X.OPERATOR + 45:
        return this.structOf(scope, file.a(expr), depth + 1); // pointer arithmetic
      default:
        return -1;
    }
  }

  /** Position in the field table of the field that `base.f` or `base->f` designates; -1 when it is not known. */
  fieldOf(scope: Scope, expr: number, depth = 0): number {
    const { file } = scope;
    const struct = this.structOf(scope, file.a(expr), depth + 1);
    if (struct < 0) return -1;
    const name = file.b(expr);
    const field = this.symbols.field(struct, file.global(name));
    if (field >= 0) return field;
    const twin = this.symbols.structWithField(struct, file.global(name), file.id);
    if (twin !== struct) return this.symbols.field(twin, file.global(name));
    // a field macro: `#define sk_lock …`, `#define v_lock u.s.lock`
    return -1;
  }

  structOfField(field: number): number {
    const { t } = this.symbols;
    return this.symbols.structOfType(t.fieldType.at(field), t.structFile.at(this.structHolding(field)));
  }

  /** The struct that a field belongs to (fields of a struct are contiguous and structs are in order). */
  structHolding(field: number): number {
    const { structFields } = this.symbols.t;
    let low = 0;
    let high = structFields.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (structFields.at(middle) <= field) low = middle;
      else high = middle - 1;
    }
    // empty structs share a start with their successor
    while (low > 0 && this.symbols.t.structCount.at(low) === 0) low--;
    return low;
  }

  private structOfFileType(scope: Scope, type: number, depth: number): number {
    const { types } = scope.file.facts;
    if (type < 0) return -1;
    if (types[type * 2] === TYPE.TYPEOF) return this.structOf(scope, types[type * 2 + 1] as number, depth + 1);
    return this.symbols.structOfType(scope.file.typeWord(type), scope.file.id);
  }

  /**
   * The tag that a variable (or what it points to) was declared with, for structs whose body is not in sight; empty when
   * there is none.
   */
  declaredTag(scope: Scope, expr: number, depth = 0): string {
    const { file } = scope;
    if (expr < 0 || depth > DEPTH) return '';
    switch (file.kind(expr)) {
      case X.ADDR:
      case X.DEREF:
      case X.INDEX:
        return this.declaredTag(scope, file.a(expr), depth + 1);
      case X.CAST: {
        const kind = file.facts.types[file.a(expr) * 2];
        return kind === TYPE.STRUCT ? file.name(file.facts.types[file.a(expr) * 2 + 1] as number) : '';
      }
      case X.NAME: {
        const at = scope.vars.get(file.a(expr));
        if (at === undefined) return '';
        if (scope.bound && at < scope.parameters)
          return this.declaredTag(scope.bound.scope, scope.bound.args[at] ?? -1, depth + 1);
        const first = file.facts.functions[scope.local * F.WORDS + F.VARS] as number;
        const type = file.facts.vars[(first + at) * VAR.WORDS + VAR.TYPE] as number;
        if (type < 0 || file.facts.types[type * 2] !== TYPE.STRUCT) return '';
        return file.name(file.facts.types[type * 2 + 1] as number);
      }
      default:
        return '';
    }
  }

  /** Struct id that a variable or global of this name is or points to. */
  structOfVariable(scope: Scope, name: number): number {
    return this.structOfName(scope, name, 0);
  }

  private structOfName(scope: Scope, name: number, depth: number): number {
    const { file } = scope;
    const at = scope.vars.get(name);
    if (at !== undefined) {
      if (scope.bound && at < scope.parameters)
        return this.structOf(scope.bound.scope, scope.bound.args[at] ?? -1, depth + 1);
      const first = file.facts.functions[scope.local * F.WORDS + F.VARS] as number;
      const word = (first + at) * VAR.WORDS;
      const known = this.structOfFileType(scope, file.facts.vars[word + VAR.TYPE] as number, depth);
      if (known >= 0) return known;
      if (at < scope.parameters) return -1;
      const assigned = assignedTo(scope, name);
      return assigned >= 0 ? this.structOf(scope, assigned, depth + 1) : -1;
    }
    const global = this.symbols.globalOf(file.global(name), file.id);
    if (global >= 0) {
      const { t } = this.symbols;
      return this.symbols.structOfType(t.globalType.at(global), t.globalFile.at(global));
    }
    return this.throughMacro(scope, file.global(name), [], depth);
  }

  private structOfCall(scope: Scope, expr: number, depth: number): number {
    const { file } = scope;
    const callee = file.a(expr);
    if (file.kind(callee) !== X.NAME) return -1;
    const name = file.global(file.a(callee));
    const args = file.list(file.b(expr));
    const call = this.transparent.get(name);
    if (call) {
      if (call.typeArg !== null) {
        const type = args[call.typeArg];
        if (type === undefined) return -1;
        if (file.kind(type) === X.TYPE) return this.structOfFileType(scope, file.a(type), depth);
        if (file.kind(type) === X.NAME) {
          const named = this.symbols.structOfType(TYPE.NAMED | (file.global(file.a(type)) << 3), file.id);
          if (named >= 0) return named;
        }
        return this.structOf(scope, type, depth + 1);
      }
      const inner = args[call.arg];
      return inner === undefined ? -1 : this.structOf(scope, inner, depth + 1);
    }
    const found = this.throughMacro(scope, name, args, depth);
    if (found >= 0) return found;
    const { t } = this.symbols;
    for (const fn of this.symbols.functionsOf(name, file.id, 2)) {
      const struct = this.symbols.structOfType(t.fnType.at(fn), t.fnFile.at(fn));
      if (struct >= 0) return struct;
    }
    return this.symbols.structOfType(t.protoType.find(name), file.id);
  }

  /** The value of a macro, evaluated where it is used. */
  private throughMacro(scope: Scope, name: number, args: ArrayLike<number>, depth: number): number {
    const { t } = this.symbols;
    if (depth > DEPTH - 2) return -1;
    for (const fn of this.symbols.functionsOf(name, scope.file.id, 2)) {
      if (((t.fnFlags.at(fn) & 4) as number) === 0) continue;
      const bound = this.macroValue(scope, fn, args);
      if (!bound) continue;
      const struct = this.structOf(bound.scope, bound.expr, depth + 2);
      if (struct >= 0) return struct;
    }
    return -1;
  }

  /** The expression a macro (or a function of one return) gives, in a scope where its parameters are the arguments. */
  macroValue(scope: Scope, fn: number, args: ArrayLike<number>): { scope: Scope; expr: number } | null {
    const { t } = this.symbols;
    const file = this.source(t.fnFile.at(fn));
    if (!file) return null;
    const local = t.fnLocal.at(fn);
    const expr = returnedBy(file, local);
    if (expr < 0) return null;
    return { scope: openScope(file, local, { scope, args }), expr };
  }
}

/** The expression of a function's only return, -1 when there is none or several. */
export function returnedBy(file: LinkedFile, local: number): number {
  const { functions, code } = file.facts;
  const at = local * F.WORDS;
  const start = functions[at + F.CODE] as number;
  const end = start + (functions[at + F.CODE_LENGTH] as number);
  let found = -1;
  for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
    const op = (code[pc] as number) & 0xff;
    if (op === OP.BRANCH || op === OP.SWITCH) return found;
    if (op !== OP.RETURN) continue;
    const expr = code[pc + 1] as number;
    if (expr < 0) continue;
    if (found >= 0) return -1;
    found = expr;
  }
  return found;
}

/** The only expression ever assigned to a local; -1 when there is none, -2 when there are several. */
export function assignedTo(scope: Scope, name: number): number {
  scope.assigned ??= assignmentsOf(scope, () => true);
  return scope.assigned.get(name) ?? -1;
}

/**
 * The same, but for what loop macros assign, which cannot be told from what they only read: `for_each_x(x, i)` goes over
 * what is in `x`. A loop that goes on from where its variable stands assigns it for certain.
 */
export function assignedOutsideLoops(scope: Scope, name: number): number {
  scope.assignedOutside ??= assignmentsOf(scope, (macro) => /continue|from/.test(macro));
  return scope.assignedOutside.get(name) ?? -1;
}

/** By local variable: what is assigned to it; `assigns` says whether a loop macro assigns its arguments. */
function assignmentsOf(scope: Scope, assigns: (macro: string) => boolean): Map<number, number> {
  const { file } = scope;
  const { functions, code } = file.facts;
  const at = scope.local * F.WORDS;
  const start = functions[at + F.CODE] as number;
  const end = start + (functions[at + F.CODE_LENGTH] as number);
  const map = new Map<number, number>();
  const note = (target: number, value: number): void => {
    if (target < 0 || file.kind(target) !== X.NAME) return;
    const variable = file.a(target);
    // `= NULL` and `= 0` say nothing about what the variable stands for
    if (
      value >= 0 &&
      (file.kind(value) === X.NUM || (file.kind(value) === X.NAME && file.name(file.a(value)) === 'NULL'))
    )
      return;
    const known = map.get(variable);
    map.set(variable, known === undefined || known === value ? value : -2);
  };
  for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
    const op = (code[pc] as number) & 0xff;
    if (op === OP.ASSIGN) note(code[pc + 1] as number, code[pc + 2] as number);
    else if (op === OP.CALL) note(code[pc + 2] as number, code[pc + 1] as number);
    else if (op === OP.MODIFY) note(code[pc + 1] as number, -2);
    else if (op === OP.BLOCK) {
      // for_each_x(pos, …): the loop assigns its variables
      const expr = code[pc + 1] as number;
      const callee = file.a(expr);
      if (!assigns(file.kind(callee) === X.NAME ? file.name(file.a(callee)) : '')) continue;
      for (const arg of file.list(file.b(expr))) if (file.kind(arg) === X.NAME) note(arg, -2);
    }
  }
  return map;
}
