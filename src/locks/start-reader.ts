import { F, INIT, INVOCATION, instructionSize, OP, X } from '../csource/index.ts';
import type { LinkedFile, TreeIndex } from '../tree/index.ts';
import type { Start } from './callback-contexts.ts';
import type { LockApi, ObjectRegistration, Registration, RuleSet } from './rules/index.ts';

/** The longest function that is looked into for what it does to contexts, in words, unless it has a lock effect of its own. */
export const SHORT = 90;
/** Callbacks of one registration, at most. */
const ARGUMENTS = 16;

/** What files say about contexts, for all files of a tree. */
export interface ContextFacts {
  /** Files with a lower id were read for it. */
  readonly files: number;
  /** Who starts a function, and which file says so, in the order of the files. */
  startsOf(fn: number): readonly { readonly file: number; readonly code: number }[];
  /** Whether a short function itself disables or enables interrupts, softirqs or preemption, or enters or leaves RCU. */
  changes(fn: number): boolean;
}

/** A start by a registration, with the slot in which that puts the function. */
export interface Registered extends Start {
  readonly slot: string | null;
}

/** What is asked of a name that is called. */
interface Named {
  readonly rule: Registration | ObjectRegistration | null;
  readonly code: number;
  readonly changes: boolean;
}

/** Reads which functions a file registers as callbacks, and which of its functions change the context. */
export class StartReader {
  private readonly index: TreeIndex;
  private readonly named = new Map<number, Named>();
  private readonly rules: readonly (Registration | ObjectRegistration)[];

  constructor(index: TreeIndex, rules: RuleSet) {
    this.index = index;
    this.rules = [...rules.registrations.values(), ...rules.objectRegistrations.values()];
    const { names } = index.symbols;
    const name = (text: string, more: Partial<Named>): void => {
      const id = names.internString(text);
      this.named.set(id, { rule: null, code: 0, changes: false, ...this.named.get(id), ...more });
    };
    // who is in both is a plain registration
    let at = this.rules.length;
    for (const [text, rule] of [...rules.registrations, ...rules.objectRegistrations].reverse())
      name(text, { rule, code: --at * ARGUMENTS });
    for (const [text, api] of rules.locks) if (changesContext(api)) name(text, { changes: true });
  }

  /** What a number that `read` gave stands for. */
  start(code: number): Registered {
    const rule = this.rules[Math.floor(code / ARGUMENTS)] as Registration | ObjectRegistration;
    if ('field' in rule) return { context: rule.context, by: rule.name, slot: null };
    const { context, slot } = rule.also[(code % ARGUMENTS) - 1] ?? rule;
    return { context, by: rule.name, slot };
  }

  /** Calls `started` for each function that a file registers, `changer` for each short function that changes the context. */
  read(file: LinkedFile, started: (fn: number, code: number) => void, changer: (fn: number) => void): void {
    const { code, functions, invocations } = file.facts;
    const note = (expr: number | undefined, number: number): void => {
      for (const fn of this.functionsAt(file, expr)) started(fn, number);
    };
    const apply = ({ rule, code: number }: Named, args: ArrayLike<number>): void => {
      if (!rule) return;
      if ('field' in rule) {
        for (const value of this.valuesOf(file, args[rule.objectArg], rule.field)) note(value, number);
        return;
      }
      note(args[rule.fnArg], number);
      rule.also.forEach((more, i) => {
        note(args[more.fnArg], number + i + 1);
      });
    };
    for (let local = 0; local * F.WORDS < functions.length; local++) {
      const start = functions[local * F.WORDS + F.CODE] as number;
      const length = functions[local * F.WORDS + F.CODE_LENGTH] as number;
      let changes = length > SHORT;
      for (let pc = start; pc < start + length; pc += instructionSize(code, pc)) {
        if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
        const expr = code[pc + 1] as number;
        const callee = file.a(expr);
        if (file.kind(callee) !== X.NAME) continue;
        const named = this.named.get(file.global(file.a(callee)));
        if (!named) continue;
        apply(named, file.list(file.b(expr)));
        if (named.changes && !changes) {
          changes = true;
          changer(file.functionIds[local] as number);
        }
      }
    }
    for (let at = 0; at < invocations.length; at += INVOCATION.WORDS) {
      const named = this.named.get(file.global(invocations[at + INVOCATION.NAME] as number));
      if (named) apply(named, file.list(invocations[at + INVOCATION.ARGS] as number));
    }
  }

  /** The functions that an expression names. */
  functionsAt(file: LinkedFile, expr: number | undefined): number[] {
    let e = expr ?? -1;
    while (e >= 0 && (file.kind(e) === X.ADDR || file.kind(e) === X.CAST))
      e = file.kind(e) === X.ADDR ? file.a(e) : file.b(e);
    if (e < 0) return [];
    if (file.kind(e) === X.COND) return Array.from(file.list(file.b(e))).flatMap((arm) => this.functionsAt(file, arm));
    return file.kind(e) === X.NAME ? this.index.extraction.functionsOf(file, file.a(e)) : [];
  }

  /** What stands, or is put, in a field of the object that an expression names. */
  private valuesOf(file: LinkedFile, expr: number | undefined, field: string): number[] {
    const object = this.lastName(file, expr ?? -1);
    if (object === '') return [];
    const out: number[] = [];
    const { inits, code, functions } = file.facts;
    for (let at = 0; at < inits.length; at += INIT.WORDS) {
      const path = file.list(inits[at + INIT.PATH] as number);
      const last = path[path.length - 1];
      if (last === undefined || last < 0 || file.name(last) !== field) continue;
      const owner = path.length > 1 ? (path[path.length - 2] as number) : (inits[at + INIT.OWNER] as number);
      if (owner >= 0 && file.name(owner) === object) out.push(inits[at + INIT.VALUE] as number);
    }
    for (let local = 0; local * F.WORDS < functions.length; local++) {
      const start = functions[local * F.WORDS + F.CODE] as number;
      const end = start + (functions[local * F.WORDS + F.CODE_LENGTH] as number);
      for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
        if (((code[pc] as number) & 0xff) !== OP.ASSIGN) continue;
        const target = code[pc + 1] as number;
        const kind = file.kind(target);
        if ((kind !== X.FIELD && kind !== X.ARROW) || file.name(file.b(target)) !== field) continue;
        if (this.lastName(file, file.a(target)) === object) out.push(code[pc + 2] as number);
      }
    }
    return out;
  }

  private lastName(file: LinkedFile, expr: number): string {
    let e = expr;
    for (let i = 0; i < 8 && e >= 0; i++) {
      const kind = file.kind(e);
      if (kind === X.NAME) return file.name(file.a(e));
      if (kind === X.FIELD || kind === X.ARROW) return file.name(file.b(e));
      if (kind === X.CAST) e = file.b(e);
      else if (kind === X.ADDR || kind === X.DEREF || kind === X.INDEX) e = file.a(e);
      else return '';
    }
    return '';
  }
}

function changesContext(api: LockApi): boolean {
  return api.irq !== 'none' || api.bh !== 'none' || api.preempt !== 'none' || api.family === 'rcu';
}
