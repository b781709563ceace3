import { builtinRulesDir, loadRules, type RuleSet, showProblem } from '../locks/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { RulesRequest } from './request.ts';

/** Problems that are named; the rest is counted. */
const SHOWN = 10;

/**
 * Loads the built-in rules and those of a request; what is wrong with any of them comes back as notes. Without a single
 * lock call nothing could ever be found, so that fails with `rules/invalid`.
 */
export async function loadReviewRules(
  request: RulesRequest,
  cacheDir: string | null,
): Promise<Outcome<{ rules: RuleSet; notes: string[] }>> {
  const { rules, problems } = await loadRules([builtinRulesDir(), ...request.ruleDirs], {
    today: request.today,
    cacheDir,
  });
  if (rules.locks.size === 0)
    return fail('rules/invalid', 'no lock rules could be loaded', problems[0] && showProblem(problems[0]));
  const notes = problems.slice(0, SHOWN).map((problem) => `rules: ${showProblem(problem)}`);
  if (problems.length > SHOWN) notes.push(`rules: ${problems.length - SHOWN} more problems (abbot rules check)`);
  return ok({ rules, notes });
}
