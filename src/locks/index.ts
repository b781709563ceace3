/**
 * Facts and rules in; lock events, summaries, order witnesses and verdicts out. Knows no mails and no patches: it is given
 * a tree's linked index before and after.
 */

export { explainPair } from './explain-pair.ts';
export type {
  CycleFinding,
  OrderPath,
  OrderVerdict,
  PairExplanation,
  PatchVerdict,
  PathSite,
  PathStep,
  SeriesJudgement,
  SiteCount,
} from './finding.ts';
export { judgeSeries } from './judge-series.ts';
export { type FileSides, lockDelta } from './lock-delta.ts';
export { type LockIndex, openLockIndex } from './lock-index.ts';
export { LOCK_KIND, LockTable } from './lock-table.ts';
export { isOpaque } from './opaque-paths.ts';
export type { OrderSites } from './order-sites.ts';
export { type CalledOrder, ordersInside, ordersThroughCalls } from './orders-through-calls.ts';
export { type OverlayLocks, overlayLocks } from './overlay-locks.ts';
export * from './rules/index.ts';
export type { Acquisition, Effect, Held, HeldCall, Summary } from './summary.ts';
export { type UnmatchedRules, unmatchedRules } from './unmatched-rules.ts';
