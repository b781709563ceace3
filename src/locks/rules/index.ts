/**
 * What abbot knows about locks before it reads a tree: the calls that take and release them, scope guards, callbacks and
 * their contexts, hubs, orders, exceptions. The knowledge is YAML (`rules/`, described in docs/rules.md); this folder
 * reads it, says precisely what is wrong with it, and hands out one `RuleSet`. It knows no C and no tree.
 */
export { type LoadedRules, type LoadOptions, loadRules } from './load.ts';
export { nearest } from './nearest.ts';
export { builtinRulesDir, rulePack, rulePacks } from './places.ts';
export { showProblem } from './problem.ts';
export type * from './rule.ts';
