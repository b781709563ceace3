/** When a net effect happens: always, told by the return value, or by whether a parameter is true. */
export const WHEN = {
  ALWAYS: 0,
  ZERO: 1,
  NONZERO: 2,
  NOT_NEGATIVE: 3,
  NEGATIVE: 4,
  PARAMETER_TRUE: 16,
  PARAMETER_FALSE: 32,
  /** Two parameters together: 32 * one + two, each twice its position, and one more when it must be false. */
  BOTH: 1024,
} as const;

export const MODE = { EXCLUSIVE: 0, SHARED: 1, RECURSIVE: 2 } as const;

/**
 * TOUCH: taken and let go inside, of a place that only the caller can name. EXPECT: let go and taken again inside, so
 * that the caller has to hold it; `when` counts the levels down to where that happens.
 */
export const EFFECT = { ACQUIRE: 0, RELEASE: 1, MAY_RELEASE: 2, TOUCH: 3, EXPECT: 4 } as const;

/** A lock held at some place. */
export interface Held {
  /** Id in the lock table. */
  readonly lock: number;
  /** Spelling of the object, relative to the function. */
  readonly instance: string;
  readonly mode: number;
  /** Where it was taken in this function; the function's line when it came in held. */
  readonly line: number;
  /** The wrapper that took it, -1 for a primitive. */
  readonly via: number;
  /** Asserted to be held on entry (`lockdep_assert_held`, `__must_hold`). */
  readonly entry: boolean;
}

/** One place where a lock is taken, with what is held there. */
export interface Acquisition {
  readonly lock: number;
  readonly instance: string;
  readonly mode: number;
  readonly line: number;
  readonly via: number;
  /** A trylock cannot wait. */
  readonly tries: boolean;
  /** Taking it again on the same task is not a self-deadlock. */
  readonly reentrant: boolean;
  /** Taken with a lockdep subclass or nest lock. */
  readonly nested: boolean;
  readonly held: readonly Held[];
  /** Locks that the caller held and this function has let go of by then. */
  readonly dropped: readonly number[];
}

/** A call made while locks are held, or while locks of the caller are let go. */
export interface HeldCall {
  /** Callee word: function id, or ~slot. */
  readonly callee: number;
  readonly line: number;
  readonly held: readonly Held[];
  readonly dropped: readonly number[];
}

/** What a function does to its caller's locks. */
export interface Effect {
  readonly kind: number;
  readonly lock: number;
  readonly instance: string;
  readonly mode: number;
  readonly when: number;
  readonly reentrant: boolean;
  /** Taken without waiting for it: an order that leads here cannot block. */
  readonly tries: boolean;
}

/** All that the order analysis knows of one function. */
export interface Summary {
  readonly effects: readonly Effect[];
  readonly acquisitions: readonly Acquisition[];
  readonly calls: readonly HeldCall[];
  /** The bound on states was hit: some paths were not followed. */
  readonly bounded: boolean;
  /** What it does to its caller depends on itself, by recursion, and never settles: it exports nothing. */
  readonly unsettled: boolean;
}

/** Times that the net effects of a function may change while effects travel, before they count as unsettled. */
export const CHANGES = 4;

export const EMPTY_SUMMARY: Summary = { effects: [], acquisitions: [], calls: [], bounded: false, unsettled: false };

export function isEmpty(summary: Summary): boolean {
  return summary.effects.length === 0 && summary.acquisitions.length === 0 && summary.calls.length === 0;
}

/** Whether two functions do the same to their callers, in the same order. */
export function sameEffects(a: readonly Effect[], b: readonly Effect[]): boolean {
  const key = (e: Effect): string => `${e.kind}|${e.lock}|${e.instance}|${e.mode}|${e.when}|${e.reentrant}|${e.tries}`;
  return a.length === b.length && a.every((effect, i) => key(effect) === key(b[i] as Effect));
}
