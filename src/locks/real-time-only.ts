import type { CycleFinding } from './finding.ts';

/**
 * Whether a finding needs code that only PREEMPT_RT builds: there spinlocks sleep and keep no interrupts off, so that a
 * chain through such code says nothing about locks that are read as spinlocks.
 */
export function isRealTimeOnly(finding: CycleFinding): boolean {
  const halves = finding.kind === 'abba' || finding.kind === 'wait-under-lock' ? 2 : 1;
  return finding.paths
    .slice(0, halves)
    .some((path) => path.condition?.split(' && ').includes('CONFIG_PREEMPT_RT') ?? false);
}
