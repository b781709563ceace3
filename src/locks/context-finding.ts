import { THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderPath, OrderVerdict, PatchVerdict } from './finding.ts';

/** Kinds that are about contexts rather than about two locks. */
export type ContextKind = 'sleep-in-atomic' | 'irq-inversion' | 'forbidden-call';

/** One proof of a finding about contexts, in one tree of the series. */
export interface Evidence {
  readonly cost: number;
  readonly locks: readonly string[];
  readonly confidence: number;
  readonly notes: readonly string[];
  /** Written only for what is shown. */
  paths(): readonly OrderPath[];
}

/** What each patch did to one finding. */
export interface ContextGroup {
  readonly kind: ContextKind;
  readonly added: Evidence[][];
  readonly gone: Evidence[][];
  /** The same context met such a thing before, by another way. */
  established: boolean;
}

const SHOWN = 4;
/** Costs that lie closer than this are the same thing written in another way. */
const MOVED = 1.5;
/** What a context that was met before costs: more likely it is not what it seems. */
const ESTABLISHED = 0.35;

/** The finding for one group; null when nothing changed in the end. */
export function contextFinding(group: ContextGroup): CycleFinding | null {
  let present = 0;
  let introducedBy: number | null = null;
  let fixedBy: number | null = null;
  let shown: readonly Evidence[] = [];
  const perPatch: PatchVerdict[] = [];
  group.added.forEach((added, i) => {
    const gone = group.gone[i] as Evidence[];
    // one for the other: it moved, unless it is much nearer now, or much farther
    const nearer = cheapest(gone) - cheapest(added);
    if (!(Math.abs(nearer) >= MOVED)) return;
    const came = nearer > 0;
    present = came ? present + added.length : 0;
    if (came) {
      introducedBy ??= i + 1;
      shown = added;
    } else {
      fixedBy = i + 1;
      if (shown.length === 0) shown = gone;
    }
    perPatch.push({
      patch: i + 1,
      verdict: came ? 'introduced' : 'fixed',
      added: added.length,
      closed: gone.length,
      remaining: present,
    });
  });
  const first = [...shown].sort((x, y) => x.cost - y.cost);
  const [best] = first;
  if (!best || perPatch.length === 0) return null;
  // taken out and put back: as it was
  if (perPatch[0]?.verdict === 'fixed' && present > 0) return null;
  const verdict: OrderVerdict =
    introducedBy === null ? 'fixed' : present === 0 ? 'transient' : group.established ? 'new-path' : 'introduced';
  const confidence = Math.round(Math.max(0.05, best.confidence - (group.established ? ESTABLISHED : 0)) * 100) / 100;
  return {
    kind: group.kind,
    locks: best.locks,
    verdict,
    introducedBy: verdict === 'fixed' ? null : introducedBy,
    fixedBy: verdict === 'introduced' || verdict === 'new-path' ? null : fixedBy,
    perPatch,
    paths: unlike(first.flatMap((evidence) => evidence.paths())).slice(0, SHOWN),
    remaining: [],
    statistics: {
      forward: { sites: 0, files: 0 },
      reverse: { sites: 0, files: 0 },
      remaining: present,
      closed: fixedBy === null ? 0 : 1,
    },
    confidence,
    reported: confidence >= THRESHOLD,
    notes: best.notes,
  };
}

function cheapest(list: readonly Evidence[]): number {
  return list.reduce((least, evidence) => Math.min(least, evidence.cost), Number.POSITIVE_INFINITY);
}

/** Without paths that are the same but for lines. */
function unlike(paths: readonly OrderPath[]): OrderPath[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const key = `${path.holds}|${path.waits}|${path.chain.map((step) => step.function).join('>')}|${path.wait?.call ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
