/**
 * Facts and rules in; lock events, summaries, order witnesses and verdicts out. Knows no mails and no patches: it is given
 * a tree's linked index before and after.
 */
export { isOpaque, type LockIndex, openLockIndex, type OrderSites } from './lock-index.ts';
export { LOCK_KIND, LockTable } from './lock-table.ts';
export * from './rules/index.ts';
export type { Acquisition, Effect, Held, HeldCall, Summary } from './summary.ts';
