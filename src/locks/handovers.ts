import { F, instructionSize, OP, X } from '../csource/index.ts';
import { type LinkedFile, openScope, type Scope, type TreeIndex } from '../tree/index.ts';
import type { LockClasses } from './lock-classes.ts';
import { type LockTable, parseParameterLock } from './lock-table.ts';
import type { Handover, RuleSet } from './rules/index.ts';

/** A function that hands one of its parameters over, to a class or to what hangs on another parameter. */
interface Forward {
  readonly rule: Handover;
  readonly objectParameter: number;
  readonly on: string;
}

/** Names of functions that are worth looking into. */
const PASSES_ON = /work|notif|queue|sched/;
/** Functions between a call and the handover itself. */
const LEVELS = 3;

/** Finds what is put on a queue or a chain: directly, or by functions that only pass it on. */
export class HandoverReader {
  private readonly index: TreeIndex;
  private readonly rules: RuleSet;
  private readonly locks: LockTable;
  private readonly classes: LockClasses;
  private readonly forwards = new Map<number, Forward | null>();
  /** By the tree's id of a name. */
  private readonly names = new Map<number, boolean>();

  constructor(index: TreeIndex, rules: RuleSet, locks: LockTable, classes: LockClasses) {
    this.index = index;
    this.rules = rules;
    this.locks = locks;
    this.classes = classes;
  }

  /** Whether a call by this name is worth looking into: a rule, or a name that speaks of works or notifiers. */
  mayHandOver(file: LinkedFile, name: number): boolean {
    const id = file.global(name);
    let may = this.names.get(id);
    if (may === undefined) {
      const text = file.name(name);
      may = this.rules.handovers.has(text) || (text.length < 80 && PASSES_ON.test(text));
      this.names.set(id, may);
    }
    return may;
  }

  /** Adds what one call hands over. */
  read(scope: Scope, expr: number, into: Map<number, Set<number>>): void {
    const found = this.handed(scope, expr, 0);
    if (!found) return;
    const object = this.locks.text(this.classes.lockOf(scope, found.object));
    if (/^[?$]/.test(object) || /^[?$]/.test(found.on)) return;
    const key = this.locks.intern(`${found.rule.of}:${object}`);
    const on = this.locks.intern(found.rule.waitClass === null ? found.on : `${found.rule.waitClass}:${found.on}`);
    const set = into.get(key) ?? new Set();
    set.add(on);
    into.set(key, set);
  }

  private handed(scope: Scope, expr: number, level: number): { rule: Handover; object: number; on: string } | null {
    const { file } = scope;
    const name = file.a(file.a(expr));
    const args = file.list(file.b(expr));
    const rule = this.rules.handovers.get(file.name(name));
    if (rule) {
      const object = args[rule.objectArg];
      const path = rule.field === null ? [] : [rule.field];
      const on = this.locks.text(this.classes.lockOf(scope, args[rule.onArg] ?? -1, path));
      return object === undefined ? null : { rule, object, on };
    }
    if (level >= LEVELS) return null;
    const [fn, ...others] = this.index.extraction.functionsOf(file, name);
    if (fn === undefined || others.length > 1) return null;
    const forward = this.forwardOf(fn, level);
    const object = forward ? args[forward.objectParameter] : undefined;
    if (!forward || object === undefined) return null;
    if (!forward.on.startsWith('$')) return { rule: forward.rule, object, on: forward.on };
    const { parameter, path } = parseParameterLock(forward.on);
    const on = this.locks.text(this.classes.lockOf(scope, args[parameter] ?? -1, path));
    return { rule: forward.rule, object, on };
  }

  /** What a function does with one of its own parameters, null when it hands none over. */
  private forwardOf(fn: number, level: number): Forward | null {
    const known = this.forwards.get(fn);
    if (known !== undefined) return known;
    this.forwards.set(fn, null);
    const found = this.readForward(fn, level);
    this.forwards.set(fn, found);
    return found;
  }

  private readForward(fn: number, level: number): Forward | null {
    const { symbols, source } = this.index;
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
      const callee = file.a(expr);
      if (file.kind(callee) !== X.NAME || scope.vars.has(file.a(callee))) continue;
      if (!this.rules.handovers.has(file.name(file.a(callee))) && !PASSES_ON.test(file.name(file.a(callee)))) continue;
      const found = this.handed(scope, expr, level + 1);
      if (!found || found.on.startsWith('?')) continue;
      let object = found.object;
      while (file.kind(object) === X.ADDR || file.kind(object) === X.CAST)
        object = file.kind(object) === X.ADDR ? file.a(object) : file.b(object);
      if (file.kind(object) !== X.NAME) continue;
      const at = scope.vars.get(file.a(object));
      if (at !== undefined && at < scope.parameters) return { rule: found.rule, objectParameter: at, on: found.on };
    }
    return null;
  }
}
