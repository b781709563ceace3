import type { CycleFinding, SeriesJudgement } from './finding.ts';
import { InstanceTracing } from './instances.ts';
import { invertedPairs } from './inverted-pairs.ts';
import { judgeBalance } from './judge-balance.ts';
import { judgeContexts } from './judge-contexts.ts';
import { judgePair } from './judge-pair.ts';
import { judgeRings } from './judge-rings.ts';
import { isSelfDeadlock, judgeSelf, type SelfChanges } from './judge-self.ts';
import type { LockIndex } from './lock-index.ts';
import type { LockPair } from './lock-pair.ts';
import { orderChanges } from './order-changes.ts';
import { OrderSearch, type Witness } from './order-search.ts';
import type { OverlayLocks } from './overlay-locks.ts';
import { isRealTimeOnly } from './real-time-only.ts';
import type { RuleSet } from './rules/index.ts';
import { oneForEachFault } from './same-fault.ts';
import { withoutSleepFollowOns } from './sleep-follow-ons.ts';

/**
 * Says what a series does to the lock order: `steps[i]` is the tree after patch i + 1, laid over the one before.
 *
 * @example
 * const judgement = judgeSeries(base, [afterPatch1, afterPatch2], rules);
 */
export function judgeSeries(base: LockIndex, steps: readonly OverlayLocks[], rules: RuleSet): SeriesJudgement {
  const views = [base, ...steps];
  const first = new OrderSearch(base, rules);
  const searches = [first, ...steps.map((step) => new OrderSearch(step, rules, first))];
  const pairs = new Map<string, LockPair>();
  const selfs = new Map<string, SelfChanges>();
  const none = (): Witness[][] => steps.map(() => []);

  steps.forEach((step, i) => {
    const old = views[i] as LockIndex;
    const fns = new Set([
      ...((step.tree as { touched?: readonly number[] }).touched ?? []),
      ...((step.tree as { removed?: readonly number[] }).removed ?? []),
      ...step.changed,
      ...step.tree.graph.retargeted(),
    ]);
    for (const [which, from, to, search] of [
      ['added', old, step, searches[i + 1]],
      ['gone', step, old, searches[i]],
    ] as const) {
      const tracing = new InstanceTracing(to, rules);
      for (const change of orderChanges(from, to, search as OrderSearch, fns)) {
        if (change.held === change.taken) {
          for (const witness of (search as OrderSearch).possible(change.witnesses))
            if (isSelfDeadlock(witness, tracing, to, rules)) {
              const key = `${change.held}|${witness.links.length === 0 ? witness.holder : (witness.links[witness.links.length - 1] as { callee: number }).callee}`;
              const known = selfs.get(key) ?? { added: none(), gone: none() };
              selfs.set(key, known);
              (known[which][i] as Witness[]).push(witness);
            }
          continue;
        }
        const key = change.held < change.taken ? `${change.held}|${change.taken}` : `${change.taken}|${change.held}`;
        let pair = pairs.get(key);
        if (!pair) {
          pair = { a: change.held, b: change.taken, added: none(), gone: none() };
          pairs.set(key, pair);
        }
        (pair[which][i] as Witness[]).push(...change.witnesses);
      }
    }
  });

  const findings: CycleFinding[] = [];
  const inverted = invertedPairs([...pairs.values()], searches);
  for (const pair of inverted) {
    const finding = judgePair(pair, views, searches, rules);
    if (finding) findings.push(finding);
  }
  findings.push(...judgeRings([...pairs.values()], new Set(inverted), searches, rules));
  for (const [, self] of selfs) {
    const finding = judgeSelf(self, searches);
    if (finding) findings.push(finding);
  }
  findings.push(...judgeBalance(base, steps, rules));
  findings.push(...judgeContexts(base, steps, searches, rules, [...pairs.values()]));
  const built = findings.filter((finding) => !isRealTimeOnly(finding));
  const wanted = built.filter((finding) => !isSuppressed(finding, rules));
  const shown = oneForEachFault(withoutSleepFollowOns(wanted), base, steps);
  const bounds = searches.some((search) => search.cutShort)
    ? ['some searches for the reverse order met more functions than they look at']
    : [];
  const skipped = steps.reduce((sum, step) => sum + step.skippedCallers, 0);
  if (skipped > 0) bounds.push(`${skipped} callers of functions whose net lock effect changed were not analysed again`);
  return {
    findings: shown,
    unlisted: {
      preExisting: shown.filter((finding) => finding.verdict === 'pre-existing').length,
      belowThreshold: shown.filter((finding) => !finding.reported && finding.verdict !== 'pre-existing').length,
      suppressed: built.length - wanted.length,
    },
    boundsHit: bounds,
    unknownLocks: unknownLocks(steps),
  };
}

function isSuppressed(finding: CycleFinding, rules: RuleSet): boolean {
  return rules.suppressions.some((rule) => {
    if (rule.locks.length === 0 || !rule.locks.every((lock) => finding.locks.includes(lock))) return false;
    return (
      rule.path === null ||
      finding.paths.some((path) => path.chain.some((step) => step.file.startsWith(rule.path as string)))
    );
  });
}

function unknownLocks(steps: readonly OverlayLocks[]): number {
  const last = steps[steps.length - 1];
  if (!last) return 0;
  let count = 0;
  for (const fn of last.changed)
    for (const taken of last.summaryOf(fn).acquisitions) if (last.locks.text(taken.lock).startsWith('?')) count++;
  return count;
}
