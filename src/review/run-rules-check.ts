import { builtinRulesDir, loadRules, type RuleSet, showProblem } from '../locks/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { RulesCheckRequest, RulesSummary } from './request.ts';

/**
 * Checks the built-in rules and those of more folders, and counts what they hold. The first error fails with
 * `rules/invalid`, its place and what to write instead.
 *
 * @example
 * const checked = await runRulesCheck({ ruleDirs: ['.abbot/rules'], today: '2026-01-31' });
 */
export async function runRulesCheck(request: RulesCheckRequest): Promise<Outcome<RulesSummary>> {
  const { rules, problems } = await loadRules([builtinRulesDir(), ...request.ruleDirs], { today: request.today });
  const [first, ...others] = problems.filter((problem) => problem.severity === 'error');
  if (first) {
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return fail(
      'rules/invalid',
      showProblem({ ...first, instead: `${first.instead}${more}` }),
      undefined,
      'correct it',
    );
  }
  return ok({ hash: rules.hash, entries: entriesOf(rules), warnings: problems.map(showProblem) });
}

function entriesOf(rules: RuleSet): RulesSummary['entries'] {
  const size = (part: { readonly size: number } | readonly unknown[]): number =>
    'size' in part ? part.size : part.length;
  const { hash: _hash, ...parts } = rules;
  return Object.entries(parts).map(([kind, part]) => ({ kind, count: size(part) }));
}
