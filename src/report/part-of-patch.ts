import type { Finding, Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { effect, verdictLine } from './words.ts';

/** How a check names the worst of what was found. */
export type Status = 'pass' | 'warn' | 'fail';

/** What the patch did to the finding, if anything. */
export function partOf(finding: Finding, patch: number): Finding['perPatch'][number] | null {
  const part = finding.perPatch.find((p) => p.patch === patch);
  if (!part) return null;
  return part.added > 0 || part.closed > 0 || part.verdict === 'introduced' || part.verdict === 'fixed' ? part : null;
}

/** `fail` for a deadlock that is introduced, `warn` for a new path into one or a bisection hazard; of one patch, or all. */
export function statusOf(findings: readonly Finding[], patch: number | null): Status {
  const verdicts = findings.map((f) =>
    // What a later patch takes away again is a hazard for a bisection, also when only the first one is asked about.
    patch === null || f.verdict === 'transient' ? f.verdict : (partOf(f, patch)?.verdict ?? f.verdict),
  );
  if (verdicts.includes('introduced')) return 'fail';
  return verdicts.includes('new-path') || verdicts.includes('transient') ? 'warn' : 'pass';
}

/** What one patch does to the findings it has a part in: the first of them, and how many more there are. */
export function patchLine(about: readonly Finding[], patch: number, { series, coverage }: Review): string {
  const [first] = about;
  if (!first) return verdictLine([], coverage.mode === 'diff-only');
  const part = partOf(first, patch);
  const said = `${first.locks.map((lock) => clean(lock)).join(' ⇄ ')}: ${part ? effect(part, series.total, first.kind) : ''}`;
  return about.length > 1 ? `${said}; ${about.length - 1} more` : said;
}
