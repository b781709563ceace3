import { fail, type Outcome, ok } from '../outcome/index.ts';
import { compareSeries } from './compare-step.ts';
import { describeLineage } from './describe-series.ts';
import { loadReviewRules } from './load-rules.ts';
import { atHand, pickVersion } from './pick-version.ts';
import { readInput } from './read-input.ts';
import type { CompareRequest } from './request.ts';
import type { CompareResult } from './review.ts';

/**
 * Compares two versions of a series, by default the last one at hand with the one before it. `comparison` is null when
 * only one is at hand. Fails with the codes of `input/`.
 *
 * @example
 * const rules = { ruleDirs: [], today: '2026-01-31', cacheDir: null };
 * const compared = await runCompare({ inputs: ['series/'], from: 10, to: 11, ...rules });
 */
export async function runCompare(request: CompareRequest): Promise<Outcome<CompareResult>> {
  const input = await readInput(request);
  if (!input.ok) return input;
  const picked = pickVersion(input.value.lineages, request.to, request.fetched?.wanted);
  if (!picked.ok) return picked;
  const { lineage, series, previous } = picked.value;
  const described = describeLineage(lineage);
  let from = previous;
  if (request.from !== null) {
    const named = atHand(lineage).filter((entry) => entry.version === request.from && entry.series !== series);
    from = named.at(-1)?.series ?? null;
    if (from === null) {
      const known = atHand(lineage).map((entry) => `v${entry.version}`);
      return fail(
        'input/no-such-version',
        `there is no other version ${request.from}`,
        `at hand are ${known.join(', ')}`,
      );
    }
  }
  if (from === null) return ok({ lineage: described, comparison: null });
  const loaded = await loadReviewRules(request, request.cacheDir);
  if (!loaded.ok) return loaded;
  const { rules } = loaded.value;
  return ok({ lineage: described, comparison: compareSeries(from, series, rules) });
}
