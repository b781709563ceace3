// One file, because an API call, a guard and a callee's effects are three spellings of one thing and share its outcomes.
import { instructionSize, OP, X } from '../csource/index.ts';
import type { LinkedFile, Scope, TreeIndex } from '../tree/index.ts';
import { PATH, VALUE } from './assumptions.ts';
import { type ContextWatch, contextIds, entering, leaving } from './context-watch.ts';
import { parametersOf } from './effects.ts';
import { type HeldSets, heldEntry } from './held-sets.ts';
import type { LockNaming } from './lock-naming.ts';
import type { LockRecorder } from './lock-recorder.ts';
import { LOCK_KIND, type LockTable } from './lock-table.ts';
import type { PathConditions } from './path-conditions.ts';
import type { GuardApi, LockApi, RuleSet } from './rules/index.ts';
import { EFFECT, type Effect, MODE, WHEN } from './summary.ts';
import { isWaitClass } from './wait-classes.ts';

/** What the analysis of every function shares. */
export interface AnalysisContext {
  readonly index: TreeIndex;
  readonly rules: RuleSet;
  readonly locks: LockTable;
  readonly effectsOf: (fn: number) => readonly Effect[];
  /** The lock call that a name of a file stands for, null when it is none. */
  readonly apiOf: (file: LinkedFile, name: number) => LockApi | null;
  /** Given where contexts are followed beside the locks. */
  readonly watch?: ContextWatch;
  /** By callee: how often what it gives back was held, and how often not. */
  readonly releases?: Map<number, { matched: number; missed: number }>;
}

/** One way in which a call may end. */
export interface Way {
  readonly held: number;
  /** What the call's result then is, -1 when it tells nothing. */
  readonly value: number;
}

/** What a call does to a held set: its ways, and the expression whose value tells them apart (-1 for none). */
export interface Move {
  readonly ways: readonly Way[];
  readonly key: number;
}

/** Instructions behind a test in which what it guards is looked for. */
const LOOK_AHEAD = 5;
const NO_RETURN: Move = { ways: [], key: -1 };

/** What calls do to the locks of one function. */
export class LockTransfer {
  /** Where the function does something to a lock. */
  readonly events = new Set<number>();
  readonly taken = new Set<number>();
  readonly released = new Set<number>();
  /** Locks that somebody else may release. */
  readonly ownerless = new Set<number>();
  private readonly context: AnalysisContext;
  private readonly file: LinkedFile;
  private readonly scope: Scope;
  private readonly held: HeldSets;
  private readonly conditions: PathConditions;
  private readonly naming: LockNaming;
  private readonly recorder: LockRecorder;
  private readonly hasPrimitive: boolean;
  private readonly scopeAt: (pc: number) => number;
  private dependsOnPath = false;
  /** Locks that must be held on entry, because they are let go and taken again here or `levels` calls down. */
  readonly expects = new Map<number, { instance: string; mode: number; line: number; levels: number }>();
  private readonly sections: boolean;
  private readonly words = new Map<number, number[]>();
  private decides: ReadonlySet<number> | null = null;
  /** By place and held set: nearly always the same whatever is assumed, and asked for once for each assumption. */
  private readonly moves = new Map<number, Move>();

  /**
   * `scopeAt` gives the innermost block at a place, 0 for the function; `hasPrimitive` switches lockdep's notes off;
   * `sections` counts read sections of RCU, which order nothing, but end once for each beginning.
   */
  constructor(
    context: AnalysisContext,
    scope: Scope,
    state: { held: HeldSets; conditions: PathConditions; naming: LockNaming; recorder: LockRecorder },
    hasPrimitive: boolean,
    scopeAt: (pc: number) => number,
    sections = false,
  ) {
    this.sections = sections;
    this.context = context;
    this.file = scope.file;
    this.scope = scope;
    this.held = state.held;
    this.conditions = state.conditions;
    this.naming = state.naming;
    this.recorder = state.recorder;
    this.hasPrimitive = hasPrimitive;
    this.scopeAt = scopeAt;
  }

  /** What the call at `pc` does. */
  call(pc: number, expr: number, result: number, line: number, held: number, assume: number): Move {
    const at = pc * 0x100000 + held;
    const known = this.moves.get(at);
    if (known && !this.context.watch) return known;
    this.dependsOnPath = false;
    const move = this.work(pc, expr, result, line, held, assume);
    if (!this.dependsOnPath) this.moves.set(at, move);
    return move;
  }

  private watched(
    pc: number,
    expr: number,
    args: number[],
    guard: string | null,
    line: number,
    held: number,
    assume: number,
  ): void {
    this.context.watch?.call(
      { pc, expr, args, guard, line },
      this.held.entriesOf(held),
      this.conditions.parameters(assume),
      this.conditions.set.get(assume, PATH.TASK) === 1,
    );
  }

  private work(pc: number, expr: number, result: number, line: number, held: number, assume: number): Move {
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
          nameOf(this.file, guardClass),
          Array.from(file.list(file.b(expr))),
          line,
          held,
          assume,
          this.scopeAt(pc),
          -1,
        );
    }
    if (this.context.watch) this.watched(pc, expr, Array.from(file.list(file.b(expr))), null, line, held, assume);
    if (kind === X.NAME && !this.scope.vars.has(file.a(callee))) {
      const name = file.a(callee);
      const api = this.context.apiOf(file, name);
      if (api) {
        if (api.annotation && api.op !== 'assert' && this.hasPrimitive) return unchanged(held);
        return this.applyApi(pc, api, expr, key, line, held, -1);
      }
      const text = file.name(name);
      if (this.context.rules.noReturn.has(text)) return NO_RETURN;
      const guard = this.context.rules.guards.get(text);
      if (guard && guard.style === 'macro-scope')
        return this.applyGuard(pc, guard, Array.from(file.list(file.b(expr))), line, held, this.scopeAt(pc));
    }
    const chosenApi = kind === X.COND ? this.eitherApi(callee) : null;
    if (chosenApi) return this.applyApi(pc, chosenApi, expr, key, line, held, -1);
    const words = this.wordsOf(expr);
    this.recorder.call(pc, words, line, held);
    const { effectsOf, index } = this.context;
    const chosen = words.find((word) => word >= 0 && effectsOf(word).length > 0);
    if (chosen === undefined) return unchanged(held);
    const fns = words.filter((word) => word >= 0);
    if (fns.length > 1 && fns.some((fn) => effectsOf(fn).length === 0 && index.symbols.t.fnSize.at(fn) > 30))
      return unchanged(held);
    return this.applyEffects(pc, chosen, Array.from(file.list(file.b(expr))), expr, key, line, held, assume, -1);
  }

  /** `(write ? up_write : up_read)(&x->lock)`: one lock call, whichever arm is taken; the exclusive one stands for both. */
  private eitherApi(choice: number): LockApi | null {
    const { file } = this;
    const arms = Array.from(file.list(file.b(choice))).map((arm) =>
      file.kind(arm) === X.NAME ? this.context.apiOf(file, file.a(arm)) : null,
    );
    const [yes, no] = arms;
    if (arms.length !== 2 || !yes || !no || yes.op !== no.op || yes.arg !== no.arg || yes.family !== no.family)
      return null;
    return yes.mode === 'exclusive' ? yes : no;
  }

  private wordsOf(expr: number): number[] {
    let words = this.words.get(expr);
    if (!words) {
      words = this.context.index.extraction.calleeWords(this.scope, expr);
      this.words.set(expr, words);
    }
    return words;
  }

  /** Expressions whose value decides whether a lock is taken or given back: results of lock calls, and what guards them. */
  decisive(code: Int32Array, conditions: PathConditions): ReadonlySet<number> {
    if (this.decides) return this.decides;
    const out = new Set<number>();
    this.decides = out;
    for (let pc = 0; pc < code.length; pc += instructionSize(code, pc)) {
      const op = (code[pc] as number) & 0xff;
      if (op === OP.CALL && this.isLockCall(code, pc)) {
        out.add(code[pc + 1] as number);
        if ((code[pc + 2] as number) >= 0) out.add(code[pc + 2] as number);
      } else if (op === OP.BRANCH) {
        const arms = [pc + instructionSize(code, pc), code[pc + 2] as number];
        if (arms.some((arm) => this.beginsWithLock(code, arm)))
          out.add(conditions.test(code[pc + 1] as number).subject);
      }
    }
    return out;
  }

  /** Whether one of the first calls from a place on takes a lock or gives one back. */
  private beginsWithLock(code: Int32Array, from: number): boolean {
    let pc = from;
    for (let i = 0; i < LOOK_AHEAD && pc >= 0 && pc < code.length; i++) {
      const op = (code[pc] as number) & 0xff;
      if (op === OP.CALL && this.isLockCall(code, pc)) return true;
      if (op === OP.BRANCH || op === OP.RETURN || op === OP.SWITCH) return false;
      pc = op === OP.JUMP ? (code[pc + 1] as number) : pc + instructionSize(code, pc);
    }
    return false;
  }

  private isLockCall(code: Int32Array, pc: number): boolean {
    const { file } = this;
    const expr = code[pc + 1] as number;
    const callee = file.a(expr);
    if (file.kind(callee) !== X.NAME || this.scope.vars.has(file.a(callee))) return false;
    const op = this.context.apiOf(file, file.a(callee))?.op;
    if (op !== undefined) return op === 'acquire' || op === 'try' || op === 'release';
    return this.wordsOf(expr).some(
      (word) =>
        word >= 0 &&
        this.context.effectsOf(word).some((effect) => effect.kind === EFFECT.ACQUIRE || effect.kind === EFFECT.RELEASE),
    );
  }

  /** `guard(class)(args)`: the rule, or what the tree's DEFINE_GUARD says. */
  guard(
    pc: number,
    name: string,
    args: number[],
    line: number,
    held: number,
    assume: number,
    scope: number,
    depth: number,
  ): Move {
    if (this.context.watch && depth < 1) this.watched(pc, -1, args, name, line, held, assume);
    const rule = this.context.rules.guards.get(name);
    if (rule) return this.applyGuard(pc, rule, args, line, held, scope);
    const id = this.context.index.symbols.names.find(name);
    const file = id < 0 ? -1 : this.context.index.symbols.t.guardOf.find(id);
    const definition = file >= 0 && depth < 2 ? this.guardDefinition(file, name) : null;
    if (!definition) return unchanged(held);
    const api = this.context.rules.locks.get(definition.lock);
    if (api) return this.applyApi(pc, api, -1, -1, line, held, scope, { args, field: definition.field });
    const fnName = this.context.index.symbols.names.find(definition.lock);
    if (fnName < 0) return unchanged(held);
    const fn = this.context.index.symbols.functionsOf(fnName, this.file.id)[0];
    if (fn === undefined) return unchanged(held);
    return this.applyEffects(pc, fn, args, -1, -1, line, held, assume, scope);
  }

  /** The lock call in the tree's own DEFINE_GUARD of a name. */
  private guardDefinition(fileId: number, name: string): { lock: string; field: string | null } | null {
    const file = this.context.index.source(fileId);
    if (!file) return null;
    const { invocations } = file.facts;
    for (let at = 0; at < invocations.length; at += 5) {
      const macro = file.name(invocations[at] as number);
      if (!/^DEFINE_(LOCK_)?GUARD(_[01])?$/.test(macro)) continue;
      const args = file.list(invocations[at + 1] as number);
      if (file.kind(args[0] as number) !== X.NAME || file.name(file.a(args[0] as number)) !== name) continue;
      const lock = args[macro.endsWith('_0') ? 1 : 2];
      if (lock === undefined || file.kind(lock) !== X.CALL || file.kind(file.a(lock)) !== X.NAME) return null;
      const path = fieldsOf(file, file.list(file.b(lock))[0]);
      // of DEFINE_LOCK_GUARD_1, `_T->lock` is the argument itself
      if (macro.includes('LOCK_GUARD')) path.shift();
      return { lock: file.name(file.a(file.a(lock))), field: path.length > 0 ? path.join('.') : null };
    }
    return null;
  }

  private applyGuard(pc: number, guard: GuardApi, args: number[], line: number, held: number, scope: number): Move {
    const { watch, locks } = this.context;
    const within = watch
      ? entering(this.held, locks, held, { ...guard, preempt: 'none', op: 'acquire' }, line, scope)
      : held;
    if (guard.family === 'rcu' || guard.family === 'srcu') return unchanged(within);
    const arg = guard.arg === null ? -1 : (args[guard.arg] ?? -1);
    const { lock, instance } = this.naming.lockAt(guard.lockClass, arg, guard.field, args);
    const mode = modeOf(guard.mode);
    const mayFail = guard.success !== 'always';
    // DEFINE_GUARD_COND(mutex, _try, …): of those that may fail the only one that does not wait
    const tries = mayFail && guard.name.endsWith('_try');
    this.recorder.acquisition(
      pc,
      { lock, instance, mode, line, via: -1, tries, reentrant: false, nested: false },
      within,
    );
    const taken = this.held.add(within, heldEntry({ lock, instance, mode, line }, { scope, tries }));
    const ways = [{ held: taken, value: -1 }];
    if (mayFail) ways.push({ held, value: -1 });
    return { ways, key: -1 };
  }

  private applyApi(
    pc: number,
    api: LockApi,
    expr: number,
    key: number,
    line: number,
    held: number,
    scope: number,
    given?: { args: number[]; field: string | null },
  ): Move {
    const { watch, locks } = this.context;
    const same = unchanged(held);
    if (watch && (api.op === 'query' || api.family === 'rcu')) {
      const within = entering(this.held, locks, held, api, line, scope);
      return unchanged(leaving(this.held, locks, within, api, line));
    }
    if (api.op === 'query' || api.op === 'init' || api.op === 'drop-retake') return same;
    if ((api.family === 'rcu' || api.family === 'srcu') && (!this.sections || api.op === 'wait')) return same;
    const args = given?.args ?? Array.from(this.file.list(this.file.b(expr)));
    const at = given ? 0 : api.arg;
    let arg = at === null ? -1 : (args[at] ?? -1);
    if (api.annotation) arg = this.naming.withoutDepMap(arg);
    const { lock: named, instance } = this.naming.lockAt(api.lockClass, arg, given?.field ?? api.field, args);
    const lock = api.op === 'wait' ? this.naming.awaited(named) : named;
    const mode = modeOf(api.mode);
    if (api.op === 'wait') {
      const text = this.context.locks.text(lock);
      if (!isWaitClass(text, this.context.rules) || /[?$]/.test(text)) return same;
      this.recorder.acquisition(
        pc,
        { lock, instance, mode: MODE.EXCLUSIVE, line, via: -1, tries: false, reentrant: false, nested: false },
        held,
      );
      return same;
    }
    switch (api.op) {
      case 'release':
        this.events.add(pc);
        this.released.add(lock);
        return unchanged(this.afterRelease(api, this.held.remove(held, lock, instance, mode, line, true), line));
      case 'downgrade':
        return unchanged(this.held.downgrade(held, lock, instance));
      case 'assert':
        if (this.context.locks.kind(lock) === LOCK_KIND.UNKNOWN || this.held.holds(held, lock)) return same;
        return unchanged(this.held.add(held, heldEntry({ lock, instance, mode, line }, { entry: true })));
      default: {
        this.events.add(pc);
        this.taken.add(lock);
        if (isOwnerless(this.context.rules, api.family)) this.ownerless.add(lock);
        const tries = api.op === 'try' || (api.tryArg !== null && !this.isZero(args[api.tryArg]));
        const nested = api.subclassArg !== null || api.nestArg !== null;
        const fresh =
          watch && api.op === 'acquire' && mode === MODE.EXCLUSIVE && !instance.includes('~')
            ? this.held.retaken(held, lock, instance, contextIds(locks))
            : held;
        const within = watch ? entering(this.held, locks, fresh, api, line, scope) : held;
        this.recorder.acquisition(pc, { lock, instance, mode, line, via: -1, tries, reentrant: false, nested }, within);
        // the function that is called with the lock held gives it back
        if (api.callbackArg !== null) return same;
        if (this.held.isMissing(within, lock) && !instance.includes('~')) this.dropRetake(lock, instance, mode, line);
        const taken = this.held.add(within, heldEntry({ lock, instance, mode, line }, { scope, tries }));
        // whose result nobody looks at cannot fail here: a wound/wait lock without a context
        const isIgnored = api.op === 'acquire' && key === expr && expr >= 0 && !this.conditions.read.has(expr);
        return isIgnored ? unchanged(taken) : outcomes(whenOfSuccess(api.success), key, taken, held);
      }
    }
  }

  private afterRelease(api: LockApi, held: number, line: number): number {
    return this.context.watch ? leaving(this.held, this.context.locks, held, api, line) : held;
  }

  /** A lock of the caller was let go and is taken again: the caller has to hold it. */
  private dropRetake(lock: number, instance: string, mode: number, line: number): void {
    if (!this.expects.has(lock)) this.expects.set(lock, { instance, mode, line, levels: 0 });
  }

  /** A callee expects a lock: so does this function, where it does not hold it. */
  private expect(
    named: { lock: number; instance: string },
    mode: number,
    held: number,
    line: number,
    levels: number,
  ): void {
    const { lock, instance } = named;
    if (this.held.holds(held, lock) || this.held.isMissing(held, lock) || instance.includes('~')) return;
    const known = this.expects.get(lock);
    if (!known || known.levels > levels) this.expects.set(lock, { instance, mode, line, levels });
  }

  private countRelease(fn: number, matched: boolean): void {
    const { releases } = this.context;
    if (!releases) return;
    const count = releases.get(fn) ?? { matched: 0, missed: 0 };
    if (matched) count.matched++;
    else count.missed++;
    releases.set(fn, count);
  }

  private isZero(expr: number | undefined): boolean {
    return expr !== undefined && this.file.kind(expr) === X.NUM && this.file.a(expr) === 0;
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
  ): Move {
    const effects = this.context.effectsOf(fn);
    if (effects.some((effect) => effect.kind === EFFECT.ACQUIRE || effect.kind === EFFECT.RELEASE)) this.events.add(pc);
    let conditional = -1;
    for (const effect of effects)
      if (effect.kind !== EFFECT.EXPECT && effect.when > WHEN.ALWAYS && effect.when < WHEN.PARAMETER_TRUE)
        conditional = effect.when;
    const apply = (start: number, outcome: number): number => {
      let held = start;
      for (const effect of effects) {
        if (effect.kind === EFFECT.EXPECT) {
          this.expect(this.naming.substitute(effect, args, expr), effect.mode, held, line, effect.when + 1);
          continue;
        }
        if (effect.when !== WHEN.ALWAYS) {
          if (effect.when >= WHEN.PARAMETER_TRUE) {
            this.dependsOnPath = true;
            const asked = parametersOf(effect.when).map(({ parameter, truth }) => {
              const known = this.conditions.truthOf(args[parameter], assumeIn);
              return known < 0 ? -1 : known === truth ? 1 : 0;
            });
            if (asked.includes(0)) continue;
            if (asked.includes(-1)) {
              if (effect.kind === EFFECT.RELEASE)
                held = this.held.forget(held, this.naming.substitute(effect, args, expr).lock);
              continue;
            }
          } else if (effect.when !== outcome) continue;
        }
        const { lock, instance } = this.naming.substitute(effect, args, expr);
        if (effect.kind === EFFECT.MAY_RELEASE) held = this.held.forget(held, lock);
        else if (effect.kind === EFFECT.RELEASE) {
          this.released.add(lock);
          this.countRelease(fn, this.held.holds(held, lock));
          held = this.held.remove(held, lock, instance, effect.mode, line, true);
        } else {
          this.recorder.acquisition(
            pc,
            {
              lock,
              instance,
              mode: effect.mode,
              line,
              via: fn,
              tries: effect.tries,
              reentrant: effect.reentrant,
              nested: false,
            },
            held,
          );
          if (effect.kind === EFFECT.TOUCH) continue;
          this.taken.add(lock);
          if (this.held.isMissing(held, lock) && !instance.includes('~'))
            this.dropRetake(lock, instance, effect.mode, line);
          held = this.held.add(
            held,
            heldEntry(
              { lock, instance, mode: effect.mode, line },
              { via: fn, reentrant: effect.reentrant, tries: effect.tries, scope },
            ),
          );
        }
      }
      return held;
    };
    if (conditional < 0) return unchanged(apply(heldIn, -1));
    // whose error nobody looks at cannot fail here, as with the calls of the rules
    const isError = conditional === WHEN.ZERO || conditional === WHEN.NOT_NEGATIVE;
    const isIgnored = isError && key === expr && expr >= 0 && !this.conditions.read.has(expr);
    const isTaking = effects.some((e) => e.when === conditional && e.kind === EFFECT.ACQUIRE && !e.tries);
    if (isIgnored && isTaking) return unchanged(apply(heldIn, conditional));
    return outcomes(conditional, key, apply(heldIn, conditional), apply(heldIn, -1));
  }
}

/** One way, which tells nothing. */
function unchanged(held: number): Move {
  return { ways: [{ held, value: -1 }], key: -1 };
}

/** The ways of a call that takes a lock only with some results. */
function outcomes(when: number, key: number, taken: number, held: number): Move {
  if (when === WHEN.ALWAYS) return unchanged(taken);
  const [yes, no] = RESULTS[when] as readonly [number, number];
  return {
    ways: [
      { held: taken, value: yes },
      { held, value: no },
    ],
    key,
  };
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

function isOwnerless(rules: RuleSet, family: string): boolean {
  return rules.families.some((known) => known.family === family && known.ownerless);
}

/** The fields of `&_T->a.b`, from the variable on. */
function fieldsOf(file: LinkedFile, expr: number | undefined): string[] {
  const path: string[] = [];
  let e = expr ?? -1;
  for (let i = 0; e >= 0 && i < 8; i++) {
    const kind = file.kind(e);
    if (kind === X.FIELD || kind === X.ARROW) path.unshift(file.name(file.b(e)));
    else if (kind !== X.ADDR && kind !== X.DEREF) break;
    e = file.a(e);
  }
  return path;
}

/** The name that an expression is, empty when it is none. */
export function nameOf(file: LinkedFile, expr: number | undefined): string {
  return expr !== undefined && file.kind(expr) === X.NAME ? file.name(file.a(expr)) : '';
}
