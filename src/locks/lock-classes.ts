import { F, FLAG, VAR, X } from '../csource/index.ts';
import { assignedOutsideLoops, assignedTo, type Scope, type TypeInference } from '../tree/index.ts';
import { freeLock, type LockTable, parameterLock } from './lock-table.ts';

const DEPTH = 10;

/** Names the lock class, and the instance, that an expression designates. */
export class LockClasses {
  private readonly inference: TypeInference;
  private readonly locks: LockTable;
  private readonly containers: ReadonlySet<string>;

  constructor(inference: TypeInference, locks: LockTable, containers: ReadonlySet<string>) {
    this.inference = inference;
    this.locks = locks;
    this.containers = containers;
  }

  /** Lock reference of `expr` followed by the fields of `path`. */
  lockOf(scope: Scope, expr: number, path: readonly string[] = []): number {
    return this.locks.intern(this.textOf(scope, expr, path, 0));
  }

  private textOf(scope: Scope, expr: number, path: readonly string[], depth: number): string {
    const { file } = scope;
    if (expr < 0 || depth > DEPTH) return '?';
    switch (file.kind(expr)) {
      case X.ADDR:
      case X.DEREF:
      case X.INDEX:
        return this.textOf(scope, file.a(expr), path, depth + 1);
      case X.CAST:
        return this.textOf(scope, file.b(expr), path, depth + 1);
      case X.FIELD:
      case X.ARROW:
        if (path.length > 0) return this.ofPath(scope, expr, path, depth);
        return this.ofField(scope, file.a(expr), file.name(file.b(expr)), depth);
      case X.NAME:
        return this.ofName(scope, file.a(expr), path, depth);
      case X.COND: {
        const arms = Array.from(file.list(file.b(expr))).map((arm) => this.textOf(scope, arm, path, depth + 1));
        return arms[0] === arms[1] ? (arms[0] as string) : '?';
      }
      case X.CALL:
        return this.ofCall(scope, expr, path, depth);
      case X.OPERATOR + 43:
        return this.textOf(scope, file.a(expr), path, depth + 1);
      default:
        return '?';
    }
  }

  /** `expr` then `.a.b.lock`: the struct of the last but one names the class. */
  private ofPath(scope: Scope, expr: number, path: readonly string[], depth: number): string {
    const { symbols } = this.inference;
    let struct = this.inference.structOf(scope, expr);
    if (struct < 0) {
      const root = this.rootOf(scope, expr, path);
      return root ?? '?';
    }
    let owner: string | null = null;
    for (let i = 0; i < path.length; i++) {
      const name = symbols.names.find(path[i] as string);
      const field = name < 0 ? -1 : symbols.field(struct, name);
      if (i === path.length - 1) {
        if (owner !== null && this.isContainer(struct))
          return `${owner}:${symbols.names.text(symbols.t.structTag.at(struct))}.${path[i]}`;
        if (owner === null && this.isContainer(struct)) {
          const outer = this.ownerOf(scope, expr, depth);
          if (outer) return `${outer}:${symbols.names.text(symbols.t.structTag.at(struct))}.${path[i]}`;
        }
        return this.className(struct, path[i] as string);
      }
      if (field < 0) return '?';
      owner = (symbols.t.fieldPointer.at(field) & 0xff) === 0 ? this.className(struct, path[i] as string) : null;
      struct = this.inference.structOfField(field);
      if (struct < 0) return '?';
    }
    return '?';
  }

  private ofField(scope: Scope, base: number, field: string, depth: number): string {
    const struct = this.holding(scope, this.inference.structOf(scope, base), field);
    if (struct < 0) {
      // the body of the struct is not in sight, but the declaration names it: enough for a class
      const tag = this.inference.declaredTag(scope, base);
      if (tag !== '') return this.containers.has(tag) ? `?${tag}.${field}` : `${tag}.${field}`;
      return this.rootOf(scope, base, [field]) ?? `?.${field}`;
    }
    if (this.isContainer(struct)) {
      const { symbols } = this.inference;
      const inner = `${symbols.names.text(symbols.t.structTag.at(struct))}.${field}`;
      const owner = this.ownerOf(scope, base, depth);
      if (owner) return `${owner}:${inner}`;
      return this.rootOf(scope, base, [field]) ?? `?${inner}`;
    }
    return this.className(struct, field);
  }

  /** Of several structs of one tag that are equally near, the one that has the field. */
  private holding(scope: Scope, struct: number, field: string): number {
    if (struct < 0) return struct;
    const { symbols } = this.inference;
    const name = symbols.names.find(field);
    if (name < 0 || symbols.field(struct, name) >= 0) return struct;
    return symbols.structWithField(struct, name, scope.file.id);
  }

  private isContainer(struct: number): boolean {
    const { symbols } = this.inference;
    return this.containers.has(symbols.names.text(symbols.t.structTag.at(struct)));
  }

  /** The class-like name of an embedded container: `foo.queue` in `&foo->queue`, or a global's name. */
  private ownerOf(scope: Scope, expr: number, depth: number): string | null {
    const { file } = scope;
    if (depth > DEPTH) return null;
    switch (file.kind(expr)) {
      case X.ADDR:
      case X.DEREF:
      case X.INDEX:
        return this.ownerOf(scope, file.a(expr), depth + 1);
      case X.CAST:
        return this.ownerOf(scope, file.b(expr), depth + 1);
      case X.FIELD:
      case X.ARROW: {
        const struct = this.inference.structOf(scope, file.a(expr));
        if (struct < 0) return null;
        return this.className(struct, file.name(file.b(expr)));
      }
      case X.NAME: {
        const at = scope.vars.get(file.a(expr));
        if (at === undefined) {
          const global = this.inference.symbols.globalOf(file.global(file.a(expr)), file.id);
          return global >= 0 ? this.globalName(global) : null;
        }
        if (scope.bound && at < scope.parameters)
          return this.ownerOf(scope.bound.scope, scope.bound.args[at] ?? -1, depth + 1);
        const assigned = at >= scope.parameters ? assignedTo(scope, file.a(expr)) : -1;
        return assigned >= 0 ? this.ownerOf(scope, assigned, depth + 1) : null;
      }
      default:
        return null;
    }
  }

  private ofName(scope: Scope, name: number, path: readonly string[], depth: number): string {
    const { file } = scope;
    const at = scope.vars.get(name);
    if (at !== undefined) {
      if (at < scope.parameters) {
        if (scope.bound) return this.textOf(scope.bound.scope, scope.bound.args[at] ?? -1, path, depth + 1);
        if (path.length === 0) return parameterLock(at, []);
        const struct = this.structOfVariable(scope, at);
        if (struct < 0 || this.isContainer(struct)) return parameterLock(at, path);
        return this.walk(struct, path);
      }
      const assigned = assignedTo(scope, name);
      if (path.length > 0) {
        const struct = this.structOfVariable(scope, at);
        if (struct >= 0 && !this.isContainer(struct)) return this.walk(struct, path);
      }
      if (assigned >= 0) return this.textOf(scope, assigned, path, depth + 1);
      return '?';
    }
    const global = this.inference.symbols.globalOf(file.global(name), file.id);
    if (global >= 0) {
      if (path.length === 0) return this.globalName(global);
      const { t } = this.inference.symbols;
      const struct = this.inference.symbols.structOfType(t.globalType.at(global), t.globalFile.at(global));
      if (struct < 0) return `${this.globalName(global)}.${path.join('.')}`;
      if (this.isContainer(struct))
        return `${this.globalName(global)}:${this.inference.symbols.names.text(t.structTag.at(struct))}.${path.join('.')}`;
      return this.walk(struct, path);
    }
    const viaMacro = this.ofMacro(scope, file.global(name), [], path, depth);
    if (viaMacro) return viaMacro;
    return path.length === 0 ? file.name(name) : '?';
  }

  private structOfVariable(scope: Scope, at: number): number {
    const { file } = scope;
    const first = file.facts.functions[scope.local * F.WORDS + F.VARS] as number;
    const name = file.facts.vars[(first + at) * VAR.WORDS + VAR.NAME] as number;
    // the inference works on expressions: look the variable up by its own name
    return this.inference.structOfVariable(scope, name);
  }

  private walk(struct: number, path: readonly string[]): string {
    const { symbols } = this.inference;
    let here = struct;
    let owner: string | null = null;
    for (let i = 0; i < path.length - 1; i++) {
      const name = symbols.names.find(path[i] as string);
      const field = name < 0 ? -1 : symbols.field(here, name);
      if (field < 0) return '?';
      owner = (symbols.t.fieldPointer.at(field) & 0xff) === 0 ? this.className(here, path[i] as string) : null;
      here = this.inference.structOfField(field);
      if (here < 0) return '?';
    }
    const last = path[path.length - 1] as string;
    if (this.isContainer(here))
      return owner ? `${owner}:${symbols.names.text(symbols.t.structTag.at(here))}.${last}` : '?';
    return this.className(here, last);
  }

  private ofCall(scope: Scope, expr: number, path: readonly string[], depth: number): string {
    const { file } = scope;
    const callee = file.a(expr);
    if (file.kind(callee) !== X.NAME) return '?';
    const args = file.list(file.b(expr));
    const name = file.global(file.a(callee));
    const seen = this.inference.transparentCall(name);
    if (seen && seen.typeArg === null) return this.textOf(scope, args[seen.arg] ?? -1, path, depth + 1);
    if (path.length > 0) {
      const struct = this.inference.structOf(scope, expr);
      if (struct >= 0) return this.walk(struct, path);
    }
    return (
      this.ofMacro(scope, name, args, path, depth) ?? (path.length === 0 ? `?${file.name(file.a(callee))}()` : '?')
    );
  }

  /** Through a macro, or a function that only returns an expression (`return &x->lock;`). */
  private ofMacro(
    scope: Scope,
    name: number,
    args: ArrayLike<number>,
    path: readonly string[],
    depth: number,
  ): string | null {
    if (depth > DEPTH - 3) return null;
    const { symbols } = this.inference;
    for (const fn of symbols.functionsOf(name, scope.file.id, 2)) {
      const value = this.inference.macroValue(scope, fn, args);
      if (!value) continue;
      const text = this.textOf(value.scope, value.expr, path, depth + 2);
      if (text.charCodeAt(0) !== 63) return text;
    }
    return null;
  }

  /** `tag.field`; prefixed by the file where several files define the tag for themselves. */
  private className(struct: number, field: string): string {
    const { symbols } = this.inference;
    const { t } = symbols;
    const tag = t.structTag.at(struct);
    const text = `${symbols.names.text(tag)}.${field}`;
    const file = t.structFile.at(struct);
    let others = false;
    for (let id = t.structHead.find(tag); id >= 0; id = t.structNext.at(id)) {
      if (
        id !== struct &&
        t.structFile.at(id) !== file &&
        !symbols.gone.has(t.structFile.at(id)) &&
        symbols.path(t.structFile.at(id)) !== symbols.path(file)
      )
        others = true;
    }
    return others && !symbols.path(file).startsWith('include/') ? `${symbols.path(file)}:${text}` : text;
  }

  /**
   * An interrupt line that a header's struct holds for every driver of a bus (`irq:i2c_client.irq`) is one of the driver in
   * this file; another class is left as it is.
   */
  ownLine(file: Scope['file'], text: string): string {
    const field = /^irq:(\w+)\.\w+$/.exec(text);
    if (!field) return text;
    const { symbols } = this.inference;
    const tag = symbols.names.find(field[1] as string);
    const struct = tag < 0 ? -1 : symbols.t.structHead.find(tag);
    const isShared = struct >= 0 && symbols.path(symbols.t.structFile.at(struct)).startsWith('include/');
    return isShared ? `irq:${file.path}:${text.slice(4)}` : text;
  }

  /** The class of a global of a file by its name there, null when there is none. */
  globalClass(file: Scope['file'], name: number): string | null {
    const global = this.inference.symbols.globalOf(file.global(name), file.id);
    return global < 0 ? null : this.globalName(global);
  }

  private globalName(global: number): string {
    const { symbols } = this.inference;
    const { t } = symbols;
    const name = t.globalName.at(global);
    const text = symbols.names.text(name);
    if ((t.globalFlags.at(global) & FLAG.STATIC) === 0) return text;
    const path = symbols.path(t.globalFile.at(global));
    for (let id = t.globalHead.find(name); id >= 0; id = t.globalNext.at(id)) {
      if (id !== global && !symbols.gone.has(t.globalFile.at(id)) && symbols.path(t.globalFile.at(id)) !== path)
        return `${path}:${text}`;
    }
    return text;
  }

  /** The place on a parameter, or on a variable that a macro takes from its user, from which a lock hangs; null for none. */
  private rootOf(scope: Scope, expr: number, more: readonly string[]): string | null {
    const root = this.parameterPath(scope, expr);
    if (!root) return null;
    const path = [...root.path, ...more];
    return typeof root.parameter === 'number' ? parameterLock(root.parameter, path) : freeLock(root.parameter, path);
  }

  /** The lock that hangs on a variable of a function by its name, as a macro that is used there says it. */
  lockOfVariable(scope: Scope, variable: string, path: readonly string[]): number {
    for (const name of scope.vars.keys())
      if (scope.file.name(name) === variable) return this.locks.intern(this.ofName(scope, name, path, 0));
    return this.locks.intern(isMacro(scope) ? freeLock(variable, path) : '?');
  }

  /** The spelling of such a variable. */
  instanceOfVariable(scope: Scope, variable: string): string {
    for (const name of scope.vars.keys())
      if (scope.file.name(name) === variable) return this.instanceOfName(scope, name, 0);
    return isMacro(scope) ? `$@${variable}` : '?';
  }

  /** Whether a name in a macro means a variable of whoever uses it. */
  private isFree(scope: Scope, name: number): boolean {
    if (!isMacro(scope) || scope.bound) return false;
    const { file } = scope;
    const text = file.name(name);
    return !/^[A-Z0-9_]+$/.test(text) && this.inference.symbols.globalOf(file.global(name), file.id) < 0;
  }

  private parameterPath(scope: Scope, expr: number): { parameter: number | string; path: string[] } | null {
    const { file } = scope;
    const path: string[] = [];
    let e = expr;
    for (let i = 0; i < DEPTH; i++) {
      switch (file.kind(e)) {
        case X.ADDR:
        case X.DEREF:
        case X.INDEX:
          e = file.a(e);
          break;
        case X.CAST:
          e = file.b(e);
          break;
        case X.FIELD:
        case X.ARROW:
          path.unshift(file.name(file.b(e)));
          e = file.a(e);
          break;
        case X.NAME: {
          const at = scope.vars.get(file.a(e));
          if (at === undefined) return this.isFree(scope, file.a(e)) ? { parameter: file.name(file.a(e)), path } : null;
          if (at < scope.parameters) return scope.bound ? null : { parameter: at, path };
          const assigned = assignedTo(scope, file.a(e));
          if (assigned < 0) return null;
          e = assigned;
          break;
        }
        default:
          return null;
      }
    }
    return null;
  }

  /**
   * One spelling for the object an expression designates, relative to the function's parameters (`$0.dev.mutex`), a
   * global (`:name`) or a local (`%name`). Two equal spellings are one object as long as the variables keep their value.
   */
  instanceOf(scope: Scope, expr: number, depth = 0): string {
    const { file } = scope;
    if (expr < 0 || depth > DEPTH) return '?';
    switch (file.kind(expr)) {
      case X.ADDR:
      case X.DEREF:
        return this.instanceOf(scope, file.a(expr), depth + 1);
      case X.CAST:
        return this.instanceOf(scope, file.b(expr), depth + 1);
      case X.FIELD:
      case X.ARROW:
        return `${this.instanceOf(scope, file.a(expr), depth + 1)}.${file.name(file.b(expr))}`;
      case X.INDEX:
        return `${this.instanceOf(scope, file.a(expr), depth + 1)}[${this.instanceOf(scope, file.b(expr), depth + 1)}]`;
      case X.NUM:
        return String(file.a(expr));
      case X.NAME:
        return this.instanceOfName(scope, file.a(expr), depth);
      case X.CALL: {
        const args = Array.from(file.list(file.b(expr)));
        const callee = file.a(expr);
        if (file.kind(callee) !== X.NAME) return '?';
        const seen = this.inference.transparentCall(file.global(file.a(callee)));
        if (seen && seen.typeArg === null && seen.kind !== 'per-cpu')
          return this.instanceOf(scope, args[seen.arg] ?? -1, depth + 1);
        const shown = args.map((arg) =>
          file.kind(arg) === X.TYPE
            ? ''
            : file.kind(arg) === X.NAME && seen
              ? file.name(file.a(arg))
              : this.instanceOf(scope, arg, depth + 1),
        );
        if (seen && seen.typeArg !== null) shown[seen.arg] = this.instanceOf(scope, args[seen.arg] ?? -1, depth + 1);
        return `${file.name(file.a(callee))}(${shown.join(',')})`;
      }
      default:
        return '?';
    }
  }

  private instanceOfName(scope: Scope, name: number, depth: number): string {
    const { file } = scope;
    const at = scope.vars.get(name);
    if (at === undefined) return this.isFree(scope, name) ? `$@${file.name(name)}` : `:${file.name(name)}`;
    if (at < scope.parameters) {
      if (scope.bound) return this.instanceOf(scope.bound.scope, scope.bound.args[at] ?? -1, depth + 1);
      return assignedOutsideLoops(scope, name) === -1 ? `$${at}` : `%~${file.name(name)}`;
    }
    const assigned = assignedTo(scope, name);
    const first = assigned === -2 ? assignedOutsideLoops(scope, name) : assigned;
    if (first >= 0 && isPath(scope, first, 0)) return this.instanceOf(scope, first, depth + 1);
    // a variable that changes is not the same object twice
    return assigned === -2 ? `%~${file.name(name)}` : `%${file.name(name)}`;
  }
}

function isMacro(scope: Scope): boolean {
  return ((scope.file.facts.functions[scope.local * F.WORDS + F.FLAGS] as number) & FLAG.MACRO) !== 0;
}

/** Is this a plain place or an accessor of one, so that naming it twice means the same object? */
function isPath(scope: Scope, expr: number, depth: number): boolean {
  const { file } = scope;
  if (depth > DEPTH) return false;
  switch (file.kind(expr)) {
    case X.NAME:
      return true;
    case X.ADDR:
    case X.DEREF:
    case X.FIELD:
    case X.ARROW:
      return isPath(scope, file.a(expr), depth + 1);
    case X.CAST:
      return isPath(scope, file.b(expr), depth + 1);
    case X.CALL: {
      const name = file.kind(file.a(expr)) === X.NAME ? file.name(file.a(file.a(expr))) : '';
      // accessors: container_of, to_foo(dev), dev_get_drvdata(dev), netdev_priv(dev)
      return (
        /^(container_of\w*|list_entry|to_\w+|\w+_to_\w+|\w+_get_drvdata|\w+_priv\w*|\w+_data|\w+2\w+)$/.test(name) &&
        Array.from(file.list(file.b(expr))).every((arg) => file.kind(arg) === X.TYPE || isPath(scope, arg, depth + 1))
      );
    }
    default:
      return false;
  }
}
