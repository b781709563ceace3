import type { Witness } from './order-search.ts';

/** The two orders of a pair of lock classes; `a` and `b` as the first change had them: a held, b taken. */
export interface LockPair {
  readonly a: number;
  readonly b: number;
  /** Per patch: witnesses added and gone, of either direction. */
  readonly added: Witness[][];
  readonly gone: Witness[][];
}

/** What makes two witnesses the same path although lines moved. */
export function keyOf(witness: Witness): string {
  const last = witness.links[witness.links.length - 1];
  return `${witness.held.lock}|${witness.taken.lock}|${witness.holder}|${witness.links[0]?.word ?? ''}|${last?.callee ?? ''}`;
}

/** What makes two witnesses the order of one holder, whatever the way. */
export function holderKeyOf({ held, taken, holder }: Witness): string {
  return `${held.lock}|${taken.lock}|${holder}`;
}

/** Cost of the cheapest of some witnesses. */
export function cheapest(list: readonly Witness[]): number {
  return list.reduce((least, witness) => Math.min(least, witness.cost), Number.POSITIVE_INFINITY);
}
