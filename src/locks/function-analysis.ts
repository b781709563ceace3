// One file, because the transfer functions of all instructions share the state of one walk over one function.
import { ANNOTATION, F, FLAG, instructionSize, OP, SCOPE, X } from '../csource/index.ts';
import { type LinkedFile, openScope, type Scope, type TreeIndex } from '../tree/index.ts';
import { Assumptions, decide, knownValue, learned, PATH, type Test, testOf, VALUE } from './assumptions.ts';
import { type Imbalance, imbalancesOf } from './balance.ts';
import { type Exit, netEffects } from './effects.ts';
import { type Entry, HeldSets } from './held-sets.ts';
import { LockClasses } from './lock-classes.ts';
import { LOCK_KIND, type LockTable, parseParameterLock } from './lock-table.ts';
import { isWaitClass } from './registrations.ts';
import type { GuardApi, LockApi, RuleSet } from './rules/index.ts';
import {
  type Acquisition,
  EFFECT,
  type Effect,
  EMPTY_SUMMARY,
  type Held,
  type HeldCall,
  MODE,
  type Summary,
  WHEN,
} from './summary.ts';

/** States kept apart at one point before conditions are forgotten, and before new ones are not followed at all. */
const STATES_WITH_CONDITIONS = 24;
const STATES_AT_ALL = 64;
/** Different held sets recorded for one call or acquisition. */
const RECORDED = 8;

/** Gives the net effects of a function as far as they are known. */
export type EffectsOf = (fn: number) => readonly Effect[];

interface Next {
  readonly held: number;
  readonly assume: number;
}

/** Analyses functions one by one: held sets at every point, path-sensitive in the locks. */
export class FunctionAnalysis {
  private readonly index: TreeIndex;
  private readonly rules: RuleSet;
  private readonly locks: LockTable;
  private readonly classes: LockClasses;
  private readonly effectsOf: EffectsOf;
  private readonly runsIn: (fn: number) => Iterable<number>;
  private readonly apis = new WeakMap<LinkedFile, Map<number, LockApi | null>>();

  /** `runsIn` gives the wait classes that a callback keeps others waiting for. */
  constructor(
    index: TreeIndex,
    rules: RuleSet,
    locks: LockTable,
    effectsOf: EffectsOf,
    runsIn: (fn: number) => Iterable<number> = () => [],
  ) {
    this.runsIn = runsIn;
    this.index = index;
    this.rules = rules;
    this.locks = locks;
    this.classes = new LockClasses(index.inference, locks, rules.containers);
    this.effectsOf = effectsOf;
  }

  /** The lock call a name of a file stands for, null when it is none. */
  api(file: LinkedFile, name: number): LockApi | null {
    let known = this.apis.get(file);
    if (!known) {
      known = new Map();
      this.apis.set(file, known);
    }
    let api = known.get(name);
    if (api === undefined) {
      api = this.rules.locks.get(file.name(name)) ?? null;
      known.set(name, api);
    }
    return api;
  }

  /** Whether anything in the function can touch a lock: an API call, a guard, a callee with effects, an annotation. */
  concerns(file: LinkedFile, local: number): boolean {
    for (const _ of this.runsIn(file.functionIds[local] as number)) return true;
    const { functions, code } = file.facts;
    const at = local * F.WORDS;
    const start = functions[at + F.CODE] as number;
    const end = start + (functions[at + F.CODE_LENGTH] as number);
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      const op = (code[pc] as number) & 0xff;
      if (op !== OP.CALL && op !== OP.BLOCK) continue;
      const callee = file.a(code[pc + 1] as number);
      const kind = file.kind(callee);
      if (kind === X.CALL) return true;
      if (kind !== X.NAME) continue;
      const name = file.a(callee);
      const api = this.api(file, name);
      if (api && api.op !== 'query' && api.op !== 'init') return true;
      if (op === OP.BLOCK && isGuardBlock(file.name(name), this.rules)) return true;
      if (this.rules.guards.has(file.name(name))) return true;
      for (const fn of this.index.extraction.functionsOf(file, name)) if (this.effectsOf(fn).length > 0) return true;
    }
    return false;
  }

  /** Where the exits of a function disagree about a lock; nothing for a function that was not read whole. */
  balance(file: LinkedFile, local: number): Imbalance[] {
    const flags = file.facts.functions[local * F.WORDS + F.FLAGS] as number;
    if ((flags & (FLAG.PARTIAL | FLAG.MACRO)) !== 0 || !this.concerns(file, local)) return [];
    const api = (name: number): LockApi | null => this.api(file, name);
    return new Walk(
      this.index,
      this.rules,
      this.locks,
      this.classes,
      this.effectsOf,
      api,
      this.runsIn,
      file,
      local,
    ).balance();
  }

  /** The summary of the function at position `local` of its file. */
  analyse(file: LinkedFile, local: number): Summary {
    if (!this.concerns(file, local)) return EMPTY_SUMMARY;
    return new Walk(
      this.index,
      this.rules,
      this.locks,
      this.classes,
      this.effectsOf,
      (name) => this.api(file, name),
      this.runsIn,
      file,
      local,
    ).run();
  }
}

function isOwnerless(rules: RuleSet, family: string): boolean {
  return rules.families.some((known) => known.family === family && known.ownerless);
}

function isGuardBlock(name: string, rules: RuleSet): boolean {
  return name === 'scoped_guard' || name === 'scoped_cond_guard' || rules.guards.get(name)?.style === 'macro-block';
}

class Walk {
  private readonly index: TreeIndex;
  private readonly rules: RuleSet;
  private readonly locks: LockTable;
  private readonly classes: LockClasses;
  private readonly effectsOf: EffectsOf;
  private readonly apiOf: (name: number) => LockApi | null;
  private readonly runsIn: (fn: number) => Iterable<number>;
  private readonly file: LinkedFile;
  private readonly scope: Scope;
  private readonly code: Int32Array;
  private readonly start: number;
  private readonly length: number;
  private readonly line: number;
  private readonly parameters: number;
  private readonly scopes: { from: number; to: number }[] = [];
  private readonly held = new HeldSets();
  private readonly assumptions = new Assumptions();
  private readonly tests = new Map<number, Test>();
  private readonly tracked = new Set<number>();
  private readonly parameterExprs = new Map<number, number>();
  private readonly affected = new Map<number, number[]>();
  private readonly seen = new Map<number, Set<number>>();
  private readonly work: number[] = [];
  private readonly acquisitions = new Map<string, Acquisition>();
  private readonly calls = new Map<string, HeldCall>();
  private readonly recorded = new Map<number, number>();
  private readonly exits = new Map<string, Exit>();
  private readonly resolved = new Map<string, { lock: number; instance: string }>();
  private readonly words = new Map<number, number[]>();
  private readonly argInstances = new Map<number, string[]>();
  private bounded = false;
  private hasPrimitive = false;
  private readonly lockEvents = new Set<number>();
  private readonly taken = new Set<number>();
  private readonly released = new Set<number>();
  private readonly ownerless = new Set<number>();

  constructor(
    index: TreeIndex,
    rules: RuleSet,
    locks: LockTable,
    classes: LockClasses,
    effectsOf: EffectsOf,
    apiOf: (name: number) => LockApi | null,
    runsIn: (fn: number) => Iterable<number>,
    file: LinkedFile,
    local: number,
  ) {
    this.runsIn = runsIn;
    this.index = index;
    this.rules = rules;
    this.locks = locks;
    this.classes = classes;
    this.effectsOf = effectsOf;
    this.apiOf = apiOf;
    this.file = file;
    this.scope = openScope(file, local);
    const { functions, code, scopes } = file.facts;
    const at = local * F.WORDS;
    this.start = functions[at + F.CODE] as number;
    this.length = functions[at + F.CODE_LENGTH] as number;
    this.line = functions[at + F.LINE] as number;
    this.parameters = functions[at + F.PARAMS] as number;
    this.code = code.subarray(this.start, this.start + this.length);
    const first = functions[at + F.SCOPES] as number;
    for (let s = 0; s < (functions[at + F.SCOPE_COUNT] as number); s++) {
      this.scopes.push({
        from: scopes[(first + s) * SCOPE.WORDS] as number,
        to: scopes[(first + s) * SCOPE.WORDS + 1] as number,
      });
    }
    this.prepare();
    this.enter(0, this.entryState(at), 0);
  }

  run(): Summary {
    this.walk();
    return this.summary();
  }

  /** What the exits disagree about. */
  balance(): Imbalance[] {
    this.walk();
    if (this.bounded) return [];
    const exits = [...this.exits.values()];
    // one level of several given back: the owner keeps the lock by design
    const levels = new Set(
      netEffects(exits, this.lockEvents.size)
        .filter((effect) => effect.reentrant)
        .map((effect) => effect.lock),
    );
    const counts = (lock: number): boolean =>
      this.locks.isClass(lock) && !this.ownerless.has(lock) && !levels.has(lock);
    return imbalancesOf(exits, counts, this.taken, this.released);
  }

  private walk(): void {
    while (this.work.length > 0) {
      const assume = this.work.pop() as number;
      const held = this.work.pop() as number;
      const pc = this.work.pop() as number;
      this.step(pc, held, assume);
    }
  }

  private summary(): Summary {
    let acquisitions = [...this.acquisitions.values()];
    const effects = netEffects([...this.exits.values()], this.lockEvents.size).filter(
      (effect) => this.locks.kind(effect.lock) !== LOCK_KIND.UNKNOWN,
    );
    const reentrant = new Set(effects.filter((effect) => effect.reentrant).map((effect) => effect.lock));
    if (reentrant.size > 0)
      acquisitions = acquisitions.map((taken) => (reentrant.has(taken.lock) ? { ...taken, reentrant: true } : taken));
    for (const { lock, instance, mode } of acquisitions) {
      if (this.locks.kind(lock) !== LOCK_KIND.PARAMETER || effects.some((effect) => effect.lock === lock)) continue;
      effects.push({ kind: EFFECT.TOUCH, lock, instance, mode, when: WHEN.ALWAYS, reentrant: false });
    }
    return { effects, acquisitions, calls: [...this.calls.values()], bounded: this.bounded };
  }

  /** Which expressions are worth remembering: those tested twice, flags that are set and tested, parameters, results. */
  private prepare(): void {
    const { code, file } = this;
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
        const callee = file.a(code[pc + 1] as number);
        if (file.kind(callee) === X.NAME) {
          const api = this.apiOf(file.a(callee));
          if (api && !api.annotation && api.op !== 'query' && api.op !== 'init' && api.op !== 'assert')
            this.hasPrimitive = true;
        }
      } else if (op === OP.RETURN && (code[pc + 1] as number) >= 0) returned.add(code[pc + 1] as number);
    }
    for (const [subject, count] of tested) {
      if (count > 1 || assigned.has(subject)) this.tracked.add(subject);
      if (file.kind(subject) === X.NAME) {
        const at = this.scope.vars.get(file.a(subject));
        if (at !== undefined && at < this.parameters) {
          this.tracked.add(subject);
          this.parameterExprs.set(at, subject);
        }
      }
    }
    for (const expr of returned) if (assigned.has(expr)) this.tracked.add(expr);
  }

  private entryState(at: number): number {
    const { functions, annotations } = this.file.facts;
    let held = 0;
    for (const lock of this.runsIn(this.file.functionIds[this.scope.local] as number)) {
      held = this.held.add(held, {
        lock,
        instance: `:${this.locks.text(lock)}`,
        mode: MODE.EXCLUSIVE,
        line: this.line,
        via: -1,
        entry: true,
        missing: false,
        reentrant: false,
        scope: -1,
      });
    }
    const first = functions[at + F.ANNOTATIONS] as number;
    for (let i = 0; i < (functions[at + F.ANNOTATION_COUNT] as number); i++) {
      const word = (first + i) * ANNOTATION.WORDS;
      const name = this.file.name(annotations[word + ANNOTATION.NAME] as number);
      if (!name.startsWith('__must_hold') && !name.startsWith('__releases')) continue;
      for (const arg of this.file.list(annotations[word + ANNOTATION.ARGS] as number)) {
        const lock = this.classes.lockOf(this.scope, arg);
        if (this.locks.kind(lock) === LOCK_KIND.UNKNOWN || this.locks.text(lock) === 'RCU') continue;
        held = this.held.add(held, {
          lock,
          instance: this.classes.instanceOf(this.scope, arg),
          mode: MODE.EXCLUSIVE,
          line: this.line,
          via: -1,
          entry: true,
          missing: false,
          reentrant: false,
          scope: -1,
        });
      }
    }
    return held;
  }

  private enter(pc: number, heldIn: number, assumeIn: number): void {
    if (pc < 0 || pc >= this.length) return;
    let held = heldIn;
    let assume = assumeIn;
    if (this.scopes.length > 0 && this.held.size(held) > 0) {
      held = this.held.leave(held, (scope) => {
        if (scope === 0) return false;
        const span = this.scopes[scope - 1] as { from: number; to: number };
        return pc < span.from || pc >= span.to;
      });
    }
    let states = this.seen.get(pc);
    if (!states) {
      states = new Set();
      this.seen.set(pc, states);
    }
    if (states.size >= STATES_WITH_CONDITIONS) assume = 0;
    const key = held * 0x100000 + assume;
    if (states.has(key)) return;
    if (states.size >= STATES_AT_ALL) {
      this.bounded = true;
      return;
    }
    states.add(key);
    this.work.push(pc, held, assume);
  }

  private step(pc: number, held: number, assume: number): void {
    const { code } = this;
    const word = code[pc] as number;
    const line = this.line + (word >> 8);
    const next = pc + instructionSize(code, pc);
    switch (word & 0xff) {
      case OP.CALL: {
        const expr = code[pc + 1] as number;
        const result = code[pc + 2] as number;
        for (const state of this.call(pc, expr, result, line, held, this.clobber(assume, expr, result)))
          this.enter(next, state.held, state.assume);
        return;
      }
      case OP.ASSIGN:
        this.enter(next, held, this.assign(assume, code[pc + 1] as number, code[pc + 2] as number));
        return;
      case OP.MODIFY: {
        const target = code[pc + 1] as number;
        let after = this.invalidate(assume, target);
        if (this.isOutside(target)) after = this.assumptions.with(after, PATH.COUNTED, 1);
        this.enter(next, held, after);
        return;
      }
      case OP.BRANCH:
        this.branch(next, code[pc + 1] as number, code[pc + 2] as number, held, assume);
        return;
      case OP.JUMP:
        this.enter(code[pc + 1] as number, held, assume);
        return;
      case OP.SWITCH: {
        const count = code[pc + 2] as number;
        const subject = code[pc + 1] as number;
        const known = this.assumptions.get(assume, subject);
        for (let i = 0; i < count; i++) {
          const value = code[pc + 3 + 2 * i] as number;
          if (
            known >= VALUE.EQUAL &&
            known < VALUE.UNEQUAL &&
            value >= 0 &&
            known - VALUE.EQUAL !== value &&
            this.file.kind(value) !== X.UNKNOWN
          )
            continue;
          this.enter(
            code[pc + 4 + 2 * i] as number,
            held,
            value >= 0 && this.tracked.has(subject)
              ? this.assumptions.with(assume, subject, VALUE.EQUAL + value)
              : assume,
          );
        }
        return;
      }
      case OP.BLOCK:
        this.block(pc, next, line, held, assume);
        return;
      case OP.REPEAT: {
        const target = code[pc + 1] as number;
        const callee = this.file.a(code[target + 1] as number);
        const guard =
          this.file.kind(callee) === X.NAME && isGuardBlock(this.file.name(this.file.a(callee)), this.rules);
        this.enter(guard ? (code[pc + 2] as number) : target, held, assume);
        return;
      }
      case OP.RETURN:
        this.exit(code[pc + 1] as number, held, assume, line);
        return;
      default:
        this.enter(next, held, assume);
    }
  }

  private branch(yes: number, condition: number, no: number, held: number, assume: number): void {
    const test = this.tests.get(condition) as Test;
    const known = test.kind === 'constant' ? -1 : this.assumptions.get(assume, test.subject);
    const outcome = decide(test, known);
    for (const truth of [true, false]) {
      if (outcome === (truth ? 0 : 1)) continue;
      let after = assume;
      if (outcome < 0 && this.tracked.has(test.subject)) {
        const value = learned(test, truth);
        if (value >= 0) after = this.assumptions.with(after, test.subject, value);
      }
      if (test.owner && truth === test.sense) after = this.assumptions.with(after, PATH.OWNER, 1);
      if (test.warns && truth) after = this.assumptions.with(after, PATH.WARNED, 1);
      this.enter(truth ? yes : no, held, after);
    }
  }

  private assign(assume: number, target: number, value: number): number {
    let known = knownValue(this.file, value);
    if (known < 0) known = this.assumptions.get(assume, value);
    const after = this.invalidate(assume, target);
    return known >= 0 && this.tracked.has(target) ? this.assumptions.with(after, target, known) : after;
  }

  /** What a call may change: its result, and variables whose address it is given. */
  private clobber(assume: number, expr: number, result: number): number {
    let after = result >= 0 ? this.invalidate(assume, result) : assume;
    after = this.assumptions.without(after, (e) => e === expr);
    for (const arg of this.file.list(this.file.b(expr)))
      if (this.file.kind(arg) === X.ADDR && this.file.kind(this.file.a(arg)) === X.NAME)
        after = this.invalidate(after, this.file.a(arg));
    return after;
  }

  private invalidate(assume: number, target: number): number {
    if (assume === 0) return 0;
    let affected = this.affected.get(target);
    if (!affected) {
      affected = [...this.tracked].filter((expr) => mentions(this.file, expr, target, 0));
      this.affected.set(target, affected);
    }
    if (affected.length === 0) return assume;
    const gone = affected;
    return this.assumptions.without(assume, (expr) => gone.includes(expr));
  }

  private isOutside(target: number): boolean {
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

  private block(pc: number, body: number, line: number, held: number, assume: number): void {
    const { file } = this;
    const expr = this.code[pc + 1] as number;
    const out = this.code[pc + 2] as number;
    const callee = file.a(expr);
    const name = file.kind(callee) === X.NAME ? file.name(file.a(callee)) : '';
    const args = Array.from(file.list(file.b(expr)));
    let after = assume;
    if (isGuardBlock(name, this.rules)) {
      const scope = this.scopes.findIndex((span) => span.from === body) + 1;
      const isClass = name === 'scoped_guard' || name === 'scoped_cond_guard';
      const rest = isClass ? args.slice(name === 'scoped_cond_guard' ? 2 : 1) : args;
      const className = isClass ? this.nameOf(args[0]) : name;
      const states = this.guard(pc, className, rest, line, held, assume, scope === 0 ? -1 : scope, -1);
      for (const state of states)
        this.enter(
          this.held.size(state.held) > this.held.size(held) || states.length === 1 ? body : out,
          state.held,
          state.assume,
        );
      return;
    }
    for (const arg of args) if (file.kind(arg) === X.NAME) after = this.invalidate(after, arg);
    this.enter(body, held, after);
    this.enter(out, held, after);
  }

  private nameOf(expr: number | undefined): string {
    return expr !== undefined && this.file.kind(expr) === X.NAME ? this.file.name(this.file.a(expr)) : '';
  }

  private scopeAt(pc: number): number {
    let best = 0;
    let width = Number.POSITIVE_INFINITY;
    this.scopes.forEach((span, i) => {
      if (pc >= span.from && pc < span.to && span.to - span.from < width) {
        best = i + 1;
        width = span.to - span.from;
      }
    });
    return best;
  }

  private call(pc: number, expr: number, result: number, line: number, held: number, assume: number): Next[] {
    const { file } = this;
    const callee = file.a(expr);
    const kind = file.kind(callee);
    const key = result >= 0 ? result : expr;
    if (kind === X.CALL && file.kind(file.a(callee)) === X.NAME) {
      const macro = file.name(file.a(file.a(callee)));
      const [guardClass] = Array.from(file.list(file.b(callee)));
      if (macro === 'guard' || macro === 'CLASS')
        return this.guard(
          pc,
          this.nameOf(guardClass),
          Array.from(file.list(file.b(expr))),
          line,
          held,
          assume,
          this.scopeAt(pc),
          -1,
        );
    }
    if (kind === X.NAME && !this.scope.vars.has(file.a(callee))) {
      const name = file.a(callee);
      const api = this.apiOf(name);
      if (api) {
        if (api.annotation && api.op !== 'assert' && this.hasPrimitive) return [{ held, assume }];
        return this.applyApi(pc, api, expr, key, line, held, assume, -1);
      }
      const text = file.name(name);
      if (this.rules.noReturn.has(text)) return [];
      const guard = this.rules.guards.get(text);
      if (guard && guard.style === 'macro-scope')
        return this.applyGuard(pc, guard, Array.from(file.list(file.b(expr))), line, held, assume, this.scopeAt(pc));
    }
    const words = this.wordsOf(expr);
    this.recordCall(pc, expr, words, line, held);
    const fns = words.filter((word) => word >= 0);
    const chosen = fns.find((fn) => this.effectsOf(fn).length > 0);
    if (
      chosen === undefined ||
      (fns.length > 1 && fns.some((fn) => this.effectsOf(fn).length === 0 && this.index.symbols.t.fnSize.at(fn) > 30))
    )
      return [{ held, assume }];
    return this.applyEffects(pc, chosen, Array.from(file.list(file.b(expr))), expr, key, line, held, assume, -1);
  }

  private wordsOf(expr: number): number[] {
    let words = this.words.get(expr);
    if (!words) {
      words = this.index.extraction.calleeWords(this.scope, expr);
      this.words.set(expr, words);
    }
    return words;
  }

  /** `guard(class)(args)`: the rule, or what the tree's DEFINE_GUARD says. */
  private guard(
    pc: number,
    name: string,
    args: number[],
    line: number,
    held: number,
    assume: number,
    scope: number,
    depth: number,
  ): Next[] {
    const rule = this.rules.guards.get(name);
    if (rule) return this.applyGuard(pc, rule, args, line, held, assume, scope);
    const id = this.index.symbols.names.find(name);
    const file = id < 0 ? -1 : this.index.symbols.t.guardOf.find(id);
    const definition = file >= 0 && depth < 2 ? this.guardDefinition(file, name) : null;
    if (!definition) return [{ held, assume }];
    const api = this.rules.locks.get(definition.lock);
    if (api) return this.applyApi(pc, api, -1, -1, line, held, assume, scope, args);
    const fnName = this.index.symbols.names.find(definition.lock);
    if (fnName < 0) return [{ held, assume }];
    const fn = this.index.symbols.functionsOf(fnName, this.file.id)[0];
    if (fn === undefined) return [{ held, assume }];
    return this.applyEffects(pc, fn, args, -1, -1, line, held, assume, scope);
  }

  private guardDefinition(fileId: number, name: string): { lock: string } | null {
    const file = this.index.source(fileId);
    if (!file) return null;
    const { invocations } = file.facts;
    for (let at = 0; at < invocations.length; at += 5) {
      const macro = file.name(invocations[at] as number);
      if (!/^DEFINE_(LOCK_)?GUARD(_[01])?$/.test(macro)) continue;
      const args = file.list(invocations[at + 1] as number);
      if (file.kind(args[0] as number) !== X.NAME || file.name(file.a(args[0] as number)) !== name) continue;
      const lock = args[macro.endsWith('_0') ? 1 : 2];
      if (lock === undefined || file.kind(lock) !== X.CALL || file.kind(file.a(lock)) !== X.NAME) return null;
      return { lock: file.name(file.a(file.a(lock))) };
    }
    return null;
  }

  private applyGuard(
    pc: number,
    guard: GuardApi,
    args: number[],
    line: number,
    held: number,
    assume: number,
    scope: number,
  ): Next[] {
    if (guard.family === 'rcu' || guard.family === 'srcu') return [{ held, assume }];
    const arg = guard.arg === null ? -1 : (args[guard.arg] ?? -1);
    const { lock, instance } = this.lockAt(guard.lockClass, arg, guard.field, args);
    const mode = modeOf(guard.mode);
    const tries = guard.success !== 'always';
    this.recordAcquisition(
      pc,
      { lock, instance, mode, line, via: -1, tries: false, reentrant: false, nested: false },
      held,
    );
    const taken = this.held.add(held, {
      lock,
      instance,
      mode,
      line,
      via: -1,
      entry: false,
      missing: false,
      reentrant: false,
      scope,
    });
    return tries
      ? [
          { held: taken, assume },
          { held, assume },
        ]
      : [{ held: taken, assume }];
  }

  private lockAt(
    lockClass: string | null,
    arg: number,
    field: string | null,
    args: readonly number[],
  ): { lock: number; instance: string } {
    if (lockClass !== null) {
      const text = lockClass.replace(/\{(\d)\}/g, (_, n: string) =>
        this.locks.text(this.classes.lockOf(this.scope, args[Number(n)] ?? -1)),
      );
      return { lock: this.locks.intern(text), instance: `:${text}` };
    }
    const key = `${arg}|${field ?? ''}`;
    let found = this.resolved.get(key);
    if (!found) {
      const instance = this.classes.instanceOf(this.scope, arg);
      found = {
        lock: this.classes.lockOf(this.scope, arg, field ? [field] : []),
        instance: field ? `${instance}.${field}` : instance,
      };
      this.resolved.set(key, found);
    }
    return found;
  }

  private applyApi(
    pc: number,
    api: LockApi,
    expr: number,
    key: number,
    line: number,
    held: number,
    assume: number,
    scope: number,
    given?: number[],
  ): Next[] {
    const same = [{ held, assume }];
    if (api.op === 'query' || api.op === 'init' || api.op === 'drop-retake') return same;
    if (api.family === 'rcu' || api.family === 'srcu') return same;
    const args = given ?? Array.from(this.file.list(this.file.b(expr)));
    const at = given ? 0 : api.arg;
    let arg = at === null ? -1 : (args[at] ?? -1);
    if (api.annotation) arg = this.withoutDepMap(arg);
    const { lock, instance } = this.lockAt(api.lockClass, arg, api.field, args);
    const mode = modeOf(api.mode);
    if (api.op === 'wait') {
      const text = this.locks.text(lock);
      if (!isWaitClass(text) || /[?$]/.test(text)) return same;
      this.recordAcquisition(
        pc,
        { lock, instance, mode: MODE.EXCLUSIVE, line, via: -1, tries: false, reentrant: false, nested: false },
        held,
      );
      return same;
    }
    switch (api.op) {
      case 'release':
        this.lockEvents.add(pc);
        this.released.add(lock);
        return [{ held: this.held.remove(held, lock, instance, mode, line, true), assume }];
      case 'downgrade':
        return [{ held: this.held.downgrade(held, lock, instance), assume }];
      case 'assert':
        if (this.locks.kind(lock) === LOCK_KIND.UNKNOWN || this.held.holds(held, lock)) return same;
        return [
          {
            held: this.held.add(held, {
              lock,
              instance,
              mode,
              line,
              via: -1,
              entry: true,
              missing: false,
              reentrant: false,
              scope: -1,
            }),
            assume,
          },
        ];
      default: {
        this.lockEvents.add(pc);
        this.taken.add(lock);
        if (isOwnerless(this.rules, api.family)) this.ownerless.add(lock);
        const tries = api.op === 'try' || (api.tryArg !== null && !this.isZero(args[api.tryArg]));
        const nested = api.subclassArg !== null || api.nestArg !== null;
        this.recordAcquisition(pc, { lock, instance, mode, line, via: -1, tries, reentrant: false, nested }, held);
        const taken = this.held.add(held, {
          lock,
          instance,
          mode,
          line,
          via: -1,
          entry: false,
          missing: false,
          reentrant: false,
          scope,
        });
        return this.outcomes(whenOfSuccess(api.success), key, taken, held, assume);
      }
    }
  }

  private isZero(expr: number | undefined): boolean {
    return expr !== undefined && this.file.kind(expr) === X.NUM && this.file.a(expr) === 0;
  }

  private withoutDepMap(arg: number): number {
    const { file } = this;
    let e = arg;
    while (e >= 0 && file.kind(e) === X.ADDR) e = file.a(e);
    if (e >= 0 && (file.kind(e) === X.FIELD || file.kind(e) === X.ARROW) && file.name(file.b(e)) === 'dep_map')
      return file.a(e);
    return arg;
  }

  /** The states after a call that takes a lock only with some results. */
  private outcomes(when: number, key: number, taken: number, held: number, assume: number): Next[] {
    if (when === WHEN.ALWAYS) return [{ held: taken, assume }];
    const [yes, no] = RESULTS[when] as readonly [number, number];
    const states: Next[] = [];
    states.push({ held: taken, assume: key >= 0 ? this.assumptions.with(assume, key, yes) : assume });
    states.push({ held, assume: key >= 0 ? this.assumptions.with(assume, key, no) : assume });
    return states;
  }

  private applyEffects(
    pc: number,
    fn: number,
    args: number[],
    expr: number,
    key: number,
    line: number,
    heldIn: number,
    assumeIn: number,
    scope: number,
  ): Next[] {
    const effects = this.effectsOf(fn);
    if (effects.some((effect) => effect.kind === EFFECT.ACQUIRE || effect.kind === EFFECT.RELEASE))
      this.lockEvents.add(pc);
    let conditional = -1;
    for (const effect of effects)
      if (effect.when > WHEN.ALWAYS && effect.when < WHEN.PARAMETER_TRUE) conditional = effect.when;
    const apply = (start: number, outcome: number): number => {
      let held = start;
      for (const effect of effects) {
        if (effect.when !== WHEN.ALWAYS) {
          if (effect.when >= WHEN.PARAMETER_TRUE) {
            const wanted = effect.when < WHEN.PARAMETER_FALSE;
            const truth = this.truthOf(
              args[wanted ? effect.when - WHEN.PARAMETER_TRUE : effect.when - WHEN.PARAMETER_FALSE],
              assumeIn,
            );
            if (truth < 0 && effect.kind === EFFECT.RELEASE) {
              held = this.held.forget(held, this.substitute(effect, args, expr).lock);
              continue;
            }
            if (truth !== (wanted ? 1 : 0)) continue;
          } else if (effect.when !== outcome) continue;
        }
        const { lock, instance } = this.substitute(effect, args, expr);
        if (effect.kind === EFFECT.MAY_RELEASE) held = this.held.forget(held, lock);
        else if (effect.kind === EFFECT.RELEASE) {
          this.released.add(lock);
          held = this.held.remove(held, lock, instance, effect.mode, line, true);
        } else {
          this.recordAcquisition(
            pc,
            {
              lock,
              instance,
              mode: effect.mode,
              line,
              via: fn,
              tries: false,
              reentrant: effect.reentrant,
              nested: false,
            },
            held,
          );
          if (effect.kind === EFFECT.TOUCH) continue;
          this.taken.add(lock);
          held = this.held.add(held, {
            lock,
            instance,
            mode: effect.mode,
            line,
            via: fn,
            entry: false,
            missing: false,
            reentrant: effect.reentrant,
            scope,
          });
        }
      }
      return held;
    };
    if (conditional < 0) return [{ held: apply(heldIn, -1), assume: assumeIn }];
    return this.outcomes(conditional, key, apply(heldIn, conditional), apply(heldIn, -1), assumeIn);
  }

  private truthOf(arg: number | undefined, assume: number): number {
    if (arg === undefined) return -1;
    const value = knownValue(this.file, arg);
    const known = value >= 0 ? value : this.assumptions.get(assume, arg);
    return known === VALUE.ZERO ? 0 : known === VALUE.NONZERO || known === VALUE.NEGATIVE ? 1 : -1;
  }

  /** A callee's lock as this function sees it. */
  private substitute(effect: Effect, args: readonly number[], expr: number): { lock: number; instance: string } {
    const cacheKey = `${effect.lock}|${effect.instance}|${expr < 0 ? args.join() : expr}`;
    let found = this.resolved.get(cacheKey);
    if (found) return found;
    let lock = effect.lock;
    if (this.locks.kind(lock) === LOCK_KIND.PARAMETER) {
      const { parameter, path } = parseParameterLock(this.locks.text(lock));
      lock = this.classes.lockOf(this.scope, args[parameter] ?? -1, path);
    }
    found = { lock, instance: this.substituteInstance(effect.instance, args) };
    this.resolved.set(cacheKey, found);
    return found;
  }

  private substituteInstance(instance: string, args: readonly number[]): string {
    if (instance.includes('%')) return '?';
    return instance.replace(/\$(\d+)/g, (_, n: string) =>
      args[Number(n)] === undefined ? '?' : this.classes.instanceOf(this.scope, args[Number(n)] as number),
    );
  }

  private recordAcquisition(pc: number, taken: Omit<Acquisition, 'held' | 'dropped'>, held: number): void {
    const key = `${pc}|${taken.lock}|${held}`;
    if (this.acquisitions.has(key) || !this.mayRecord(pc)) return;
    const { have, dropped } = this.split(held);
    this.acquisitions.set(key, { ...taken, held: have, dropped });
  }

  private recordCall(pc: number, expr: number, words: readonly number[], line: number, held: number): void {
    if (this.held.size(held) === 0 || words.length === 0) return;
    const key = `${pc}|${held}`;
    if (this.calls.has(`${key}|${words[0]}`) || !this.mayRecord(pc)) return;
    const { have, dropped } = this.split(held);
    let args = this.argInstances.get(expr);
    if (!args) {
      args = Array.from(this.file.list(this.file.b(expr))).map((arg) => this.classes.instanceOf(this.scope, arg));
      this.argInstances.set(expr, args);
    }
    for (const callee of words) this.calls.set(`${key}|${callee}`, { callee, line, args, held: have, dropped });
  }

  private mayRecord(pc: number): boolean {
    const count = this.recorded.get(pc) ?? 0;
    if (count >= RECORDED) {
      this.bounded = true;
      return false;
    }
    this.recorded.set(pc, count + 1);
    return true;
  }

  private split(set: number): { have: Held[]; dropped: number[] } {
    const have: Held[] = [];
    const dropped: number[] = [];
    for (const entry of this.held.entriesOf(set)) {
      if (entry.missing) dropped.push(entry.lock);
      else
        have.push({
          lock: entry.lock,
          instance: entry.instance,
          mode: entry.mode,
          line: entry.line,
          via: entry.via,
          entry: entry.entry,
        });
    }
    return { have, dropped };
  }

  private exit(expr: number, heldIn: number, assume: number, line: number): void {
    const held = this.held.leave(heldIn, () => true);
    const net: Entry[] = this.held.entriesOf(held).filter((entry) => !entry.entry);
    let result = -1;
    if (expr >= 0) {
      result = knownValue(this.file, expr);
      if (result < 0) result = this.assumptions.get(assume, expr);
      if (result >= VALUE.UNEQUAL) result = -1;
      else if (result >= VALUE.EQUAL) result = VALUE.NONZERO;
    }
    const parameters: number[] = [];
    for (let p = 0; p < this.parameters; p++) {
      const subject = this.parameterExprs.get(p);
      const known = subject === undefined ? -1 : this.assumptions.get(assume, subject);
      parameters.push(known === VALUE.ZERO ? 0 : known === VALUE.NONZERO || known === VALUE.NEGATIVE ? 1 : -1);
    }
    const flag = (which: number): boolean => this.assumptions.get(assume, which) === 1;
    const exit: Exit = {
      line,
      net,
      result,
      parameters,
      owner: flag(PATH.OWNER),
      counted: flag(PATH.COUNTED),
      warned: flag(PATH.WARNED),
    };
    const key = `${net.map((e) => `${e.missing}${e.lock}${e.instance}`).join()}|${result}|${parameters.join()}|${exit.owner}|${exit.counted}|${exit.warned}`;
    if (!this.exits.has(key)) this.exits.set(key, exit);
  }
}

const RESULTS: Record<number, readonly [number, number]> = {
  [WHEN.ZERO]: [VALUE.ZERO, VALUE.NEGATIVE],
  [WHEN.NONZERO]: [VALUE.NONZERO, VALUE.ZERO],
  [WHEN.NOT_NEGATIVE]: [VALUE.NOT_NEGATIVE, VALUE.NEGATIVE],
  [WHEN.NEGATIVE]: [VALUE.NEGATIVE, VALUE.NOT_NEGATIVE],
};

function whenOfSuccess(success: LockApi['success']): number {
  switch (success) {
    case 'always':
      return WHEN.ALWAYS;
    case 'zero':
      return WHEN.ZERO;
    case 'nonzero':
    case 'nonnull':
      return WHEN.NONZERO;
    default:
      return WHEN.NOT_NEGATIVE;
  }
}

function modeOf(mode: LockApi['mode']): number {
  return mode === 'exclusive' ? MODE.EXCLUSIVE : mode === 'shared' ? MODE.SHARED : MODE.RECURSIVE;
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
