import { createHash } from 'node:crypto';
import { parseDiff, patchId, pathOf } from '../diff/index.ts';
import type { RuleSet } from '../locks/index.ts';
import { type Outcome, ok } from '../outcome/index.ts';
import { type Lineage, resolvePrerequisites, type Series } from '../series/index.ts';
import { overlay } from '../tree/index.ts';
import { type Analysed, analyseLocks } from './analyse-locks.ts';
import { type KnownAnswers, recallAnswers } from './answer-store.ts';
import { applySeries } from './apply-series.ts';
import { assembleFindings } from './assemble-findings.ts';
import { compareSeries } from './compare-step.ts';
import { describeLineage, describeSeries } from './describe-series.ts';
import { reviewDiffOnly } from './diff-only.ts';
import { doubtFailedHunks } from './doubt-failed-hunks.ts';
import { loadReviewRules } from './load-rules.ts';
import { openBase } from './open-base.ts';
import { type Picked, pickVersion } from './pick-version.ts';
import { type Input, readInput } from './read-input.ts';
import type { ReviewRequest } from './request.ts';
import type { Review } from './review.ts';
import { subsystemsOf } from './subsystems.ts';

/** Said in every review, because "nothing found" would say more than was looked for. */
const KINDS: Readonly<Record<Review['coverage']['mode'], string>> = {
  tree: 'looked for: lock orders (AB-BA), waits under a lock, self-deadlocks, missing and doubled unlocks, sleeping where nobody may, interrupt inversions, forbidden calls; not checked yet: cycles of four locks and more',
  'diff-only':
    'looked for: lock orders (AB-BA), waits under a lock and self-deadlocks; missing and doubled unlocks need whole functions, and other kinds are not checked yet',
};

/**
 * Reviews a patch series:
 *
 * 1. read the mails, group them into series, link their versions;
 * 2. pick the version, and the one before it;
 * 3. load the rules;
 * 4. analyse the locks: on the tree at the series' base, patch by patch, or on the diff alone when there is no tree;
 * 5. compare with the version before;
 * 6. put the review together, with what people answered to its findings before.
 *
 * The same request on the same bytes gives the same value. Fails with the codes of `input/`, `tree/`, `patch/` and
 * `cache/`.
 *
 * @example
 * const review = await runReview(request);
 * if (review.ok) console.log(review.value.findings.map((finding) => finding.summary));
 */
export async function runReview(request: ReviewRequest): Promise<Outcome<Review>> {
  const input = await readInput(request);
  if (!input.ok) return input;

  const picked = pickVersion(input.value.lineages, request.pick, request.fetched?.wanted);
  if (!picked.ok) return picked;
  const { series, previous } = picked.value;

  const loaded = await loadReviewRules(request, request.cacheDir);
  if (!loaded.ok) return loaded;
  const { rules, notes: ruleNotes } = loaded.value;

  const analysed =
    request.tree === null
      ? await reviewDiffOnly(series, rules)
      : await analyseOnTree({ ...request, tree: request.tree }, picked.value, input.value.lineages, rules);
  if (!analysed.ok) return analysed;

  const comparison = previous === null ? null : compareSeries(previous, series, rules);

  const known = await recallAnswers(input.value.answers(), request.answers ?? null);

  return ok(assemble(request, input.value, picked.value, rules, analysed.value, comparison, known, ruleNotes));
}

/** A directory is believed to be as the cache has it while a thread looks; when it was not, all is done again. */
async function analyseOnTree(
  request: ReviewRequest & { readonly tree: string },
  picked: Picked,
  lineages: readonly Lineage[],
  rules: RuleSet,
  trust = true,
): Promise<Outcome<Analysed>> {
  const { series, lineage } = picked;
  const base = await openBase(request.tree, request.base, series, { cacheDir: request.cacheDir, trust });
  if (!base.ok) return base;
  const { tree, how, notes } = base.value;
  try {
    const needed = resolvePrerequisites(series, lineages.flatMap(seriesOf), seriesOf(lineage), patchId);
    const applied = await applySeries(series, tree, needed);
    if (!applied.ok) return applied;
    const { before, steps } = applied.value;
    const analysis = await analyseLocks(tree, steps, rules, request, before);
    if (!analysis.ok) return analysis;
    if (trust && tree.unchanged && !(await tree.unchanged()))
      return analyseOnTree(request, picked, lineages, rules, false);
    return ok({
      analysis: {
        ...analysis.value,
        judgement: doubtFailedHunks(analysis.value.judgement, applied.value.hunks),
      },
      base: { revision: tree.kind === 'git' ? tree.revision : null, how, applied: applied.value.hunks },
      subsystems: await subsystemsOf(tree, touchedFiles(series)),
      mode: 'tree',
      treeId: before.size > 0 ? overlay(tree, before).id : tree.id,
      notes: [...notes, ...applied.value.notes],
    });
  } finally {
    await tree.close();
  }
}

function touchedFiles(series: Series): string[] {
  return [...new Set(series.patches.flatMap(({ diff }) => parseDiff(diff).map(pathOf)))];
}

function seriesOf(lineage: Lineage): Series[] {
  return lineage.versions.flatMap((entry) => (entry.series ? [entry.series, ...entry.resends] : entry.resends));
}

function assemble(
  request: ReviewRequest,
  input: Input,
  { lineage, series, notes }: Picked,
  rules: RuleSet,
  { analysis, base, subsystems, mode, treeId, notes: baseNotes }: Analysed,
  comparison: Review['comparison'],
  known: KnownAnswers,
  ruleNotes: readonly string[],
): Review {
  const described = describeSeries(series, subsystems);
  const { findings, unlisted } = assembleFindings(analysis.judgement, series, rules, request.all, known.answers);
  const run = createHash('sha256')
    .update(
      JSON.stringify([
        described.patches.map((p) => p.patchId),
        treeId,
        rules.hash,
        request.version,
        ...known.answers.filter((a) => findings.some((f) => f.fingerprint === a.fingerprint)),
      ]),
    )
    .digest('hex');
  const incomplete = series.complete
    ? []
    : [`the series is not complete: patch ${series.missing.join(', ')} of ${series.total} is not in the input`];
  const defects = series.patches.flatMap((p) => p.defects.map((defect) => `patch ${p.index}: ${defect}`));
  return {
    schema: 'abbot.review/1',
    run,
    program: { version: request.version, rules: rules.hash },
    series: described,
    lineage: describeLineage(lineage),
    base,
    findings,
    unlisted,
    comparison,
    coverage: {
      mode,
      ...analysis.counts,
      unparsed: [...input.unparsed],
      boundsHit: [...analysis.judgement.boundsHit],
      notes: [
        ...new Set([
          ...notes,
          ...incomplete,
          ...defects,
          ...baseNotes,
          ...analysis.notes,
          ...ruleNotes,
          ...known.notes,
          ...input.notes,
          KINDS[mode],
        ]),
      ],
    },
  };
}
