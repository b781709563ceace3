import { VALUE } from './assumptions.ts';
import type { Entry } from './held-sets.ts';
import { EFFECT, type Effect, WHEN } from './summary.ts';

/** One way out of a function. */
export interface Exit {
  readonly line: number;
  /** What is held, or missing, beyond what came in. */
  readonly net: readonly Entry[];
  /** VALUE of what is returned, -1 when unknown. */
  readonly result: number;
  /** For each parameter: 1 true, 0 false, -1 unknown on this path. */
  readonly parameters: readonly number[];
  readonly owner: boolean;
  readonly counted: boolean;
  readonly warned: boolean;
}

/** Parameters of which two together may tell. */
const PARAMETERS = 8;
/** Longest function, in lock operations, that may be an owner-checked re-entrant wrapper. */
const WRAPPER_EVENTS = 4;

/**
 * The net effects a function exports: only those on which all its exits agree, or which the return value or a parameter
 * tells apart. Everything else is unknown and exports nothing, except that a lock may be gone.
 */
export function netEffects(all: readonly Exit[], events: number): Effect[] {
  const usual = all.filter((exit) => !exit.warned);
  const exits = usual.length > 0 ? usual : all;
  const items = new Map<string, Entry>();
  for (const exit of exits) for (const entry of exit.net) if (!items.has(keyOf(entry))) items.set(keyOf(entry), entry);
  const effects: Effect[] = [];
  for (const [key, entry] of items) {
    const tries = exits.every((exit) => exit.net.every((other) => keyOf(other) !== key || other.tries));
    const has = exits.map((exit) => exit.net.some((other) => keyOf(other) === key));
    let reentrant = entry.reentrant;
    if (events <= WRAPPER_EVENTS && has.some((h) => !h)) {
      // The task that already owns the lock takes it again (or gives one level back): the order is the same.
      const excused = exits.map(
        (exit, i) => !has[i] && exit.net.length === 0 && (entry.missing ? exit.counted || exit.owner : exit.owner),
      );
      if (excused.some(Boolean) && has.every((h, i) => h || excused[i])) {
        const told = whenOf(exits, has);
        reentrant = true;
        // a result that says "I took it" keeps saying so; a plain wrapper counts as taking it
        if (told !== null && (entry.missing || exits.some((exit) => exit.result >= 0))) {
          effects.push({
            kind: entry.missing ? EFFECT.RELEASE : EFFECT.ACQUIRE,
            lock: entry.lock,
            instance: entry.instance,
            mode: entry.mode,
            when: told,
            reentrant,
            tries,
          });
          continue;
        }
        has.fill(true);
      } else if (excused.some(Boolean) && !entry.missing) {
        // the others are told apart without the owner's
        const rest = exits.map((_, i) => i).filter((i) => !excused[i]);
        const told = whenOf(
          rest.map((i) => exits[i] as Exit),
          rest.map((i) => has[i] as boolean),
        );
        if (told !== null) {
          const { lock, instance, mode } = entry;
          effects.push({ kind: EFFECT.ACQUIRE, lock, instance, mode, when: told, reentrant: true, tries });
          continue;
        }
      }
    }
    const when = has.every(Boolean) ? WHEN.ALWAYS : whenOf(exits, has);
    if (when !== null)
      effects.push({
        kind: entry.missing ? EFFECT.RELEASE : EFFECT.ACQUIRE,
        lock: entry.lock,
        instance: entry.instance,
        mode: entry.mode,
        when,
        reentrant,
        tries,
      });
    else if (entry.missing)
      effects.push({
        kind: EFFECT.MAY_RELEASE,
        lock: entry.lock,
        instance: entry.instance,
        mode: entry.mode,
        when: WHEN.ALWAYS,
        reentrant: false,
        tries: false,
      });
  }
  return effects;
}

/** What tells the exits that have it from those that have not; null when nothing does. */
export function whenOf(exits: readonly Exit[], has: readonly boolean[]): number | null {
  const split = (inside: (exit: Exit) => boolean): boolean => exits.every((exit, i) => inside(exit) === has[i]);
  if (split((exit) => exit.result === VALUE.ZERO)) return WHEN.ZERO;
  if (split((exit) => exit.result !== VALUE.ZERO) && exits.some((exit) => exit.result === VALUE.ZERO))
    return WHEN.NONZERO;
  if (split((exit) => exit.result !== VALUE.NEGATIVE) && exits.some((exit) => exit.result === VALUE.NEGATIVE))
    return WHEN.NOT_NEGATIVE;
  if (split((exit) => exit.result === VALUE.NEGATIVE)) return WHEN.NEGATIVE;
  const count = exits[0]?.parameters.length ?? 0;
  for (let p = 0; p < count; p++) {
    if (exits.every((exit, i) => exit.parameters[p] === (has[i] ? 1 : 0))) return WHEN.PARAMETER_TRUE + p;
    if (exits.every((exit, i) => exit.parameters[p] === (has[i] ? 0 : 1))) return WHEN.PARAMETER_FALSE + p;
  }
  const literals = Math.min(count, PARAMETERS) * 2;
  for (let one = 0; one < literals; one++)
    for (let two = one + 2 - (one & 1); two < literals; two++) {
      const told = (exit: Exit, literal: number): number => {
        const truth = exit.parameters[literal >> 1] as number;
        return truth < 0 ? -1 : (truth === 1) === ((literal & 1) === 0) ? 1 : 0;
      };
      const fits = exits.every((exit, i) =>
        has[i] ? told(exit, one) === 1 && told(exit, two) === 1 : told(exit, one) === 0 || told(exit, two) === 0,
      );
      if (fits) return WHEN.BOTH + one * 32 + two;
    }
  return null;
}

function keyOf(entry: Entry): string {
  return `${entry.missing ? '-' : '+'}${entry.lock}|${entry.instance}`;
}

/** The parameters that a net effect asks for, and the truth that each must have; nothing when it asks for none. */
export function parametersOf(when: number): readonly { parameter: number; truth: number }[] {
  if (when >= WHEN.BOTH) {
    const literal = (at: number): { parameter: number; truth: number } => ({ parameter: at >> 1, truth: 1 - (at & 1) });
    return [literal((when - WHEN.BOTH) >> 5), literal((when - WHEN.BOTH) & 31)];
  }
  if (when >= WHEN.PARAMETER_FALSE) return [{ parameter: when - WHEN.PARAMETER_FALSE, truth: 0 }];
  if (when >= WHEN.PARAMETER_TRUE) return [{ parameter: when - WHEN.PARAMETER_TRUE, truth: 1 }];
  return [];
}
