import {
  judgeSeries,
  type LockIndex,
  type OverlayLocks,
  openLockIndex,
  overlayLocks,
  type RuleSet,
  type SeriesJudgement,
} from '../locks/index.ts';
import { type Outcome, ok } from '../outcome/index.ts';
import { type OverlayIndex, openIndex, overlayIndex, type Tree, type TreeIndex } from '../tree/index.ts';
import { isAnalysed, type PatchStep } from './apply-series.ts';
import { documentedOrders } from './documented-orders.ts';
import type { TreeRequest } from './request.ts';
import type { Coverage, ReviewBase } from './review.ts';

/** What the lock analysis says of a series, and what it looked at. */
export interface LockAnalysis {
  readonly judgement: SeriesJudgement;
  readonly counts: Pick<Coverage, 'files' | 'functions' | 'unresolvedCalls' | 'unknownLocks'>;
  readonly notes: readonly string[];
}

/** The lock analysis of a series, on a tree or on the diff alone. */
export interface Analysed {
  readonly analysis: LockAnalysis;
  readonly base: ReviewBase;
  /** Subsystems of MAINTAINERS that the files belong to. */
  readonly subsystems: readonly string[];
  readonly mode: Coverage['mode'];
  /** Identity of what it was read against, for the run id. */
  readonly treeId: string;
  readonly notes: readonly string[];
}

/** How the index is opened. */
export type IndexRequest = Pick<TreeRequest, 'cacheDir' | 'cacheLimit' | 'workers' | 'onProgress'>;

const NOTHING: SeriesJudgement = {
  findings: [],
  unlisted: { preExisting: 0, belowThreshold: 0, suppressed: 0 },
  boundsHit: [],
  unknownLocks: 0,
};

/** Opens (or builds) a tree's index and the lock summaries on top of it. */
export async function openLocks(
  tree: Tree,
  rules: RuleSet,
  request: IndexRequest,
): Promise<Outcome<{ index: TreeIndex; locks: LockIndex }>> {
  const { cacheDir, cacheLimit, workers, onProgress } = request;
  const index = await openIndex(tree, {
    cacheDir,
    ...(cacheLimit === undefined ? {} : { cacheLimit }),
    workers,
    transparent: rules.transparent,
    onProgress,
  });
  if (!index.ok) return index;
  const locks = await openLockIndex(index.value, rules, { cacheDir, workers, onProgress });
  return locks.ok ? ok({ index: index.value, locks: locks.value }) : locks;
}

/**
 * Lays the patches one after the other over the tree's index and compares the lock orders before and after each. A
 * series that touches no C source needs no index. `base` holds files that are changed before the first patch: what the
 * series needs and the tree does not have.
 */
export async function analyseLocks(
  tree: Tree,
  steps: readonly PatchStep[],
  rules: RuleSet,
  request: IndexRequest,
  base: ReadonlyMap<string, Uint8Array | null> = new Map(),
): Promise<Outcome<LockAnalysis>> {
  if (!steps.some((step) => [...step.changes.keys()].some(isAnalysed))) {
    const counts = { files: 0, functions: 0, unresolvedCalls: 0, unknownLocks: 0 };
    return ok({
      judgement: NOTHING,
      counts,
      notes: ['the series changes no C source, so no lock order was looked at'],
    });
  }
  const opened = await openLocks(tree, rules, request);
  if (!opened.ok) return opened;
  const { index } = opened.value;
  let { locks } = opened.value;
  const overlays: OverlayLocks[] = [];
  let before: TreeIndex = index;
  if (base.size > 0) {
    const under = overlayIndex(index, base);
    locks = overlayLocks(locks, under, rules);
    before = under;
  }
  let beforeLocks: LockIndex = locks;
  steps.forEach((step, i) => {
    request.onProgress({ phase: 'patches', done: i, total: steps.length });
    const after: OverlayIndex = overlayIndex(before, step.changes);
    const afterLocks = overlayLocks(beforeLocks, after, rules);
    overlays.push(afterLocks);
    before = after;
    beforeLocks = afterLocks;
  });
  request.onProgress({ phase: 'searching', done: 0, total: null });
  const judgement = numbered(judgeSeries(locks, overlays, rules), steps);
  const { counts } = index;
  const notes = [...documentedOrders(locks, overlays, rules), ...droppedLines(steps, before)];
  if (counts.unreadable > 0) notes.push(`${counts.unreadable} files of the tree could not be read`);
  index.close();
  return ok({
    judgement,
    counts: {
      files: counts.files,
      functions: counts.functions,
      unresolvedCalls: counts.unresolvedCalls,
      unknownLocks: judgement.unknownLocks,
    },
    notes,
  });
}

/** The judgement counts patches from 1; a series that is not complete has its own numbers. */
function numbered(judgement: SeriesJudgement, steps: readonly PatchStep[]): SeriesJudgement {
  const number = (step: number): number => steps[step - 1]?.patch ?? step;
  const findings = judgement.findings.map((finding) => ({
    ...finding,
    introducedBy: finding.introducedBy === null ? null : number(finding.introducedBy),
    fixedBy: finding.fixedBy === null ? null : number(finding.fixedBy),
    perPatch: finding.perPatch.map((effect) => ({ ...effect, patch: number(effect.patch) })),
  }));
  return { ...judgement, findings };
}

/** Says for each touched file where the front end passed over something. */
function droppedLines(steps: readonly PatchStep[], last: TreeIndex): string[] {
  const paths = new Set(steps.flatMap((step) => [...step.changes.keys()].filter(isAnalysed)));
  return [...paths].sort().flatMap((path) => {
    const lines = last.source(last.fileOf(path))?.facts.dropped ?? [];
    if (lines.length === 0) return [];
    const shown = [...lines].slice(0, 5).join(', ');
    return [`${path}: ${lines.length} places with unbalanced #if arms were passed over (from line ${shown})`];
  });
}
