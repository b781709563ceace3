import { type Exit, whenOf } from './effects.ts';
import { WHEN } from './summary.ts';

/** What the ways out of a function agree on, and where they do not. */
export interface Balance {
  readonly imbalances: readonly Imbalance[];
  /** Locks that the function takes and lets go, and that no way out leaves otherwise than it came in. */
  readonly balanced: ReadonlySet<number>;
}

export const NO_BALANCE: Balance = { imbalances: [], balanced: new Set() };

/** A lock that some way out of a function treats otherwise than the function does elsewhere. */
export interface Imbalance {
  readonly kind: 'missing-unlock' | 'double-unlock' | 'unlock-not-held';
  readonly lock: number;
  /** Where the lock was taken, or let go for the second time. */
  readonly line: number;
  /** The function that took it, -1 when it was this one. */
  readonly via: number;
  /** The way out. */
  readonly exitLine: number;
  /** All ways out hold it: a wrapper by design, unless the function let it go before. */
  readonly always: boolean;
  /** Held on the ways out that report an error, or on ways that nothing tells apart: no design does that. */
  readonly odd: boolean;
  /** The function never gives the lock back itself: this is a fault only if its result told who has it before. */
  readonly handsOver: boolean;
}

/**
 * What the exits of a function disagree about. `taken` and `released` are the locks that the function itself takes and
 * lets go somewhere; what is `ownerless` may be given back by somebody else.
 */
export function imbalancesOf(
  all: readonly Exit[],
  counts: (lock: number) => boolean,
  taken: ReadonlySet<number>,
  released: ReadonlySet<number>,
  ownerless: ReadonlySet<number> = new Set(),
): Imbalance[] {
  const usual = all.filter((exit) => !exit.warned);
  const exits = usual.length > 0 ? usual : all;
  const out: Imbalance[] = [];
  const seen = new Set<string>();
  for (const exit of exits) {
    for (const entry of exit.net) {
      const key = `${entry.missing}|${entry.lock}`;
      if (seen.has(key) || !counts(entry.lock) || entry.reentrant || entry.instance.includes('~')) continue;
      seen.add(key);
      const has = exits.map((other) => other.net.some((e) => e.lock === entry.lock && e.missing === entry.missing));
      const always = has.every(Boolean);
      const when = always ? WHEN.ALWAYS : whenOf(exits, has);
      const bad = exits.filter((_, i) => has[i]);
      const at = bad[bad.length - 1] as Exit;
      const culprit = at.net.find((e) => e.lock === entry.lock && e.missing === entry.missing) ?? entry;
      const odd = when === null || when === WHEN.NEGATIVE;
      if (ownerless.has(entry.lock) && (entry.missing || always || !odd || !released.has(entry.lock))) continue;
      if (entry.missing) {
        // letting go of the caller's lock on every way, or where the result tells, is a wrapper
        if (!taken.has(entry.lock) && when !== null) continue;
        out.push({
          kind: taken.has(entry.lock) ? 'double-unlock' : 'unlock-not-held',
          lock: entry.lock,
          line: culprit.line,
          via: culprit.via,
          exitLine: at.line,
          always,
          odd,
          handsOver: false,
        });
      } else if (always || odd || released.has(entry.lock)) {
        out.push({
          kind: 'missing-unlock',
          lock: entry.lock,
          line: culprit.line,
          via: culprit.via,
          exitLine: at.line,
          always,
          odd,
          handsOver: !released.has(entry.lock) && !always,
        });
      }
    }
  }
  return out;
}
