import type { LockTable } from './lock-table.ts';
import type { Summary } from './summary.ts';

/** Orders seen inside single functions: `held[i]` is held where `taken[i]` is taken, in `fn[i]` at `line[i]`. */
export interface OrderSites {
  readonly held: Int32Array;
  readonly taken: Int32Array;
  readonly fn: Int32Array;
  readonly line: Int32Array;
}

/** Calls `visit` for each order inside a function: two classes, the second taken (waiting) while the first is held. */
export function eachOrder(
  summary: Summary,
  locks: LockTable,
  visit: (held: number, taken: number, line: number) => void,
): void {
  for (const a of summary.acquisitions) {
    if (a.tries || !locks.isClass(a.lock)) continue;
    for (const h of a.held) if (h.lock !== a.lock && locks.isClass(h.lock)) visit(h.lock, a.lock, a.line);
  }
}

/** The orders of a tree with some functions replaced. */
export function replaceOrders(base: OrderSites, own: ReadonlyMap<number, Summary>, locks: LockTable): OrderSites {
  const [held, taken, fns, lines]: [number[], number[], number[], number[]] = [[], [], [], []];
  const add = (h: number, t: number, fn: number, line: number): void => {
    held.push(h);
    taken.push(t);
    fns.push(fn);
    lines.push(line);
  };
  for (let i = 0; i < base.held.length; i++) {
    const fn = base.fn[i] as number;
    if (!own.has(fn)) add(base.held[i] as number, base.taken[i] as number, fn, base.line[i] as number);
  }
  for (const [fn, summary] of own) eachOrder(summary, locks, (h, t, line) => add(h, t, fn, line));
  return {
    held: Int32Array.from(held),
    taken: Int32Array.from(taken),
    fn: Int32Array.from(fns),
    line: Int32Array.from(lines),
  };
}
