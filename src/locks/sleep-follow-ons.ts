import type { CycleFinding } from './finding.ts';

/**
 * Without the lock orders that only say again that something sleeps under a spinlock: a mutex that is taken there has a
 * reverse order nearly always, and is wrong without one.
 */
export function withoutSleepFollowOns(findings: readonly CycleFinding[]): CycleFinding[] {
  const sleeps = findings.filter((finding) => finding.kind === 'sleep-in-atomic' && finding.reported);
  return findings.filter((finding) => finding.kind !== 'abba' || !sleeps.some((sleep) => isSameFault(sleep, finding)));
}

function isSameFault(sleep: CycleFinding, order: CycleFinding): boolean {
  const [path] = order.paths;
  if (!path || path.holds !== sleep.locks[0]) return false;
  if (sleep.introducedBy !== order.introducedBy || sleep.fixedBy !== order.fixedBy) return false;
  const holder = path.chain[path.acquire?.step ?? 0]?.function;
  return sleep.paths.some((other) => other.chain.some((step) => step.function === holder));
}
