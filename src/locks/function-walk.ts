import { ANNOTATION, F, instructionSize, OP, SCOPE, X } from '../csource/index.ts';
import { type LinkedFile, openScope, type Scope } from '../tree/index.ts';
import { bothOf, decide, learned, PATH, VALUE } from './assumptions.ts';
import { type Balance, imbalancesOf, NO_BALANCE } from './balance.ts';
import { type Exit, netEffects } from './effects.ts';
import { type Entry, HeldSets, heldEntry } from './held-sets.ts';
import type { LockClasses } from './lock-classes.ts';
import { LockNaming } from './lock-naming.ts';
import { LockRecorder } from './lock-recorder.ts';
import { LOCK_KIND } from './lock-table.ts';
import { type AnalysisContext, LockTransfer, nameOf } from './lock-transfer.ts';
import { PathConditions } from './path-conditions.ts';
import type { RuleSet } from './rules/index.ts';
import { EFFECT, MODE, type Summary, WHEN } from './summary.ts';

/** States kept apart at one point before conditions are forgotten, and before new ones are not followed at all. */
const STATES_WITH_CONDITIONS = 24;
const STATES_AT_ALL = 64;
/** The same where the ways out of a changed function are compared: a condition forgotten there is a false alarm. */
const STATES_COMPARED = 512;
/** Calls between a function that drops and retakes a lock and the callers that are known to need it. */
const EXPECT_LEVELS = 4;

/** Whether a block macro holds a lock around its block. */
export function isGuardBlock(name: string, rules: RuleSet): boolean {
  return name === 'scoped_guard' || name === 'scoped_cond_guard' || rules.guards.get(name)?.style === 'macro-block';
}

/** One walk over the paths of one function. */
export class FunctionWalk {
  private readonly context: AnalysisContext;
  private readonly classes: LockClasses;
  private readonly file: LinkedFile;
  private readonly scope: Scope;
  private readonly code: Int32Array;
  private readonly length: number;
  private readonly line: number;
  private readonly scopes: { from: number; to: number }[] = [];
  private readonly held = new HeldSets();
  private readonly conditions: PathConditions;
  private readonly recorder: LockRecorder;
  private readonly transfer: LockTransfer;
  private readonly runsIn: readonly number[];
  /** By place: the states that came there, held set and assumptions in turn. */
  private readonly seen: (number[] | undefined)[] = [];
  private readonly work: number[] = [];
  /** What came to a return of an expression before. */
  private readonly returned = new Map<number, Set<number>>();
  private readonly exits = new Map<string, Exit>();
  private bounded = false;
  private readonly withConditions: number;
  private readonly atAll: number;

  /** `runsIn`: the wait classes that the function, a callback, keeps others waiting for. */
  constructor(
    context: AnalysisContext,
    classes: LockClasses,
    runsIn: readonly number[],
    file: LinkedFile,
    local: number,
    sections = false,
  ) {
    this.withConditions = sections ? STATES_COMPARED : STATES_WITH_CONDITIONS;
    this.atAll = sections ? STATES_COMPARED : STATES_AT_ALL;
    this.context = context;
    this.classes = classes;
    this.runsIn = runsIn;
    this.file = file;
    this.scope = openScope(file, local);
    const { functions, code, scopes } = file.facts;
    const at = local * F.WORDS;
    const start = functions[at + F.CODE] as number;
    this.length = functions[at + F.CODE_LENGTH] as number;
    this.line = functions[at + F.LINE] as number;
    this.code = code.subarray(start, start + this.length);
    const first = functions[at + F.SCOPES] as number;
    for (let s = 0; s < (functions[at + F.SCOPE_COUNT] as number); s++) {
      this.scopes.push({
        from: scopes[(first + s) * SCOPE.WORDS] as number,
        to: scopes[(first + s) * SCOPE.WORDS + 1] as number,
      });
    }
    const naming = new LockNaming(this.scope, classes, context.locks);
    this.conditions = new PathConditions(this.scope, this.code);
    this.recorder = new LockRecorder(this.held);
    const { held, conditions, recorder } = this;
    this.transfer = new LockTransfer(
      context,
      this.scope,
      { held, conditions, naming, recorder },
      this.hasPrimitive(),
      (pc) => this.scopeAt(pc),
      sections,
    );
    this.enter(0, this.entryState(at), 0);
  }

  /** What the function does to locks. */
  run(): Summary {
    this.walk();
    return this.summary();
  }

  /** What the exits disagree about. */
  balance(): Balance {
    this.walk();
    if (this.bounded || this.recorder.bounded) return NO_BALANCE;
    const exits = [...this.exits.values()];
    // one level of several given back: the owner keeps the lock by design
    const levels = new Set(
      netEffects(exits, this.transfer.events.size)
        .filter((effect) => effect.reentrant)
        .map((effect) => effect.lock),
    );
    const counts = (lock: number): boolean => this.context.locks.isClass(lock) && !levels.has(lock);
    const { taken, released, ownerless, expects } = this.transfer;
    const found = imbalancesOf(exits, counts, taken, released, ownerless);
    for (const [lock, { line }] of expects) {
      // who needs a lock of its caller and takes it elsewhere itself contradicts itself; a callback has no caller that holds it
      if (!counts(lock) || !this.isExpectation(lock) || (!taken.has(lock) && this.runsIn.length === 0)) continue;
      if (expects.get(lock)?.levels === 0) continue;
      const kind = taken.has(lock) ? 'unlock-not-held' : 'missing-unlock';
      found.push({ kind, lock, line, via: -1, exitLine: line, always: false, odd: true, handsOver: false });
    }
    const balanced = [...taken].filter((lock) => exits.every((exit) => exit.net.every((entry) => entry.lock !== lock)));
    return { imbalances: found, balanced: new Set(balanced) };
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
    let acquisitions = [...this.recorder.acquisitions.values()];
    const handed = this.heldAroundCallbacks();
    const effects = netEffects([...this.exits.values()], this.transfer.events.size).filter(
      (effect) =>
        this.context.locks.kind(effect.lock) !== LOCK_KIND.UNKNOWN &&
        !(effect.kind === EFFECT.ACQUIRE && handed.has(effect.lock)),
    );
    const reentrant = new Set(effects.filter((effect) => effect.reentrant).map((effect) => effect.lock));
    if (reentrant.size > 0)
      acquisitions = acquisitions.map((taken) => (reentrant.has(taken.lock) ? { ...taken, reentrant: true } : taken));
    for (const [lock, { instance, mode, levels }] of this.transfer.expects) {
      if (levels > EXPECT_LEVELS || !this.isExpectation(lock) || effects.some((effect) => effect.lock === lock))
        continue;
      effects.push({ kind: EFFECT.EXPECT, lock, instance, mode, when: levels, reentrant: false, tries: false });
    }
    // what is let go and taken again is not taken under what the caller holds
    for (const { lock, instance, mode } of acquisitions) {
      if (this.context.locks.kind(lock) !== LOCK_KIND.PARAMETER || effects.some((effect) => effect.lock === lock))
        continue;
      effects.push({ kind: EFFECT.TOUCH, lock, instance, mode, when: WHEN.ALWAYS, reentrant: false, tries: false });
    }
    return {
      effects,
      acquisitions,
      calls: this.recorder.calls,
      bounded: this.bounded || this.recorder.bounded,
      unsettled: false,
    };
  }

  /** Locks under which a function that the caller passed is called: it may give them back, as those of kref_put_lock() do. */
  private heldAroundCallbacks(): ReadonlySet<number> {
    const { graph } = this.context.index;
    const out = new Set<number>();
    for (const { callee, held } of this.recorder.calls)
      if (callee < 0 && graph.slotTag.at(~callee) < 0) for (const { lock } of held) out.add(lock);
    return out;
  }

  /** Whether a lock that is let go and taken again comes in and goes out held on every way. */
  private isExpectation(lock: number): boolean {
    return (
      this.context.locks.kind(lock) !== LOCK_KIND.UNKNOWN &&
      [...this.exits.values()].every((exit) => exit.net.every((entry) => entry.lock !== lock))
    );
  }

  /** Whether a lock primitive is called: then lockdep's notes beside it say nothing more. */
  private hasPrimitive(): boolean {
    const { code, file } = this;
    for (let pc = 0; pc < code.length; pc += instructionSize(code, pc)) {
      if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
      const callee = file.a(code[pc + 1] as number);
      if (file.kind(callee) !== X.NAME) continue;
      const api = this.context.apiOf(file, file.a(callee));
      if (api && !api.annotation && api.op !== 'query' && api.op !== 'init' && api.op !== 'assert') return true;
    }
    return false;
  }

  private entryState(at: number): number {
    const { functions, annotations } = this.file.facts;
    let held = 0;
    for (const lock of this.runsIn) {
      held = this.held.add(
        held,
        heldEntry(
          { lock, instance: `:${this.context.locks.text(lock)}`, mode: MODE.EXCLUSIVE, line: this.line },
          { entry: true },
        ),
      );
    }
    const first = functions[at + F.ANNOTATIONS] as number;
    for (let i = 0; i < (functions[at + F.ANNOTATION_COUNT] as number); i++) {
      const word = (first + i) * ANNOTATION.WORDS;
      const name = this.file.name(annotations[word + ANNOTATION.NAME] as number);
      if (!name.startsWith('__must_hold') && !name.startsWith('__releases')) continue;
      for (const arg of this.file.list(annotations[word + ANNOTATION.ARGS] as number)) {
        const lock = this.classes.lockOf(this.scope, arg);
        if (this.context.locks.kind(lock) === LOCK_KIND.UNKNOWN || this.context.locks.text(lock) === 'RCU') continue;
        held = this.held.add(
          held,
          heldEntry(
            { lock, instance: this.classes.instanceOf(this.scope, arg), mode: MODE.EXCLUSIVE, line: this.line },
            { entry: true },
          ),
        );
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
    let states = this.seen[pc];
    if (!states) {
      states = [];
      this.seen[pc] = states;
    }
    const { length } = states;
    // conditions that decide about locks stay longer than the rest
    if (length >= 4 * this.withConditions) assume = 0;
    else if (length >= 2 * this.withConditions)
      assume = this.conditions.set.only(assume, this.transfer.decisive(this.code, this.conditions));
    for (let i = 0; i < length; i += 2) if (states[i] === held && states[i + 1] === assume) return;
    if (length >= 2 * this.atAll) {
      this.bounded = true;
      return;
    }
    states.push(held, assume);
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
        const after = this.conditions.clobber(pc, assume, expr, result);
        const { ways, key } = this.transfer.call(pc, expr, result, line, held, after);
        for (const way of ways) {
          const known = this.conditions.tell(after, key, way.value);
          if (this.conditions.mayEnd(expr, known)) this.enter(next, way.held, known);
        }
        return;
      }
      case OP.ASSIGN:
        this.enter(next, held, this.conditions.assign(assume, code[pc + 1] as number, code[pc + 2] as number));
        return;
      case OP.MODIFY: {
        const target = code[pc + 1] as number;
        let after = this.conditions.invalidate(assume, target);
        if (this.conditions.isOutside(target)) after = this.conditions.set.with(after, PATH.COUNTED, 1);
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
        const known = this.conditions.set.get(assume, subject);
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
            value >= 0 && this.conditions.tracked.has(subject)
              ? this.conditions.set.with(assume, subject, VALUE.EQUAL + value)
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
          this.file.kind(callee) === X.NAME && isGuardBlock(this.file.name(this.file.a(callee)), this.context.rules);
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
    const test = this.conditions.test(condition);
    const known = test.kind === 'constant' ? -1 : this.conditions.set.get(assume, test.subject);
    const outcome = decide(test, known);
    const allows = this.context.watch?.testOf(condition) ?? 0;
    for (const truth of [true, false]) {
      if (outcome === (truth ? 0 : 1)) continue;
      let after = assume;
      if (outcome < 0 && this.conditions.tracked.has(test.subject)) {
        const value = bothOf(known, learned(test, truth));
        if (value >= 0) after = this.conditions.set.with(after, test.subject, value);
      }
      if (test.owner && truth === test.sense) after = this.conditions.set.with(after, PATH.OWNER, 1);
      if (allows !== 0 && truth === allows > 0) after = this.conditions.set.with(after, PATH.TASK, 1);
      if (test.warns && truth) after = this.conditions.set.with(after, PATH.WARNED, 1);
      this.enter(truth ? yes : no, held, after);
    }
  }

  private block(pc: number, body: number, line: number, held: number, assume: number): void {
    const { file } = this;
    const expr = this.code[pc + 1] as number;
    const out = this.code[pc + 2] as number;
    const callee = file.a(expr);
    const name = file.kind(callee) === X.NAME ? file.name(file.a(callee)) : '';
    const args = Array.from(file.list(file.b(expr)));
    let after = assume;
    if (isGuardBlock(name, this.context.rules)) {
      const scope = this.scopes.findIndex((span) => span.from === body) + 1;
      const isClass = name === 'scoped_guard' || name === 'scoped_cond_guard';
      const rest = isClass ? args.slice(name === 'scoped_cond_guard' ? 2 : 1) : args;
      const className = isClass ? nameOf(this.file, args[0]) : name;
      const { ways, key } = this.transfer.guard(pc, className, rest, line, held, assume, scope === 0 ? -1 : scope, -1);
      for (const way of ways)
        this.enter(
          this.held.size(way.held) > this.held.size(held) || ways.length === 1 ? body : out,
          way.held,
          this.conditions.tell(assume, key, way.value),
        );
      return;
    }
    for (const arg of args) if (file.kind(arg) === X.NAME) after = this.conditions.invalidate(after, arg);
    this.enter(body, held, after);
    this.enter(out, held, after);
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

  private exit(expr: number, heldIn: number, assume: number, line: number): void {
    const held = this.held.leave(heldIn, () => true);
    const way = held * 0x100000 + assume;
    let known = this.returned.get(expr);
    if (!known) {
      known = new Set();
      this.returned.set(expr, known);
    }
    if (known.has(way)) return;
    known.add(way);
    const net: Entry[] = this.held.entriesOf(held).filter((entry) => !entry.entry);
    const result = this.conditions.result(expr, assume);
    const parameters = this.conditions.parameters(assume);
    const flag = (which: number): boolean => this.conditions.set.get(assume, which) === 1;
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
