import { F, INVOCATION, instructionSize, OP, X } from '../csource/index.ts';
import { type LinkedFile, openScope, type Scope, type TreeIndex } from '../tree/index.ts';
import { LockClasses } from './lock-classes.ts';
import type { LockTable } from './lock-table.ts';
import type { Registration, RuleSet } from './rules/index.ts';

/** For each callback: the wait classes (`timer:foo.watchdog`) that somebody waits for while it runs. */
export type CallbackClasses = Map<number, Set<number>>;

/** Finds which functions are handed over as callbacks, and under which wait class. */
export class RegistrationReader {
  private readonly index: TreeIndex;
  private readonly locks: LockTable;
  private readonly classes: LockClasses;
  /** The rules by the tree's ids of the names that they are about. */
  private readonly byName = new Map<number, Registration>();

  constructor(index: TreeIndex, rules: RuleSet, locks: LockTable) {
    this.index = index;
    this.locks = locks;
    this.classes = new LockClasses(index.inference, locks, rules.containers);
    for (const [name, rule] of rules.registrations) this.byName.set(index.symbols.names.internString(name), rule);
  }

  /** Adds what one file registers, in its functions and by macros at file level. */
  read(file: LinkedFile, into: CallbackClasses): void {
    const { functions, code, invocations } = file.facts;
    const ruleOf = (name: number): Registration | undefined => this.byName.get(file.global(name));
    for (let local = 0; local * F.WORDS < functions.length; local++) {
      const at = local * F.WORDS;
      const start = functions[at + F.CODE] as number;
      const end = start + (functions[at + F.CODE_LENGTH] as number);
      let scope: Scope | null = null;
      for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
        if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
        const expr = code[pc + 1] as number;
        const callee = file.a(expr);
        if (file.kind(callee) !== X.NAME) continue;
        const rule = ruleOf(file.a(callee));
        if (!rule?.waitClass) continue;
        scope ??= openScope(file, local);
        this.add(scope, rule, file.list(file.b(expr)), rule.objectIsResult ? (code[pc + 2] as number) : -1, into);
      }
    }
    for (let at = 0; at < invocations.length; at += INVOCATION.WORDS) {
      const rule = ruleOf(invocations[at + INVOCATION.NAME] as number);
      if (!rule?.waitClass || rule.objectArg === null) continue;
      const args = file.list(invocations[at + INVOCATION.ARGS] as number);
      const object = args[rule.objectArg];
      const fn = args[rule.fnArg];
      if (object === undefined || fn === undefined || file.kind(object) !== X.NAME || file.kind(fn) !== X.NAME)
        continue;
      this.note(file, fn, `${rule.waitClass}:${file.name(file.a(object))}`, into);
    }
  }

  private add(scope: Scope, rule: Registration, args: ArrayLike<number>, result: number, into: CallbackClasses): void {
    const object = rule.objectIsResult ? result : rule.objectArg === null ? -1 : (args[rule.objectArg] ?? -1);
    if (object < 0) return;
    const of = this.locks.text(this.classes.lockOf(scope, object));
    if (of.startsWith('?') || of.startsWith('$')) return;
    const fn = args[rule.fnArg];
    if (fn !== undefined) this.note(scope.file, fn, `${rule.waitClass}:${of}`, into);
  }

  private note(file: LinkedFile, value: number, text: string, into: CallbackClasses): void {
    let e = value;
    while (file.kind(e) === X.ADDR || file.kind(e) === X.CAST) e = file.kind(e) === X.ADDR ? file.a(e) : file.b(e);
    if (file.kind(e) !== X.NAME) return;
    for (const fn of this.index.extraction.functionsOf(file, file.a(e))) {
      const set = into.get(fn) ?? new Set();
      set.add(this.locks.intern(text));
      into.set(fn, set);
    }
  }
}

/** Whether a class is something that is waited for rather than held (`timer:foo.watchdog`, `work:foo.reset`). */
export function isWaitClass(text: string): boolean {
  return /^(work|workqueue|kthread|kthread_work|kthread_worker|timer|hrtimer|tasklet|irq|irq_work|completion|napi|kn|srcu|srcu_barrier):/.test(
    text,
  );
}
