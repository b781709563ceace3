import type { OverlayIndex } from '../tree/index.ts';
import type { LockIndex } from './lock-index.ts';
import { type CallbackClasses, type CallbackFacts, noCallbacks, RegistrationReader } from './registrations.ts';
import type { RuleSet } from './rules/index.ts';

/** Who is a callback of what in a patched tree. */
export interface OverlayCallbacks {
  runsIn(fn: number): Iterable<number>;
  callbacksIn(lock: number): readonly number[];
  /** Functions that run in other classes than before. */
  readonly moved: ReadonlySet<number>;
}

/** What the changed files register now instead of what they registered before, laid over the tree's callbacks. */
export function overlayCallbacks(base: LockIndex, tree: OverlayIndex, rules: RuleSet): OverlayCallbacks {
  const { symbols } = tree;
  const before = read(base, base.tree, [...tree.touched, ...tree.removed], rules);
  const after = read(base, tree, tree.touched, rules);
  const own = new Map<number, Set<number>>();
  const of = (fn: number): Set<number> => {
    let set = own.get(fn);
    if (!set) {
      set = new Set(base.runsIn(fn));
      own.set(fn, set);
    }
    return set;
  };
  for (const [fn, lock] of difference(before.bound, after.bound)) of(fn).delete(lock);
  for (const [fn, lock] of difference(after.bound, before.bound)) of(fn).add(lock);
  const callbacksOf = (object: number): Set<number> => {
    const fns = new Set(base.callbacksIn(object));
    for (const [fn, set] of own) if (set.has(object)) fns.add(fn);
    return fns;
  };
  for (const [object, on] of difference(before.handed, after.handed))
    for (const fn of callbacksOf(object)) of(fn).delete(on);
  for (const [object, on] of difference(after.handed, before.handed))
    for (const fn of callbacksOf(object)) of(fn).add(on);
  const moved = new Set<number>();
  for (const [fn, set] of own) {
    const was = new Set(base.runsIn(fn));
    if (symbols.t.fnFile.find(fn) >= 0 && (was.size !== set.size || [...set].some((lock) => !was.has(lock))))
      moved.add(fn);
  }
  return {
    runsIn: (fn) => own.get(fn) ?? base.runsIn(fn),
    callbacksIn: (lock) => [
      ...base.callbacksIn(lock).filter((fn) => !own.has(fn)),
      ...[...own].filter(([, set]) => set.has(lock)).map(([fn]) => fn),
    ],
    moved,
  };
}

function read(base: LockIndex, index: LockIndex['tree'], fns: readonly number[], rules: RuleSet): CallbackFacts {
  const facts = noCallbacks();
  const reader = new RegistrationReader(index, rules, base.locks);
  const files = new Set(fns.map((fn) => index.symbols.t.fnFile.find(fn)));
  for (const id of [...files].sort((a, b) => a - b)) {
    const file = id < 0 || index.symbols.gone.has(id) ? null : index.source(id);
    if (file) reader.read(file, facts);
  }
  return facts;
}

/** Pairs of `a` that `b` has not. */
function difference(a: CallbackClasses, b: CallbackClasses): [number, number][] {
  return [...a].flatMap(([key, set]) =>
    [...set].filter((value) => !b.get(key)?.has(value)).map((value): [number, number] => [key, value]),
  );
}
