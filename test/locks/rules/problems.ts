import { showProblem } from '../../../src/locks/rules/index.ts';
import { readRules } from '../../../src/locks/rules/read.ts';

/** The problems of one rule file, as a person sees them, without the file's name. */
export function problemsOf(text: string): string[] {
  return readRules('f', text).problems.map((problem) => showProblem(problem).slice(2));
}

/** Lines of a rule file behind its `schema:` line. */
export function rulesText(...lines: string[]): string {
  return `${['schema: abbot.rules/1', ...lines].join('\n')}\n`;
}
