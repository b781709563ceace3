import { F, GLOBAL, INIT, INVOCATION, instructionSize, OP, X } from '../csource/index.ts';
import { type LinkedFile, openScope, type Scope, type TreeIndex } from '../tree/index.ts';
import { HandoverReader } from './handovers.ts';
import { LockClasses } from './lock-classes.ts';
import type { LockTable } from './lock-table.ts';
import type { Registration, RuleSet } from './rules/index.ts';

/** For each callback: the classes (`timer:foo.watchdog`) that somebody waits for, or holds, while it runs. */
export type CallbackClasses = Map<number, Set<number>>;

/** What some files say about callbacks. */
export interface CallbackFacts {
  readonly bound: CallbackClasses;
  /** For each object of callbacks (`work:foo.reset`): what it is handed to (`workqueue:foo.wq`). */
  readonly handed: Map<number, Set<number>>;
}

/** Nothing known yet. */
export function noCallbacks(): CallbackFacts {
  return { bound: new Map(), handed: new Map() };
}

/** Adds to each callback what its object was handed to. */
export function joinHandovers({ bound, handed }: CallbackFacts): CallbackClasses {
  const all: CallbackClasses = new Map();
  for (const [fn, classes] of bound) {
    const set = new Set(classes);
    for (const object of classes) for (const on of handed.get(object) ?? []) set.add(on);
    all.set(fn, set);
  }
  return all;
}

/** Finds which functions are handed over as callbacks, and under which wait class. */
export class RegistrationReader {
  private readonly index: TreeIndex;
  private readonly locks: LockTable;
  private readonly classes: LockClasses;
  /** The rules by the tree's ids of the names that they are about. */
  private readonly byName = new Map<number, Registration>();
  private readonly handovers: HandoverReader;
  /** Slots whose targets are callbacks of the object around them: prefix by `tag.field`. */
  private readonly binds = new Map<string, string>();
  /** Global names of their fields. */
  private readonly fields = new Set<number>();

  constructor(index: TreeIndex, rules: RuleSet, locks: LockTable) {
    this.index = index;
    this.locks = locks;
    this.classes = new LockClasses(index.inference, locks, rules.containers);
    for (const [name, rule] of rules.registrations) this.byName.set(index.symbols.names.internString(name), rule);
    this.handovers = new HandoverReader(index, rules, locks, this.classes);
    for (const rule of rules.slots.values()) {
      if (!rule.binds) continue;
      this.binds.set(rule.slot, rule.binds);
      this.fields.add(index.symbols.names.find(rule.slot.slice(rule.slot.indexOf('.') + 1)));
    }
    this.fields.delete(-1);
  }

  /** Adds what one file registers, in its functions and by macros and initialisers at file level. */
  read(file: LinkedFile, into: CallbackFacts): void {
    const { functions, code, invocations } = file.facts;
    const ruleOf = (name: number): Registration | undefined => this.byName.get(file.global(name));
    const { fields } = this;
    for (let local = 0; local * F.WORDS < functions.length; local++) {
      const at = local * F.WORDS;
      const start = functions[at + F.CODE] as number;
      const end = start + (functions[at + F.CODE_LENGTH] as number);
      let scope: Scope | null = null;
      for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
        const op = (code[pc] as number) & 0xff;
        if (op === OP.ASSIGN) {
          const target = code[pc + 1] as number;
          const kind = file.kind(target);
          if ((kind !== X.FIELD && kind !== X.ARROW) || !fields.has(file.global(file.b(target)))) continue;
          scope ??= openScope(file, local);
          this.assigned(scope, target, code[pc + 2] as number, into.bound);
          continue;
        }
        if (op !== OP.CALL) continue;
        const expr = code[pc + 1] as number;
        const callee = file.a(expr);
        if (file.kind(callee) !== X.NAME) continue;
        const rule = ruleOf(file.a(callee));
        if (rule?.waitClass) {
          scope ??= openScope(file, local);
          this.add(
            scope,
            rule,
            file.list(file.b(expr)),
            rule.objectIsResult ? (code[pc + 2] as number) : -1,
            into.bound,
          );
        } else if (this.handovers.mayHandOver(file, file.a(callee))) {
          scope ??= openScope(file, local);
          this.handovers.read(scope, expr, into.handed);
        }
      }
    }
    for (let at = 0; at < invocations.length; at += INVOCATION.WORDS)
      this.invocation(
        file,
        invocations[at + INVOCATION.NAME] as number,
        invocations[at + INVOCATION.ARGS] as number,
        into,
      );
    this.initializers(file, into.bound);
  }

  private assigned(scope: Scope, target: number, value: number, into: CallbackClasses): void {
    const { file } = scope;
    const { inference } = this.index;
    const struct = inference.structOf(scope, file.a(target));
    if (struct < 0) return;
    const { symbols } = inference;
    const prefix = this.binds.get(`${symbols.names.text(symbols.t.structTag.at(struct))}.${file.name(file.b(target))}`);
    if (!prefix) return;
    const of = this.locks.text(this.classes.lockOf(scope, file.a(target)));
    if (!of.startsWith('?') && !of.startsWith('$')) this.note(file, value, `${prefix}:${of}`, into);
  }

  private invocation(file: LinkedFile, name: number, list: number, into: CallbackFacts): void {
    const args = file.list(list);
    const rule = this.byName.get(file.global(name));
    if (rule?.waitClass && rule.objectArg !== null) {
      const object = args[rule.objectArg];
      const fn = args[rule.fnArg];
      if (object === undefined || fn === undefined || file.kind(object) !== X.NAME || file.kind(fn) !== X.NAME) return;
      this.note(file, fn, `${rule.waitClass}:${file.name(file.a(object))}`, into.bound);
      return;
    }
    // static DEVICE_ATTR_RW(speed): dev_attr_speed, with speed_show() and speed_store()
    const attribute = /^(DEVICE|DRIVER|BUS|CLASS)_ATTR(_RW|_RO|_WO)?$/.exec(file.name(name));
    const [first] = args;
    if (!attribute || first === undefined || file.kind(first) !== X.NAME) return;
    const own = file.name(file.a(first));
    const prefix = { DEVICE: 'dev', DRIVER: 'driver', BUS: 'bus', CLASS: 'class' }[attribute[1] as string] ?? '';
    const text = `kn:${attributeClass(file, `${prefix}_attr_${own}`)}`;
    if (attribute[2] === undefined) {
      for (const fn of args.subarray(2, 4)) this.note(file, fn, text, into.bound);
      return;
    }
    for (const suffix of ['show', 'store']) {
      const known = this.index.symbols.names.find(`${own}_${suffix}`);
      if (known < 0) continue;
      for (const fn of this.index.symbols.functionsOf(known, file.id))
        if (this.index.symbols.t.fnFile.at(fn) === file.id) this.bind(fn, text, into.bound);
    }
  }

  /** `static struct notifier_block foo_nb = { .notifier_call = foo_notify };` */
  private initializers(file: LinkedFile, into: CallbackClasses): void {
    const { inits, globals } = file.facts;
    if (this.fields.size === 0) return;
    const own = new Set<number>();
    for (let at = 0; at < globals.length; at += GLOBAL.WORDS) own.add(globals[at + GLOBAL.NAME] as number);
    const { symbols } = this.index;
    for (let at = 0; at < inits.length; at += INIT.WORDS) {
      const path = file.list(inits[at + INIT.PATH] as number);
      const field = path[0];
      const owner = inits[at + INIT.OWNER] as number;
      if (
        path.length !== 1 ||
        field === undefined ||
        field < 0 ||
        !this.fields.has(file.global(field)) ||
        !own.has(owner)
      )
        continue;
      const struct = symbols.structOfType(file.typeWord(inits[at + INIT.TYPE] as number), file.id);
      if (struct < 0) continue;
      const prefix = this.binds.get(`${symbols.names.text(symbols.t.structTag.at(struct))}.${file.name(field)}`);
      const object = this.classes.globalClass(file, owner);
      if (prefix && object) this.note(file, inits[at + INIT.VALUE] as number, `${prefix}:${object}`, into);
    }
  }

  private add(scope: Scope, rule: Registration, args: ArrayLike<number>, result: number, into: CallbackClasses): void {
    const object = rule.objectIsResult ? result : rule.objectArg === null ? -1 : (args[rule.objectArg] ?? -1);
    if (object < 0) return;
    const of = this.locks.text(this.classes.lockOf(scope, object));
    if (of.startsWith('?') || of.startsWith('$')) return;
    for (const { fnArg } of [rule, ...rule.also]) {
      const fn = args[fnArg];
      if (fn !== undefined)
        this.note(scope.file, fn, this.classes.ownLine(scope.file, `${rule.waitClass}:${of}`), into);
    }
  }

  private note(file: LinkedFile, value: number, text: string, into: CallbackClasses): void {
    let e = value;
    while (file.kind(e) === X.ADDR || file.kind(e) === X.CAST) e = file.kind(e) === X.ADDR ? file.a(e) : file.b(e);
    if (file.kind(e) !== X.NAME) return;
    for (const fn of this.index.extraction.functionsOf(file, file.a(e))) this.bind(fn, text, into);
  }

  private bind(fn: number, text: string, into: CallbackClasses): void {
    const set = into.get(fn) ?? new Set();
    set.add(this.locks.intern(text));
    into.set(fn, set);
  }
}

/** The class of an attribute that a macro defines: its variable, which is static. */
export function attributeClass(file: LinkedFile, variable: string): string {
  return `${file.path}:${variable}`;
}
