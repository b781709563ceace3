import { builtinRulesDir, loadRules, type RuleSet, showProblem, unmatchedRules } from '../locks/index.ts';
import { type Outcome, ok } from '../outcome/index.ts';
import { openIndex, openTree } from '../tree/index.ts';
import type { RulesCheckRequest, RulesSummary } from './request.ts';

/**
 * Checks the built-in rules and those of more folders, counts what they hold and tells every error with its place and what
 * to write instead. With a tree it also says which entries match nothing there. Fails with the codes of `tree/` and
 * `cache/` only.
 *
 * @example
 * const checked = await runRulesCheck({ ruleDirs: ['.abbot/rules'], today: '2026-01-31' });
 */
export async function runRulesCheck(request: RulesCheckRequest): Promise<Outcome<RulesSummary>> {
  const { ruleDirs, today, against } = request;
  const { rules, problems } = await loadRules([builtinRulesDir(), ...ruleDirs], { today });
  const told = (severity: 'error' | 'warning'): string[] =>
    problems.filter((problem) => problem.severity === severity).map(showProblem);
  const summary = { hash: rules.hash, entries: entriesOf(rules), errors: told('error'), warnings: told('warning') };
  if (!against) return ok({ ...summary, unmatched: null });
  const { tree: where, base, cacheDir, workers, onProgress } = against;
  const tree = await openTree(where, base ?? undefined, { cacheDir, trust: true });
  if (!tree.ok) return tree;
  try {
    const { transparent } = rules;
    const index = await openIndex(tree.value, { cacheDir, workers, transparent, onProgress });
    if (!index.ok) return index;
    const { rules: builtIn } = await loadRules([builtinRulesDir()], { today });
    const unmatched = unmatchedRules(index.value, rules, builtIn);
    index.value.close();
    return ok({ ...summary, unmatched });
  } finally {
    await tree.value.close();
  }
}

function entriesOf(rules: RuleSet): RulesSummary['entries'] {
  const size = (part: { readonly size: number } | readonly unknown[]): number =>
    'size' in part ? part.size : part.length;
  const { hash: _hash, ...parts } = rules;
  return Object.entries(parts).map(([kind, part]) => ({ kind, count: size(part) }));
}
