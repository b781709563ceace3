import type { CallGraph } from '../tree/index.ts';
import { EFFECT, type Effect } from './summary.ts';

/** How often the callers of a function held what it gives back, and how often not. */
export interface ReleaseCount {
  matched: number;
  missed: number;
}

/** Functions that give back a lock of their caller. */
export function givers(effects: ReadonlyMap<number, readonly Effect[]>): number[] {
  return [...effects].filter(([, list]) => list.some((effect) => effect.kind === EFFECT.RELEASE)).map(([fn]) => fn);
}

/**
 * Functions that give back a lock which none of their callers is known to hold: the other half of the pair is too clever to
 * be inferred, there or in the function itself, so that the release would count for one of the caller's own locks. Who is
 * called by nobody (a slot calls it) is believed if a function of its file takes the lock for its caller.
 */
export function halfPairs(
  graph: Pick<CallGraph, 'callersOf'>,
  effects: ReadonlyMap<number, readonly Effect[]>,
  counts: ReadonlyMap<number, ReleaseCount>,
  fileOf: (fn: number) => number,
): Set<number> {
  const giving = givers(effects);
  const taken = new Set<string>();
  for (const [fn, list] of effects)
    for (const effect of list) if (effect.kind === EFFECT.ACQUIRE) taken.add(`${fileOf(fn)}|${effect.lock}`);
  const believed = new Set(giving.filter((fn) => (counts.get(fn)?.matched ?? 0) > 0));
  // a wrapper around a wrapper that is matched is one too
  for (let grew = true; grew; ) {
    grew = false;
    for (const fn of giving) {
      if (believed.has(fn) || !graph.callersOf(fn).some((caller) => believed.has(caller))) continue;
      believed.add(fn);
      grew = true;
    }
  }
  const isPaired = (fn: number): boolean =>
    graph.callersOf(fn).length === 0 &&
    (effects.get(fn) ?? []).some(
      (effect) => effect.kind === EFFECT.RELEASE && taken.has(`${fileOf(fn)}|${effect.lock}`),
    );
  return new Set(giving.filter((fn) => !believed.has(fn) && !isPaired(fn)));
}

/** The effects of half a pair: what it gives back may have been anybody's. */
export function halved(effects: readonly Effect[]): Effect[] {
  return effects.map((effect) =>
    effect.kind === EFFECT.RELEASE ? { ...effect, kind: EFFECT.MAY_RELEASE, when: 0 } : effect,
  );
}
