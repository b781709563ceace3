import { F, X } from '../csource/index.ts';
import { type LinkedFile, openScope, type Scope } from '../tree/index.ts';
import { sleepName, sleepTest } from './context-tests.ts';
import type { ContextWatch, SeenCall } from './context-watch.ts';
import { FunctionWalk } from './function-walk.ts';
import type { Entry } from './held-sets.ts';
import { LockClasses } from './lock-classes.ts';
import type { LockIndex } from './lock-index.ts';
import { isOpaque } from './opaque-paths.ts';
import type { LockApi, RuleSet } from './rules/index.ts';
import { SHORT, StartReader } from './start-reader.ts';
import { EFFECT, type Effect, EMPTY_SUMMARY, type Summary } from './summary.ts';

/** One way in which a place is reached. */
export interface SiteState {
  /** What is held there, contexts too. */
  readonly held: readonly Entry[];
  /** Locks and contexts of the caller that are let go by then. */
  readonly gone: readonly number[];
  /** For each parameter of the function: 1 true, 0 false, -1 unknown. */
  readonly parameters: readonly number[];
  /** Parameters that allow sleeping by the value they have here (`bool can_sleep`): it must be known that they have it. */
  readonly allowedBy: readonly number[];
}

/** A call in a function, with all ways in which it is reached where sleeping was not found to be allowed. */
export interface Site extends SeenCall {
  /** Callee words of the graph; empty for a guard. */
  readonly words: readonly number[];
  readonly name: string;
  readonly states: SiteState[];
}

/** What a function calls in which contexts. */
export interface ContextView {
  readonly scope: Scope | null;
  readonly sites: readonly Site[];
  readonly summary: Summary;
}

const NOTHING: ContextView = { scope: null, sites: [], summary: EMPTY_SUMMARY };
/** States kept for one call. */
const STATES = 10;
/** Levels of callees walked for what they do to interrupts. */
const EFFECT_DEPTH = 3;

/** Walks functions on demand with their contexts: interrupts, softirqs and preemption off, RCU. Keeps what it walked. */
export class ContextWalks {
  readonly index: LockIndex;
  readonly classes: LockClasses;
  readonly rules: RuleSet;
  private readonly before: ContextWalks | null;
  /** Functions of changed files, and functions whose summary was worked out again. */
  private readonly touched: ReadonlySet<number>;
  private readonly again: ReadonlySet<number>;
  private readonly views = new Map<number, ContextView>();
  private readonly effects = new Map<number, readonly Effect[]>();
  /** Of the files that overlays brought: functions that change the context. */
  private readonly changers = new Map<number, Set<number>>();
  private readonly reader: StartReader;

  /** `before` walked the tree that this one lies over: what did not change is not walked again. */
  constructor(index: LockIndex, rules: RuleSet, before: ContextWalks | null = null) {
    this.index = index;
    this.rules = rules;
    this.before = before;
    this.touched = new Set((index.tree as { touched?: readonly number[] }).touched ?? []);
    this.again = (index as { changed?: ReadonlySet<number> }).changed ?? new Set();
    this.reader = new StartReader(index.tree, rules);
    this.classes = new LockClasses(index.tree.inference, index.locks, rules.containers);
  }

  /** The calls of a function; none for one that is not to be looked into. */
  of(fn: number): ContextView {
    let view = this.views.get(fn);
    if (!view) {
      view = this.before && this.isAsBefore(fn) ? this.before.of(fn) : this.walk(fn, 0);
      this.views.set(fn, view);
    }
    return view;
  }

  /** Whether neither the function, nor what it calls directly or through one wrapper, changed. */
  private isAsBefore(fn: number): boolean {
    const { graph } = this.index.tree;
    const isChanged = (word: number): boolean => word >= 0 && (this.touched.has(word) || this.again.has(word));
    if (isChanged(fn)) return false;
    for (const callee of graph.calleesOf(fn)) {
      if (isChanged(callee)) return false;
      if (callee >= 0) for (const next of graph.calleesOf(callee)) if (isChanged(next)) return false;
    }
    return true;
  }

  private walk(fn: number, depth: number): ContextView {
    const { symbols, source, extraction } = this.index.tree;
    const fileId = symbols.t.fnFile.find(fn);
    if (fileId < 0 || symbols.gone.has(fileId) || isOpaque(this.rules, symbols.path(fileId))) return NOTHING;
    const file = source(fileId);
    if (!file) return NOTHING;
    const local = symbols.t.fnLocal.at(fn);
    if (local < 0 || local * F.WORDS >= file.facts.functions.length) return NOTHING;
    const scope = openScope(file, local);
    const sites = new Map<string, Site>();
    const nature: number[] = [];
    for (const [name, at] of scope.vars) if (at < scope.parameters) nature[at] = sleepName(file.name(name));
    const isParameter = (name: number): boolean => (scope.vars.get(name) ?? scope.parameters) < scope.parameters;
    const watch: ContextWatch = {
      call: (call, held, parameters, task) => {
        if (task) return;
        const key = `${call.pc}|${call.guard ?? ''}`;
        let site = sites.get(key);
        if (!site) {
          const callee = call.expr < 0 ? -1 : file.a(call.expr);
          const plain = callee >= 0 && file.kind(callee) === X.NAME && !scope.vars.has(file.a(callee));
          site = {
            ...call,
            name: plain ? file.name(file.a(callee)) : '',
            words: call.expr < 0 ? [] : extraction.calleeWords(scope, call.expr),
            states: [],
          };
          sites.set(key, site);
        }
        if (site.states.length >= STATES) return;
        const state: SiteState = {
          held: held.filter((entry) => !entry.missing),
          gone: held.filter((entry) => entry.missing).map((entry) => entry.lock),
          parameters,
          allowedBy: parameters.flatMap((value, p) =>
            value >= 0 && (nature[p] as number) === (value === 1 ? 1 : -1) ? [p] : [],
          ),
        };
        if (!site.states.some((known) => sameState(known, state))) site.states.push(state);
      },
      testOf: (condition) => sleepTest(file, condition, this.rules, isParameter),
    };
    const context = {
      index: this.index.tree,
      rules: this.rules,
      locks: this.index.locks,
      effectsOf: (callee: number) => this.effectsOf(callee, depth + 1),
      apiOf: (of: LinkedFile, name: number) => this.apiOf(of.name(name)),
      watch,
    };
    const summary = new FunctionWalk(context, this.classes, [], file, local).run();
    return { scope, sites: [...sites.values()].sort((a, b) => a.pc - b.pc), summary };
  }

  private apiOf(name: string): LockApi | null {
    return this.rules.locks.get(name) ?? null;
  }

  /** Net effects of a callee on locks and contexts. */
  private effectsOf(fn: number, depth: number): readonly Effect[] {
    const known = this.effects.get(fn);
    if (known) return known;
    const plain = this.index.summaryOf(fn).effects;
    if (depth > EFFECT_DEPTH || !this.mayChangeContext(fn, plain)) {
      if (depth <= EFFECT_DEPTH) this.effects.set(fn, plain);
      return plain;
    }
    this.effects.set(fn, plain); // while it is walked, and for recursion
    const found = this.views.get(fn)?.summary.effects ?? this.walk(fn, depth).summary.effects;
    this.effects.set(fn, found);
    return found;
  }

  private mayChangeContext(fn: number, plain: readonly Effect[]): boolean {
    if (plain.some((effect) => effect.kind === EFFECT.ACQUIRE || effect.kind === EFFECT.RELEASE)) return true;
    const { symbols, source } = this.index.tree;
    if (symbols.t.fnSize.at(fn) > SHORT) return false;
    const fileId = symbols.t.fnFile.find(fn);
    if (fileId < 0 || symbols.gone.has(fileId)) return false;
    if (fileId < this.index.contexts.files) return this.index.contexts.changes(fn);
    let changers = this.changers.get(fileId);
    if (!changers) {
      changers = new Set();
      const file = source(fileId);
      const found = changers;
      if (file)
        this.reader.read(
          file,
          () => {},
          (one) => found.add(one),
        );
      this.changers.set(fileId, changers);
    }
    return changers.has(fn);
  }
}

function sameState(a: SiteState, b: SiteState): boolean {
  const key = (state: SiteState): string =>
    `${state.held.map((e) => `${e.lock}.${e.line}.${e.entry}`).join()}|${state.gone.join()}|${state.parameters.join()}`;
  return key(a) === key(b);
}
