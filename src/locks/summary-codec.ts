import type { GlobalNames } from '../tree/index.ts';
import { type Acquisition, EFFECT, type Effect, type Held, type HeldCall, type Summary, WHEN } from './summary.ts';

/** Appends a summary to `out`; instances are interned in `instances`. */
export function encodeSummary(summary: Summary, instances: GlobalNames, out: number[]): void {
  const flags = (summary.bounded ? BOUNDED : 0) | (summary.unsettled ? UNSETTLED : 0);
  out.push(summary.effects.length, summary.acquisitions.length, summary.calls.length, flags);
  for (const e of summary.effects)
    out.push(
      e.kind,
      e.lock,
      instances.internString(e.instance),
      e.mode,
      e.when,
      (e.reentrant ? 1 : 0) | (e.tries ? 2 : 0),
    );
  for (const a of summary.acquisitions) {
    out.push(
      a.lock,
      instances.internString(a.instance),
      a.mode | (a.tries ? 4 : 0) | (a.reentrant ? 8 : 0) | (a.nested ? 16 : 0),
      a.line,
      a.via,
    );
    encodeHeld(a.held, instances, out);
    encodeList(a.dropped, out);
  }
  for (const c of summary.calls) {
    out.push(c.callee, c.line);
    encodeHeld(c.held, instances, out);
    encodeList(c.dropped, out);
  }
}

function encodeHeld(held: readonly Held[], instances: GlobalNames, out: number[]): void {
  out.push(held.length);
  for (const h of held) out.push(h.lock, instances.internString(h.instance), h.mode | (h.entry ? 4 : 0), h.line, h.via);
}

function encodeList(list: readonly number[], out: number[]): void {
  out.push(list.length);
  for (const item of list) out.push(item);
}

/** Reads the summary that begins at `start`; its parts are made when they are asked for. */
export function decodeSummary(words: Int32Array, start: number, instances: GlobalNames): Summary {
  return new StoredSummary(words, start, instances);
}

/** The calls through one callee word; the others are not made into objects. */
export function callsTo(summary: Summary, callee: number): readonly HeldCall[] {
  if (summary instanceof StoredSummary) return summary.callsTo(callee);
  return summary.calls.length === 0 ? NONE : summary.calls.filter((call) => call.callee === callee);
}

/** Whether a function is a wrapper of a lock that its owner may enter again. */
export function mayReenter(summary: Summary, lock: number): boolean {
  if (summary instanceof StoredSummary) return summary.mayReenter(lock);
  return summary.effects.some((effect) => effect.reentrant && effect.lock === lock);
}

/** Where a function waits for a lock that is wanted; the others are not made into objects. */
export function takenIn(summary: Summary, isWanted: (lock: number) => boolean): readonly Acquisition[] {
  if (summary instanceof StoredSummary && !summary.waitsFor(isWanted)) return NONE;
  return summary.acquisitions.filter((taken) => !taken.tries);
}

/**
 * A summary in its stored form. A search asks for thousands of summaries and looks at one part of each: to make all of
 * them into objects took most of its time.
 */
class StoredSummary implements Summary {
  private readonly words: Int32Array;
  private readonly instances: GlobalNames;
  private readonly start: number;
  private at = 0;
  private callsAt = -1;
  private knownEffects: Effect[] | null = null;
  private knownAcquisitions: Acquisition[] | null = null;
  private knownCalls: HeldCall[] | null = null;

  constructor(words: Int32Array, start: number, instances: GlobalNames) {
    this.words = words;
    this.start = start;
    this.instances = instances;
  }

  get bounded(): boolean {
    return ((this.words[this.start + 3] as number) & BOUNDED) !== 0;
  }

  get unsettled(): boolean {
    return ((this.words[this.start + 3] as number) & UNSETTLED) !== 0;
  }

  get effects(): readonly Effect[] {
    if (!this.knownEffects) {
      this.knownEffects = [];
      this.at = this.start + HEAD;
      for (let n = this.words[this.start] as number; n > 0; n--) this.knownEffects.push(this.effect());
    }
    return this.knownEffects;
  }

  get acquisitions(): readonly Acquisition[] {
    if (!this.knownAcquisitions) {
      this.knownAcquisitions = [];
      this.at = this.acquisitionsAt();
      for (let n = this.words[this.start + 1] as number; n > 0; n--) this.knownAcquisitions.push(this.acquisition());
    }
    return this.knownAcquisitions;
  }

  get calls(): readonly HeldCall[] {
    if (!this.knownCalls) {
      this.knownCalls = [];
      const count = this.words[this.start + 2] as number;
      if (count > 0) {
        this.at = this.acquisitionsAt();
        for (let n = this.words[this.start + 1] as number; n > 0; n--) this.skip(5);
        for (let n = count; n > 0; n--)
          this.knownCalls.push({ callee: this.next(), line: this.next(), held: this.held(), dropped: this.list() });
      }
    }
    return this.knownCalls;
  }

  callsTo(callee: number): readonly HeldCall[] {
    if (this.knownCalls) return this.knownCalls.filter((call) => call.callee === callee);
    const { words } = this;
    const count = words[this.start + 2] as number;
    if (count === 0) return NONE;
    if (this.callsAt < 0) {
      this.at = this.acquisitionsAt();
      for (let n = words[this.start + 1] as number; n > 0; n--) this.skip(5);
      this.callsAt = this.at;
    }
    let out: HeldCall[] | null = null;
    this.at = this.callsAt;
    for (let n = count; n > 0; n--) {
      if (words[this.at] !== callee) {
        this.skip(2);
        continue;
      }
      out ??= [];
      out.push({ callee: this.next(), line: this.next(), held: this.held(), dropped: this.list() });
    }
    return out ?? NONE;
  }

  mayReenter(lock: number): boolean {
    const { words, start } = this;
    for (let n = words[start] as number, at = start + HEAD; n > 0; n--, at += EFFECT_WORDS)
      if (words[at + 1] === lock && ((words[at + 5] as number) & 1) !== 0) return true;
    return false;
  }

  waitsFor(isWanted: (lock: number) => boolean): boolean {
    const { words, start } = this;
    const count = words[start + 1] as number;
    if (count === 0) return false;
    this.at = this.acquisitionsAt();
    for (let n = count; n > 0; n--) {
      if (((words[this.at + 2] as number) & 4) === 0 && isWanted(words[this.at] as number)) return true;
      this.skip(5);
    }
    return false;
  }

  private acquisitionsAt(): number {
    return this.start + HEAD + EFFECT_WORDS * (this.words[this.start] as number);
  }

  private next(): number {
    return this.words[this.at++] as number;
  }

  /** Passes over an entry of some words, a held set and a list. */
  private skip(fixed: number): void {
    this.at += fixed;
    this.at += 1 + HELD_WORDS * (this.words[this.at] as number);
    this.at += 1 + (this.words[this.at] as number);
  }

  private list(): readonly number[] {
    const count = this.next();
    if (count === 0) return NONE;
    const out = Array.from(this.words.subarray(this.at, this.at + count));
    this.at += count;
    return out;
  }

  private held(): readonly Held[] {
    const count = this.next();
    if (count === 0) return NONE;
    const out: Held[] = [];
    for (let n = count; n > 0; n--) {
      const lock = this.next();
      const instance = this.instances.text(this.next());
      const bits = this.next();
      out.push({ lock, instance, mode: bits & 3, entry: (bits & 4) !== 0, line: this.next(), via: this.next() });
    }
    return out;
  }

  private effect(): Effect {
    const kind = this.next();
    const lock = this.next();
    const instance = this.instances.text(this.next());
    const mode = this.next();
    const when = this.next();
    const bits = this.next();
    return { kind, lock, instance, mode, when, reentrant: (bits & 1) !== 0, tries: (bits & 2) !== 0 };
  }

  private acquisition(): Acquisition {
    const lock = this.next();
    const instance = this.instances.text(this.next());
    const bits = this.next();
    return {
      lock,
      instance,
      mode: bits & 3,
      tries: (bits & 4) !== 0,
      reentrant: (bits & 8) !== 0,
      nested: (bits & 16) !== 0,
      line: this.next(),
      via: this.next(),
      held: this.held(),
      dropped: this.list(),
    };
  }
}

/** Makes the releases of an encoded summary half of a pair, in place (see half-pairs.ts). */
export function halveSummary(words: Int32Array, start: number): void {
  const count = words[start] as number;
  for (let i = 0; i < count; i++) {
    const at = start + HEAD + i * EFFECT_WORDS;
    if (words[at] !== EFFECT.RELEASE) continue;
    words[at] = EFFECT.MAY_RELEASE;
    words[at + 4] = WHEN.ALWAYS;
  }
}

/** An encoded summary without its net effects, marked as unsettled; an empty one when there is none yet. */
export function unsettleSummary(words: Int32Array, start: number, end: number): Int32Array {
  if (end <= start) return Int32Array.of(0, 0, 0, UNSETTLED);
  const effects = EFFECT_WORDS * (words[start] as number);
  const rest = words.subarray(start + HEAD + effects, end);
  const out = new Int32Array(HEAD + rest.length);
  out.set(words.subarray(start, start + HEAD));
  out.set(rest, HEAD);
  out[0] = 0;
  out[3] = (out[3] as number) | UNSETTLED;
  return out;
}

/**
 * Moves an encoded summary from the numbers of one lock table and its instances to those of another, in place; gives
 * where the next one begins. Follows `encodeSummary` word by word.
 */
export function renumberSummary(
  words: Int32Array,
  start: number,
  locks: ArrayLike<number>,
  instances: ArrayLike<number>,
): number {
  let at = start;
  const lock = (): void => {
    words[at] = locks[words[at] as number] as number;
    at++;
  };
  const instance = (): void => {
    words[at] = instances[words[at] as number] as number;
    at++;
  };
  const list = (of: () => void): void => {
    for (let n = words[at++] as number; n > 0; n--) of();
  };
  const held = (): void => {
    lock();
    instance();
    at += 3;
  };
  const effects = words[at++] as number;
  const acquisitions = words[at++] as number;
  const calls = words[at++] as number;
  at++;
  for (let i = 0; i < effects; i++) {
    at++;
    lock();
    instance();
    at += 3;
  }
  for (let i = 0; i < acquisitions; i++) {
    lock();
    instance();
    at += 3;
    list(held);
    list(lock);
  }
  for (let i = 0; i < calls; i++) {
    at += 2;
    list(held);
    list(lock);
  }
  return at;
}

const HEAD = 4;
const BOUNDED = 1;
const UNSETTLED = 2;
const EFFECT_WORDS = 6;
const HELD_WORDS = 5;
const NONE: readonly never[] = [];
