import { parseDiff } from '../diff/index.ts';
import type { CycleFinding, OrderPath, RuleSet, SeriesJudgement } from '../locks/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Series } from '../series/index.ts';
import { type Analysed, analyseLocks } from './analyse-locks.ts';
import { type DiffTree, diffTree } from './diff-tree.ts';
import { NEEDS_WHOLE_FUNCTION } from './doubt-failed-hunks.ts';

/** Half functions prove less than whole ones. */
const TRUST = 0.6;
const HALF = 'only the lines of the diff were read: what stands between its hunks and in the callers was not seen';
const WITHOUT =
  'no tree was given: callers, callees, wrappers, callback slots and lock types outside the diff are unknown; a tree shows them: abbot review … --tree ~/src/linux';

/**
 * Analyses a series without a tree, with the same front end, rules and search: the tree is what the hunks show before the
 * series. Every path found lies wholly inside the diff.
 */
export async function reviewDiffOnly(series: Series, rules: RuleSet): Promise<Outcome<Analysed>> {
  const hunks = series.patches.flatMap((patch) => parseDiff(patch.diff).flatMap((file) => file.hunks));
  const damaged = hunks.filter((hunk) => hunk.damage !== null);
  if (hunks.length > 0 && damaged.length === hunks.length)
    return fail('patch/mangled', 'the diff of the series is damaged', damaged[0]?.damage ?? undefined);
  const diff = diffTree(series);
  const analysis = await analyseLocks(diff.tree, diff.steps, rules, {
    cacheDir: null,
    workers: 1,
    onProgress: () => {},
  });
  if (!analysis.ok) return analysis;
  const notes = [WITHOUT];
  if (damaged.length > 0)
    notes.unshift(`${damaged.length} of ${hunks.length} hunks are damaged and were read as far as they go`);
  return ok({
    analysis: { ...analysis.value, judgement: lessCertain(analysis.value.judgement, diff) },
    base: { revision: null, how: 'none', applied: [] },
    subsystems: [],
    mode: 'diff-only',
    treeId: diff.tree.id,
    notes,
  });
}

function lessCertain(judgement: SeriesJudgement, diff: DiffTree): SeriesJudgement {
  const path = (p: OrderPath): OrderPath => ({ ...placed(p, diff), assumptions: [...p.assumptions, HALF] });
  const finding = (f: CycleFinding): CycleFinding => ({
    ...f,
    confidence: Math.round(f.confidence * TRUST * 100) / 100,
    paths: f.paths.map(path),
    remaining: f.remaining.map(path),
  });
  return { ...judgement, findings: judgement.findings.filter((f) => !NEEDS_WHOLE_FUNCTION.has(f.kind)).map(finding) };
}

/** A path with the lines of the real files. */
function placed(path: OrderPath, { lineOf }: DiffTree): OrderPath {
  const at = <T extends { readonly file: string; readonly line: number }>(place: T): T => ({
    ...place,
    line: lineOf(place.file, place.line),
  });
  return {
    ...path,
    chain: path.chain.map(at),
    acquire: path.acquire ? at(path.acquire) : null,
    wait: path.wait ? at(path.wait) : null,
  };
}
