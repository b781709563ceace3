import { F, FLAG, INIT, INVOCATION, instructionSize, OP, TYPE, VAR, X } from '../csource/index.ts';
import type { LinkedFile } from '../tree/index.ts';
import type { LockIndex } from './lock-index.ts';
import type { Context, ObjectRegistration, Registration, RuleSet } from './rules/index.ts';

/** Where a function is started from outside. */
export interface Start {
  readonly context: Context;
  /** What says so: a slot, a registration, the shape of its parameters. */
  readonly by: string;
  /** A lock that is held then, by whoever starts it. */
  readonly holds?: number;
}

/** A start by a registration, with the slot in which that puts the function. */
interface Registered extends Start {
  readonly slot: string | null;
}

/** Contexts in which nobody may sleep. */
export const ATOMIC_CONTEXTS: ReadonlySet<Context> = new Set<Context>([
  'hardirq',
  'softirq',
  'timer',
  'rcu-callback',
  'atomic',
]);

/** A folder with more files is not searched for who registers a function. */
const BESIDE = 120;

/** Tells in which contexts a function is started: by its slots, by who registers it in its file, by its parameters. */
export class CallbackContexts {
  private readonly index: LockIndex;
  private readonly rules: RuleSet;
  private readonly slots = new Map<string, readonly Context[]>();
  private readonly follows = new Map<string, string>();
  private readonly byFile = new Map<number, ReadonlyMap<number, readonly Registered[]>>();
  private readonly known = new Map<number, readonly Start[]>();
  private readonly byDirectory = new Map<number, number[]>();

  constructor(index: LockIndex, rules: RuleSet) {
    this.index = index;
    this.rules = rules;
    for (const rule of rules.slots.values()) if (rule.context !== null) this.slots.set(rule.slot, [rule.context]);
    for (const rule of rules.slotFollows) this.follows.set(rule.slot, rule.follows);
    for (const rule of rules.slotContexts) this.slots.set(rule.slot, rule.contexts);
  }

  of(fn: number): readonly Start[] {
    let starts = this.known.get(fn);
    if (!starts) {
      starts = this.find(fn);
      this.known.set(fn, starts);
    }
    return starts;
  }

  private find(fn: number): Start[] {
    const { symbols, graph, source } = this.index.tree;
    const out: Start[] = [];
    const fileId = symbols.t.fnFile.find(fn);
    const file = fileId < 0 || symbols.gone.has(fileId) ? null : source(fileId);
    if (!file) return out;
    const registered = this.registrars(fn, file).flatMap((where) => this.registeredIn(where).get(fn) ?? []);
    for (const { context, by } of registered) out.push({ context, by });
    // how it was registered says more than what the slot is mostly used for
    const said = new Set(registered.map(({ slot }) => slot));
    for (const slot of graph.slotsOf(fn)) {
      const tag = graph.slotTag.at(slot);
      if (tag < 0) continue;
      const text = `${symbols.names.text(tag)}.${symbols.names.text(graph.slotField.at(slot))}`;
      if (said.has(text)) continue;
      for (const context of this.slots.get(text) ?? []) out.push({ context, by: text });
    }
    const shape = this.shapeOf(file, symbols.t.fnLocal.at(fn));
    if (shape && !out.some((start) => start.context === shape.context)) out.push(shape);
    return out;
  }

  /** Functions of the same operations table that ran before, and what they took is still held (`start` for `show`). */
  runsAfter(fn: number): readonly number[] {
    const { symbols, graph, source } = this.index.tree;
    const fileId = symbols.t.fnFile.find(fn);
    const file = fileId < 0 || symbols.gone.has(fileId) ? null : source(fileId);
    if (!file) return [];
    const out: number[] = [];
    for (const slot of graph.slotsOf(fn)) {
      const tag = graph.slotTag.at(slot);
      const field = tag < 0 ? '' : symbols.names.text(graph.slotField.at(slot));
      const follows = tag < 0 ? undefined : this.follows.get(`${symbols.names.text(tag)}.${field}`);
      if (follows === undefined) continue;
      const { inits } = file.facts;
      const owners = new Set<number>();
      const fieldOf = (at: number): string => {
        const path = file.list(inits[at + INIT.PATH] as number);
        const last = path[path.length - 1] ?? -1;
        return last >= 0 ? file.name(last) : '';
      };
      for (let at = 0; at < inits.length; at += INIT.WORDS)
        if (fieldOf(at) === field && this.functionsAt(file, inits[at + INIT.VALUE]).includes(fn))
          owners.add(inits[at + INIT.OWNER] as number);
      for (let at = 0; at < inits.length; at += INIT.WORDS)
        if (
          owners.has(inits[at + INIT.OWNER] as number) &&
          `.${fieldOf(at)}` === follows.slice(follows.lastIndexOf('.'))
        )
          out.push(...this.functionsAt(file, inits[at + INIT.VALUE]));
    }
    return out;
  }

  /** Where a function may be registered: its file; for one that nobody calls by name, the files beside it too. */
  private registrars(fn: number, file: LinkedFile): LinkedFile[] {
    const { symbols, graph, source } = this.index.tree;
    if ((symbols.t.fnFlags.at(fn) & (FLAG.STATIC | FLAG.MACRO)) !== 0 || graph.callersOf(fn).length > 0) return [file];
    const directory = symbols.t.fileDirectory.at(file.id);
    let beside = this.byDirectory.get(directory);
    if (!beside) {
      beside = [];
      for (let id = 0; id < symbols.fileCount && beside.length <= BESIDE; id++)
        if (symbols.t.fileDirectory.at(id) === directory && !symbols.gone.has(id)) beside.push(id);
      this.byDirectory.set(directory, beside);
    }
    if (beside.length > BESIDE) return [file];
    return beside.map((id) => source(id)).filter((one) => one !== null);
  }

  private shapeOf(file: LinkedFile, local: number): Start | null {
    const { functions, vars } = file.facts;
    const at = local * F.WORDS;
    const count = functions[at + F.PARAMS] as number;
    const first = functions[at + F.VARS] as number;
    const tags: (string | null)[] = [];
    for (let p = 0; p < count; p++) {
      const word = (first + p) * VAR.WORDS;
      const type = file.typeWord(vars[word + VAR.TYPE] as number);
      const isPointer = ((vars[word + VAR.POINTER] as number) & 0xff) === 1;
      tags.push(
        type >= 0 && (type & 7) === TYPE.STRUCT && isPointer ? this.index.tree.symbols.names.text(type >> 3) : null,
      );
    }
    for (const shape of this.rules.callbackShapes) {
      if (shape.params.length !== count) continue;
      if (shape.params.every((param, i) => param === tags[i]) && this.returns(file, at, shape.returns))
        return { context: shape.context, by: shape.because };
    }
    return null;
  }

  private returns(file: LinkedFile, at: number, wanted: string | null): boolean {
    if (wanted === null) return true;
    const type = file.typeWord(file.facts.functions[at + F.TYPE] as number);
    if (type < 0) return false;
    const name = this.index.tree.symbols.names.text(type >> 3);
    return wanted === name || wanted === `enum ${name}` || wanted === `struct ${name}`;
  }

  /** What a file registers, by function. */
  private registeredIn(file: LinkedFile): ReadonlyMap<number, readonly Registered[]> {
    const known = this.byFile.get(file.id);
    if (known) return known;
    const found = new Map<number, Registered[]>();
    this.byFile.set(file.id, found);
    const { code, functions, invocations } = file.facts;
    const rules = new Map<number, Registration | ObjectRegistration | null>();
    const ruleOf = (name: number): Registration | ObjectRegistration | null => {
      let rule = rules.get(name);
      if (rule === undefined) {
        const text = file.name(name);
        rule = this.rules.registrations.get(text) ?? this.rules.objectRegistrations.get(text) ?? null;
        rules.set(name, rule);
      }
      return rule;
    };
    const note = (expr: number | undefined, context: Context, by: string, slot: string | null): void => {
      for (const fn of this.functionsAt(file, expr)) {
        const list = found.get(fn) ?? [];
        list.push({ context, by, slot });
        found.set(fn, list);
      }
    };
    const apply = (rule: Registration | ObjectRegistration, args: ArrayLike<number>): void => {
      if ('field' in rule) {
        for (const value of this.valuesOf(file, args[rule.objectArg], rule.field))
          note(value, rule.context, rule.name, null);
        return;
      }
      note(args[rule.fnArg], rule.context, rule.name, rule.slot);
      for (const more of rule.also) note(args[more.fnArg], more.context, rule.name, more.slot);
    };
    for (let local = 0; local * F.WORDS < functions.length; local++) {
      const start = functions[local * F.WORDS + F.CODE] as number;
      const end = start + (functions[local * F.WORDS + F.CODE_LENGTH] as number);
      for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
        if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
        const expr = code[pc + 1] as number;
        const callee = file.a(expr);
        if (file.kind(callee) !== X.NAME) continue;
        const rule = ruleOf(file.a(callee));
        if (rule) apply(rule, file.list(file.b(expr)));
      }
    }
    for (let at = 0; at < invocations.length; at += INVOCATION.WORDS) {
      const rule = ruleOf(invocations[at + INVOCATION.NAME] as number);
      if (rule) apply(rule, file.list(invocations[at + INVOCATION.ARGS] as number));
    }
    return found;
  }

  private functionsAt(file: LinkedFile, expr: number | undefined): number[] {
    let e = expr ?? -1;
    while (e >= 0 && (file.kind(e) === X.ADDR || file.kind(e) === X.CAST))
      e = file.kind(e) === X.ADDR ? file.a(e) : file.b(e);
    if (e < 0) return [];
    if (file.kind(e) === X.COND) return Array.from(file.list(file.b(e))).flatMap((arm) => this.functionsAt(file, arm));
    return file.kind(e) === X.NAME ? this.index.tree.extraction.functionsOf(file, file.a(e)) : [];
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
