import type { RuleProblem } from './rule.ts';

/**
 * One line for a person or an editor: place, what is wrong, what to write instead.
 *
 * @example
 * showProblem({ file: 'a.yaml', line: 3, column: 5, severity: 'error', what: "unknown key 'aquire'", instead: "write 'acquire'" });
 * // a.yaml:3:5: error: unknown key 'aquire'; write 'acquire'
 */
export function showProblem(problem: RuleProblem): string {
  const { file, line, column, severity, what, instead } = problem;
  return `${file}:${line}:${column}: ${severity}: ${what}; ${instead}`;
}
