import type { CycleFinding, OrderPath, RuleSet, SeriesJudgement } from '../locks/index.ts';
import type { Series } from '../series/index.ts';
import type { RememberedAnswer } from './answer-store.ts';
import { answersOf, answersTo } from './answers.ts';
import { drawDiagram } from './diagram.ts';
import { quoteHunk } from './quote-hunk.ts';
import type { Finding, Unlisted, WitnessPath } from './review.ts';
import { summarize } from './summary.ts';

/** Worst first. */
const SEVERITY: readonly Finding['verdict'][] = [
  'introduced',
  'new-path',
  'transient',
  'narrowed',
  'fixed',
  'gated',
  'pre-existing',
];

/**
 * The judgement's findings as a review lists them: named, summed up, drawn and sorted; those that are not listed (all of
 * them are with `all`) are counted.
 */
export function assembleFindings(
  judgement: SeriesJudgement,
  series: Series,
  rules: RuleSet,
  all: boolean,
  answers: readonly RememberedAnswer[] = [],
): { findings: Finding[]; unlisted: Unlisted } {
  const named = judgement.findings.map((cycle) => ({ cycle, fingerprint: fingerprintOf(cycle) }));
  const shown = named.filter(({ cycle, fingerprint }) => !isSuppressed(cycle, fingerprint, rules));
  const findings = shown
    .map(({ cycle, fingerprint }) => assemble(cycle, fingerprint, series, rules, answers))
    .sort(
      (a, b) =>
        Number(b.reported) - Number(a.reported) ||
        SEVERITY.indexOf(a.verdict) - SEVERITY.indexOf(b.verdict) ||
        b.confidence - a.confidence ||
        (a.fingerprint < b.fingerprint ? -1 : 1),
    );
  const listed = findings.filter((finding) => all || finding.reported);
  const hidden = findings.filter((finding) => !listed.includes(finding));
  const count = (is: (finding: Finding) => boolean): number => hidden.filter(is).length;
  const preExisting = count((f) => f.verdict === 'pre-existing');
  const gated = count((f) => f.verdict === 'gated');
  return {
    findings: listed,
    unlisted: {
      preExisting,
      gated,
      belowThreshold: hidden.length - preExisting - gated,
      suppressed: judgement.unlisted.suppressed + named.length - shown.length,
    },
  };
}

/**
 * Kind and sorted lock classes, and the function for kinds with one lock: does not move with line numbers, so that a
 * finding can be followed from version to version.
 */
export function fingerprintOf(cycle: CycleFinding): string {
  const locks = [...cycle.locks].sort();
  if (cycle.kind === 'abba' || cycle.kind === 'wait-under-lock') return [cycle.kind, ...locks].join(':');
  const path = cycle.paths[0];
  const at = path?.wait?.step ?? (path ? path.chain.length - 1 : 0);
  return [cycle.kind, ...locks, path?.chain[at]?.function ?? '?'].join(':');
}

/** Suppressions by lock class are the judgement's; those by fingerprint need one. */
function isSuppressed(cycle: CycleFinding, fingerprint: string, rules: RuleSet): boolean {
  return rules.suppressions.some(
    (rule) =>
      rule.fingerprint === fingerprint &&
      (rule.path === null ||
        cycle.paths.some((path) => path.chain.some((step) => step.file.startsWith(rule.path as string)))),
  );
}

function assemble(
  cycle: CycleFinding,
  fingerprint: string,
  series: Series,
  rules: RuleSet,
  answers: readonly RememberedAnswer[],
): Finding {
  const paths = cycle.paths.map(witnessPath);
  return {
    fingerprint,
    kind: cycle.kind,
    verdict: cycle.verdict,
    reported: cycle.reported,
    locks: [...cycle.locks],
    introducedBy: cycle.introducedBy,
    fixedBy: cycle.fixedBy,
    perPatch: cycle.perPatch.map((patch) => ({ ...patch })),
    answered: [...answersOf(cycle, series, rules), ...answersTo(fingerprint, answers)],
    paths,
    remaining: cycle.remaining.map(witnessPath),
    statistics: cycle.statistics,
    confidence: cycle.confidence,
    summary: summarize(cycle, series.total),
    notes: [...cycle.notes],
    quote: quoteHunk(paths, cycle.introducedBy, series),
    // The two halves of the proof come first. What was there before stands on CPU0, what the series adds on CPU1: so
    // authors draw it in their cover letters.
    diagram:
      cycle.kind === 'abba' || cycle.kind === 'wait-under-lock' ? drawDiagram(...paths.slice(0, 2).reverse()) : '',
  };
}

/** A path as it is published: what the search thought it cost stays inside. */
export function witnessPath({ cost: _cost, ...path }: OrderPath): WitnessPath {
  return path;
}
