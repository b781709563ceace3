import { X } from '../csource/index.ts';
import type { LinkedFile } from '../tree/index.ts';

/** What is known of a value on a path. */
export const VALUE = {
  ZERO: 0,
  NONZERO: 1,
  NEGATIVE: 2,
  NOT_NEGATIVE: 3,
  POSITIVE: 4,
  NOT_POSITIVE: 5,
  EQUAL: 16,
  UNEQUAL: 0x8000000,
} as const;

/** The signs that a value may have: 1 negative, 2 zero, 4 positive; by VALUE. */
const SIGNS: readonly number[] = [2, 5, 1, 6, 4, 3];

/** What is known of a value of which two things are known; -1 when they contradict each other. */
export function bothOf(known: number, more: number): number {
  if (known < 0) return more;
  if (known >= VALUE.EQUAL) return more >= VALUE.EQUAL && known >= VALUE.UNEQUAL ? more : known;
  if (more >= VALUE.EQUAL) return more;
  const signs = (SIGNS[known] as number) & (SIGNS[more] as number);
  return signs === 0 ? -1 : SIGNS.indexOf(signs);
}

/** 1 when a value is known not to be zero, 0 when it is known to be zero, -1 otherwise. */
export function truthOfValue(known: number): number {
  if (known < 0 || known >= VALUE.EQUAL) return -1;
  const signs = SIGNS[known] as number;
  return signs === 2 ? 0 : (signs & 2) === 0 ? 1 : -1;
}

/** Pseudo expressions that carry facts about the path itself. */
export const PATH = {
  /** The current task was found to be the lock's owner. */
  OWNER: -1,
  /** A counter outside the function went up or down. */
  COUNTED: -2,
  /** A WARN_ON fired: a path for bugs. */
  WARNED: -3,
  /** A test said that sleeping is allowed here. */
  TASK: -4,
} as const;

const WARNINGS =
  /^(WARN|WARN_ON|WARN_ON_ONCE|WARN_ONCE|BUG_ON|WARN_ON_SMP|VM_WARN_ON\w*|lockdep_assert\w*|DEBUG_LOCKS_WARN_ON|drm_WARN_ON\w*|RB_WARN_ON|XFS_IS_CORRUPT)$/;

/** Sets of (expression, value), interned per function so that a state is two numbers. Set 0 is empty. */
export class Assumptions {
  /** Pairs one behind the other, by expression. */
  private readonly sets: number[][] = [[]];
  /** The newest set of a hash, and for each set the one of the same hash before it. */
  private readonly byHash = new Map<number, number>();
  private readonly before: number[] = [-1];
  private readonly draft: number[] = [];

  /** Value known of an expression, -1 when nothing is. */
  get(set: number, expr: number): number {
    const pairs = this.sets[set] as number[];
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === expr) return pairs[i + 1] as number;
    return -1;
  }

  with(set: number, expr: number, value: number): number {
    const pairs = this.sets[set] as number[];
    const { draft } = this;
    let n = 0;
    let done = false;
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i] as number;
      if (!done && key >= expr) {
        if (key === expr && pairs[i + 1] === value) return set;
        draft[n++] = expr;
        draft[n++] = value;
        done = true;
        if (key === expr) continue;
      }
      draft[n++] = key;
      draft[n++] = pairs[i + 1] as number;
    }
    if (!done) {
      draft[n++] = expr;
      draft[n++] = value;
    }
    return this.intern(n);
  }

  /** Without what is known of some expressions. */
  without(set: number, gone: readonly number[]): number {
    const pairs = this.sets[set] as number[];
    let first = 0;
    while (first < pairs.length && !gone.includes(pairs[first] as number)) first += 2;
    if (first >= pairs.length) return set;
    const { draft } = this;
    let n = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i] as number;
      if (i >= first && gone.includes(key)) continue;
      draft[n++] = key;
      draft[n++] = pairs[i + 1] as number;
    }
    return this.intern(n);
  }

  /** With only what is known of the path itself and of some expressions. */
  only(set: number, wanted: ReadonlySet<number>): number {
    const pairs = this.sets[set] as number[];
    const gone: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const expr = pairs[i] as number;
      if (expr >= 0 && !wanted.has(expr)) gone.push(expr);
    }
    return gone.length === 0 ? set : this.without(set, gone);
  }

  /** Id of the first `length` words of the draft. */
  private intern(length: number): number {
    if (length === 0) return 0;
    const { draft } = this;
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + (draft[i] as number)) | 0;
    const newest = this.byHash.get(hash) ?? -1;
    for (let id = newest; id >= 0; id = this.before[id] as number) {
      const pairs = this.sets[id] as number[];
      let i = pairs.length === length ? 0 : length + 1;
      while (i < length && pairs[i] === draft[i]) i++;
      if (i === length) return id;
    }
    const id = this.sets.length;
    this.sets.push(draft.slice(0, length));
    this.before.push(newest);
    this.byHash.set(hash, id);
    return id;
  }
}

/** A condition in its simplest form: a subject compared with nothing, zero, a constant, or the current task. */
export interface Test {
  readonly subject: number;
  /** `truth`: subject is nonzero; `negative`: subject < 0; `positive`: subject > 0; `equal`: subject == constant. */
  readonly kind: 'truth' | 'negative' | 'positive' | 'equal' | 'constant';
  /** The test holds when this is the outcome of `kind`. */
  readonly sense: boolean;
  /** The constant's expression for `equal`; 1 or 0 for `constant`. */
  readonly constant: number;
  /** Compares with the current task, or with the error that says that it holds the lock already. */
  readonly owner: boolean;
  readonly warns: boolean;
}

/** Reduces a condition. */
export function testOf(file: LinkedFile, condition: number): Test {
  let e = condition;
  let sense = true;
  let warns = false;
  for (let i = 0; i < 12; i++) {
    const kind = file.kind(e);
    if (kind === X.NOT) {
      sense = !sense;
      e = file.a(e);
      continue;
    }
    if (kind === X.CAST) {
      e = file.b(e);
      continue;
    }
    if (kind === X.NUM)
      return { subject: e, kind: 'constant', sense, constant: file.a(e) !== 0 ? 1 : 0, owner: false, warns };
    if (kind === X.CALL && file.kind(file.a(e)) === X.NAME) {
      const name = file.name(file.a(file.a(e)));
      const args = file.list(file.b(e));
      if (WARNINGS.test(name) && args.length > 0) {
        warns = true;
        e = args[args.length > 1 && name.startsWith('drm_') ? 1 : 0] as number;
        continue;
      }
      if ((name === 'IS_ERR' || name === 'IS_ERR_VALUE') && args.length === 1)
        return { subject: strip(file, args[0] as number), kind: 'negative', sense, constant: 0, owner: false, warns };
      if (name === 'IS_ERR_OR_NULL' && args.length === 1)
        return {
          subject: strip(file, args[0] as number),
          kind: 'positive',
          sense: !sense,
          constant: 0,
          owner: false,
          warns,
        };
      if (
        (name === 'PTR_ERR_OR_ZERO' ||
          name === 'IS_ENABLED' ||
          name === 'READ_ONCE' ||
          name === 'data_race' ||
          name === 'smp_load_acquire') &&
        args.length === 1
      ) {
        e = args[0] as number;
        if (name === 'PTR_ERR_OR_ZERO')
          return { subject: strip(file, e), kind: 'negative', sense, constant: 0, owner: false, warns };
        continue;
      }
      break;
    }
    if (kind === X.EQ || kind === X.NE) {
      if (kind === X.NE) sense = !sense;
      let [subject, other] = [strip(file, file.a(e)), strip(file, file.b(e))];
      if (isConstant(file, subject) && !isConstant(file, other)) [subject, other] = [other, subject];
      if (isCurrent(file, other) || isCurrent(file, subject))
        return { subject: e, kind: 'truth', sense: kind === X.EQ ? sense : sense, constant: 0, owner: true, warns };
      if (isZero(file, other)) {
        e = subject;
        sense = !sense;
        continue;
      }
      if (isConstant(file, other))
        return { subject, kind: 'equal', sense, constant: other, owner: isAlready(file, other), warns };
      return {
        subject: e,
        kind: 'truth',
        sense: true !== (kind === X.NE) ? sense : !sense,
        constant: 0,
        owner: false,
        warns,
      };
    }
    if (kind === X.LT && isZero(file, strip(file, file.b(e))))
      return { subject: strip(file, file.a(e)), kind: 'negative', sense, constant: 0, owner: false, warns };
    if (kind === X.GE && isZero(file, strip(file, file.b(e))))
      return { subject: strip(file, file.a(e)), kind: 'negative', sense: !sense, constant: 0, owner: false, warns };
    if (kind === X.GT && isZero(file, strip(file, file.b(e))))
      return { subject: strip(file, file.a(e)), kind: 'positive', sense, constant: 0, owner: false, warns };
    if (kind === X.LE && isZero(file, strip(file, file.b(e))))
      return { subject: strip(file, file.a(e)), kind: 'positive', sense: !sense, constant: 0, owner: false, warns };
    if (kind === X.ASSIGN) {
      e = file.a(e);
      continue;
    }
    break;
  }
  return { subject: e, kind: 'truth', sense, constant: 0, owner: false, warns };
}

/** `-EALREADY`: what a wound/wait lock answers to a context that holds it. */
function isAlready(file: LinkedFile, expr: number): boolean {
  const inner = file.kind(expr) === X.NEG ? file.a(expr) : -1;
  return inner >= 0 && file.kind(inner) === X.NAME && file.name(file.a(inner)) === 'EALREADY';
}

function strip(file: LinkedFile, expr: number): number {
  let e = expr;
  for (let i = 0; i < 6; i++) {
    if (file.kind(e) === X.CAST) e = file.b(e);
    else if (file.kind(e) === X.CALL && file.kind(file.a(e)) === X.NAME && file.name(file.a(file.a(e))) === 'READ_ONCE')
      e = file.list(file.b(e))[0] as number;
    else break;
  }
  return e;
}

function isZero(file: LinkedFile, expr: number): boolean {
  return (
    (file.kind(expr) === X.NUM && file.a(expr) === 0) ||
    (file.kind(expr) === X.NAME && /^(NULL|false)$/.test(file.name(file.a(expr))))
  );
}

function isConstant(file: LinkedFile, expr: number): boolean {
  const kind = file.kind(expr);
  if (kind === X.NUM || kind === X.NEG) return true;
  return kind === X.NAME && /^([A-Z][A-Z0-9_]*|NULL|true|false)$/.test(file.name(file.a(expr)));
}

function isCurrent(file: LinkedFile, expr: number): boolean {
  const kind = file.kind(expr);
  if (kind === X.NAME) return file.name(file.a(expr)) === 'current';
  return kind === X.CALL && file.kind(file.a(expr)) === X.NAME && file.name(file.a(file.a(expr))) === 'get_current';
}

/** What a constant, an error code or a null is worth; -1 when it cannot be told. */
export function knownValue(file: LinkedFile, expr: number): number {
  if (expr < 0) return -1;
  switch (file.kind(expr)) {
    case X.NUM:
      return file.a(expr) === 0 ? VALUE.ZERO : VALUE.POSITIVE;
    case X.NEG:
      return VALUE.NEGATIVE;
    case X.CAST:
      return knownValue(file, file.b(expr));
    case X.NAME: {
      const name = file.name(file.a(expr));
      if (name === 'NULL' || name === 'false') return VALUE.ZERO;
      if (name === 'true') return VALUE.POSITIVE;
      return -1;
    }
    case X.ADDR:
    case X.STRING:
      return VALUE.POSITIVE;
    case X.CALL:
      return file.kind(file.a(expr)) === X.NAME && /^(ERR_PTR|ERR_CAST)$/.test(file.name(file.a(file.a(expr))))
        ? VALUE.NEGATIVE
        : -1;
    default:
      return -1;
  }
}

/** Outcome of a test on a path where `known` is what is assumed of its subject: 1, 0, or -1. */
export function decide(test: Test, known: number): number {
  if (test.kind === 'constant') return (test.constant !== 0) === test.sense ? 1 : 0;
  if (known < 0) return -1;
  let outcome = -1;
  if (known < VALUE.EQUAL) {
    const signs = SIGNS[known] as number;
    const wanted = test.kind === 'truth' ? 5 : test.kind === 'negative' ? 1 : test.kind === 'positive' ? 4 : 0;
    if (test.kind === 'equal') outcome = known === VALUE.ZERO ? 0 : -1;
    else if ((signs & wanted) === 0) outcome = 0;
    else if ((signs & ~wanted) === 0) outcome = 1;
  } else if (test.kind === 'equal') {
    if (known >= VALUE.UNEQUAL) outcome = known - VALUE.UNEQUAL === test.constant ? 0 : -1;
    else outcome = known - VALUE.EQUAL === test.constant ? 1 : 0;
  }
  return outcome < 0 ? -1 : (outcome === 1) === test.sense ? 1 : 0;
}

/** What a test that came out as `truth` says of its subject; -1 when nothing. */
export function learned(test: Test, truth: boolean): number {
  const holds = truth === test.sense;
  if (test.kind === 'truth') return holds ? VALUE.NONZERO : VALUE.ZERO;
  if (test.kind === 'negative') return holds ? VALUE.NEGATIVE : VALUE.NOT_NEGATIVE;
  if (test.kind === 'positive') return holds ? VALUE.POSITIVE : VALUE.NOT_POSITIVE;
  if (test.kind === 'equal') return (holds ? VALUE.EQUAL : VALUE.UNEQUAL) + test.constant;
  return -1;
}
