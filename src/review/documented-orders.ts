import type { LockIndex, OverlayLocks, RuleSet } from '../locks/index.ts';

/** Reversed orders that are named; one that shows up more often needs another eye than this note. */
const SHOWN = 5;

/**
 * Says where the series takes two locks against a documented order (`rules/orders.yaml`) inside one function, when that
 * function did not do so before.
 */
export function documentedOrders(base: LockIndex, steps: readonly OverlayLocks[], rules: RuleSet): string[] {
  const last = steps.at(-1);
  if (!last || rules.orders.length === 0) return [];
  const reversed = new Map(rules.orders.map((rule) => [`${rule.after}\0${rule.before}`, rule]));
  const touched = new Set(steps.flatMap((step) => [...step.changed]));
  const notes = new Set<string>();
  for (const fn of [...touched].sort((a, b) => a - b)) {
    const before = ordersOf(base, fn);
    for (const order of ordersOf(last, fn)) {
      const rule = reversed.get(order);
      if (!rule || before.has(order)) continue;
      const name = last.tree.symbols.functionName(fn);
      notes.add(
        `${name}() takes ${rule.before} with ${rule.after} held, against a documented order: ${rule.because} (${rule.source})`,
      );
    }
  }
  return [...notes].slice(0, SHOWN);
}

function ordersOf(locks: LockIndex, fn: number): Set<string> {
  const orders = new Set<string>();
  for (const taken of locks.summaryOf(fn).acquisitions) {
    for (const held of taken.held) orders.add(`${locks.locks.text(held.lock)}\0${locks.locks.text(taken.lock)}`);
  }
  return orders;
}
