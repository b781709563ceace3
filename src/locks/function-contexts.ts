import type { ContextKind, Evidence } from './context-finding.ts';
import type { ContextSearch } from './context-search.ts';
import { evidenceOf, questionsOf, startsOf } from './judge-contexts.ts';
import { IrqInversions } from './judge-irqs.ts';
import type { RuleSet } from './rules/index.ts';

/** All that is wrong with the contexts of one function, as if every line of it were new: what a tree's noise is measured by. */
export function contextFaults(
  search: ContextSearch,
  fn: number,
  rules: RuleSet,
): { readonly kind: ContextKind; readonly evidence: Evidence }[] {
  const found = new Map<string, { kind: ContextKind; evidence: Evidence }>();
  const note = (kind: ContextKind, evidence: Evidence): void => {
    const key = `${kind} ${evidence.locks.join()}`;
    const known = found.get(key);
    if (!known || evidence.confidence > known.evidence.confidence) found.set(key, { kind, evidence });
  };
  const questions = questionsOf(search, rules);
  for (const site of search.walks.of(fn).sites)
    for (const question of questions)
      for (const hazard of search.hazards(fn, site, { ...question, isStart: startsOf(question) }))
        note(question.kind, evidenceOf(hazard, search, question));
  const inversions = new IrqInversions(search);
  for (const { evidence } of inversions.ofUses(inversions.usage.usesIn(fn))) note('irq-inversion', evidence);
  return [...found.values()];
}
