import { threadId } from 'node:worker_threads';
import { GlobalNames, type IndexTask, type TreeIndex } from '../tree/index.ts';
import { FunctionAnalysis } from './function-analysis.ts';
import { LockTable } from './lock-table.ts';
import { type CallbackFacts, noCallbacks, RegistrationReader } from './registrations.ts';
import type { RuleSet } from './rules/index.ts';
import { StartReader } from './start-reader.ts';
import { type Effect, isEmpty, type Summary } from './summary.ts';
import { encodeSummary } from './summary-codec.ts';

/** Files whole (`~file`: only what it registers), functions again, or news from the other threads (no output). */
export type SummaryInput =
  | { readonly kind: 'files'; readonly files: readonly number[] }
  | { readonly kind: 'functions'; readonly fns: readonly number[] }
  /** Only how often these functions hold what their callees give back. */
  | { readonly kind: 'releases'; readonly fns: readonly number[] }
  | {
      readonly kind: 'news';
      /** Locks that are new since the last news, in the numbers of the receiver of all outputs. */
      readonly lockTexts: readonly string[];
      readonly effects: readonly (readonly [fn: number, effects: readonly Effect[]])[];
      readonly callbacks: readonly (readonly [fn: number, locks: readonly number[]])[];
    };

/** Summaries in the thread's own numbers of locks and instances. */
export interface SummaryOutput {
  readonly thread: number;
  readonly fns: Int32Array;
  /** Where each summary begins in `data`; -1 when it is empty. Functions of a first round without one are left out. */
  readonly starts: Int32Array;
  readonly data: Int32Array;
  /** Function and lock of each callback that is registered. */
  readonly callbacks: Int32Array;
  /** Objects of callbacks and what they are handed to, both as locks. */
  readonly handed: Int32Array;
  /** Function, file and number of each start that a file tells of (see start-reader.ts). */
  readonly started: Int32Array;
  /** Short functions that change the context. */
  readonly changers: Int32Array;
  /** Function, how often its callers held what it gives back, how often not. */
  readonly releases: Int32Array;
  /** Locks and instances that are new in this thread since its last output, in the order of their numbers. */
  readonly lockTexts: readonly string[];
  readonly instanceTexts: readonly string[];
}

/** Works out summaries with the net effects of the last round. */
export const task: IndexTask<RuleSet, SummaryInput, SummaryOutput | null> = {
  url: import.meta.url,
  start: (index, rules) => {
    const thread = new SummaryThread(index, rules);
    return (input) => thread.run(input);
  },
};

class SummaryThread {
  private readonly index: TreeIndex;
  private readonly locks = new LockTable();
  private readonly instances = new GlobalNames();
  private readonly effects = new Map<number, readonly Effect[]>();
  private readonly callbacks = new Map<number, readonly number[]>();
  private readonly registrations: RegistrationReader;
  private readonly analysis: FunctionAnalysis;
  private readonly starts: StartReader;
  /** Our number of each lock of the receiver. */
  private readonly own: number[] = [];
  private readonly slots: number;
  private sentLocks = 0;
  private sentInstances = 0;

  constructor(index: TreeIndex, rules: RuleSet) {
    this.index = index;
    this.slots = index.graph.slotCount;
    this.starts = new StartReader(index, rules);
    this.registrations = new RegistrationReader(index, rules, this.locks);
    this.analysis = new FunctionAnalysis(
      index,
      rules,
      this.locks,
      (fn) => this.effects.get(fn) ?? NONE,
      (fn) => this.callbacks.get(fn) ?? [],
    );
  }

  run(input: SummaryInput): SummaryOutput | null {
    switch (input.kind) {
      case 'news':
        for (const text of input.lockTexts) this.own.push(this.locks.intern(text));
        for (const [fn, effects] of input.effects)
          this.effects.set(
            fn,
            effects.map((effect) => ({ ...effect, lock: this.own[effect.lock] as number })),
          );
        for (const [fn, locks] of input.callbacks)
          this.callbacks.set(
            fn,
            locks.map((lock) => this.own[lock] as number),
          );
        return null;
      case 'files':
        return this.files(input.files);
      case 'functions':
        return this.functions(input.fns, noCallbacks(), false);
      case 'releases':
        return this.releases(input.fns);
    }
  }

  private files(files: readonly number[]): SummaryOutput {
    const callbacks = noCallbacks();
    const fns: number[] = [];
    const started: number[] = [];
    const changers: number[] = [];
    for (const entry of files) {
      const file = this.index.source(entry < 0 ? ~entry : entry);
      if (!file) continue;
      this.registrations.read(file, callbacks);
      this.starts.read(
        file,
        (fn, code) => started.push(fn, file.id, code),
        (fn) => changers.push(fn),
      );
      if (entry >= 0) for (const fn of file.functionIds) fns.push(fn);
    }
    return {
      ...this.functions(fns, callbacks, true),
      started: Int32Array.from(started),
      changers: Int32Array.from(changers),
    };
  }

  private releases(fns: readonly number[]): SummaryOutput {
    const { symbols } = this.index;
    this.analysis.releases.clear();
    for (const fn of fns) {
      const file = this.index.source(symbols.t.fnFile.at(fn));
      if (file) this.analysis.analyse(file, symbols.t.fnLocal.at(fn));
    }
    const counts = [...this.analysis.releases].flatMap(([fn, { matched, missed }]) => [fn, matched, missed]);
    return { ...this.functions([], noCallbacks(), false), releases: Int32Array.from(counts) };
  }

  private functions(fns: readonly number[], callbacks: CallbackFacts, first: boolean): SummaryOutput {
    const { symbols } = this.index;
    const done: number[] = [];
    const starts: number[] = [];
    const data: number[] = [];
    for (const fn of fns) {
      const file = this.index.source(symbols.t.fnFile.at(fn));
      if (!file) continue;
      const summary = this.analysis.analyse(file, symbols.t.fnLocal.at(fn));
      if (isEmpty(summary)) {
        if (first) continue;
        starts.push(-1);
      } else {
        starts.push(data.length);
        encodeSummary(this.portable(summary), this.instances, data);
      }
      done.push(fn);
    }
    const lockTexts = this.locks.all().slice(this.sentLocks);
    this.sentLocks += lockTexts.length;
    const instanceTexts: string[] = [];
    for (; this.sentInstances < this.instances.storedCount; this.sentInstances++)
      instanceTexts.push(this.instances.text(this.sentInstances));
    return {
      thread: threadId,
      fns: Int32Array.from(done),
      starts: Int32Array.from(starts),
      data: Int32Array.from(data),
      callbacks: pairs(callbacks.bound),
      handed: pairs(callbacks.handed),
      started: new Int32Array(0),
      changers: new Int32Array(0),
      releases: new Int32Array(0),
      lockTexts,
      instanceTexts,
    };
  }

  /** Without calls through slots that only this thread has numbered: nobody is known to stand in them. */
  private portable(summary: Summary): Summary {
    const known = (callee: number): boolean => callee >= 0 || ~callee < this.slots;
    return summary.calls.every((call) => known(call.callee))
      ? summary
      : { ...summary, calls: summary.calls.filter((call) => known(call.callee)) };
  }
}

function pairs(map: ReadonlyMap<number, ReadonlySet<number>>): Int32Array {
  return Int32Array.from([...map].flatMap(([key, set]) => [...set].flatMap((value) => [key, value])));
}

const NONE: readonly Effect[] = [];
