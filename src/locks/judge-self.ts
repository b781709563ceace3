import { THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderVerdict, PatchVerdict } from './finding.ts';
import type { InstanceTracing } from './instances.ts';
import type { LockIndex } from './lock-index.ts';
import type { OrderSearch, Witness } from './order-search.ts';
import type { RuleSet } from './rules/index.ts';
import { MODE } from './summary.ts';
import { isWaitClass } from './wait-classes.ts';
import { PathWriter } from './witness-path.ts';

/** What each patch did to one way of taking a lock that is held already. */
export interface SelfChanges {
  readonly added: Witness[][];
  readonly gone: Witness[][];
}

/** Whether a witness takes the very object that is held, in a way that waits for ever. */
export function isSelfDeadlock(witness: Witness, tracing: InstanceTracing, index: LockIndex, rules: RuleSet): boolean {
  const { held, taken } = witness;
  if (taken.tries || taken.nested || taken.reentrant) return false;
  // by way of a wrapper that its owner may enter again
  const viaWrapper = witness.links.some((link) =>
    index.summaryOf(link.callee).effects.some((effect) => effect.reentrant && effect.lock === taken.lock),
  );
  if (viaWrapper) return false;
  // who is called with a lock held does not take it, but a callback may wait for itself
  if (held.entry) {
    const text = index.locks.text(held.lock);
    if (isWaitClass(text, rules)) return witness.cost < (text.startsWith('workqueue:') ? 4 : 8);
    // unless what it calls does: a global lock that the function says it is called with
    const isNear = witness.links.length > 0 && witness.cost < 8;
    return isNear && held.instance.startsWith(':') && tracing.isSameObject(witness);
  }
  // readers of a semaphore do not nest: a writer may come between; readers of a spinning lock do
  if (held.mode === MODE.RECURSIVE && taken.mode !== MODE.EXCLUSIVE) return false;
  if (taken.mode === MODE.RECURSIVE && held.mode !== MODE.EXCLUSIVE) return false;
  if (rules.classes.get(index.locks.text(held.lock))?.selfCycle === false && !held.instance.startsWith(':'))
    return tracing.isSameObject(witness) && witness.links.length === 0;
  return tracing.isSameObject(witness);
}

/** The finding for one self-deadlock. */
export function judgeSelf(self: SelfChanges, searches: readonly OrderSearch[]): CycleFinding | null {
  let present = 0;
  let introducedBy: number | null = null;
  let fixedBy: number | null = null;
  const perPatch: PatchVerdict[] = [];
  let witness: Witness | null = null;
  let view = searches.length - 1;
  let started = false;
  self.added.forEach((list, i) => {
    const minus = (self.gone[i] as Witness[]).length;
    if (minus > 0) {
      fixedBy = i + 1;
      if (!witness) {
        witness = (self.gone[i] as Witness[])[0] as Witness;
        view = i;
      }
      if (present > 0) present = 0;
    }
    if (list.length > 0) {
      introducedBy ??= i + 1;
      present += list.length;
      if (!started) {
        witness = [...list].sort((x, y) => x.cost - y.cost)[0] as Witness;
        view = i + 1;
        started = true;
      }
    }
    if (list.length > 0 || minus > 0)
      perPatch.push({
        patch: i + 1,
        verdict: list.length > 0 ? 'introduced' : 'fixed',
        added: list.length,
        closed: minus,
        remaining: present,
      });
  });
  const shown = witness as Witness | null;
  if (!shown) return null;
  const verdict: OrderVerdict = introducedBy !== null ? (present > 0 ? 'introduced' : 'transient') : 'fixed';
  const search = searches[view] as OrderSearch;
  const path = { ...new PathWriter(search).write(shown), instance: 'same' as const };
  const confidence = Math.round(Math.max(0.3, 0.95 - 0.04 * shown.cost - (isShared(shown) ? 0.4 : 0)) * 100) / 100;
  return {
    kind: 'self-deadlock',
    locks: [search.index.locks.text(shown.held.lock)],
    verdict,
    introducedBy,
    fixedBy,
    perPatch,
    paths: [path],
    remaining: [],
    statistics: {
      forward: { sites: 0, files: 0 },
      reverse: { sites: 0, files: 0 },
      remaining: present,
      closed: fixedBy === null ? 0 : 1,
    },
    confidence,
    reported: confidence >= THRESHOLD,
    notes: [],
  };
}

/** Reading twice blocks only when a writer comes between. */
function isShared({ held, taken }: Witness): boolean {
  return held.mode !== MODE.EXCLUSIVE && taken.mode !== MODE.EXCLUSIVE;
}
