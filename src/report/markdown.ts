import type { CheckedClaim, Comparison, Finding, Review } from '../review/index.ts';
import { cleanLines } from './clean.ts';
import { basePhrase, versionPhrase } from './headline.ts';
import { block, code, inert } from './markdown-escape.ts';
import { paint } from './paint.ts';
import { coverageSentences, unlistedSentence } from './text-coverage.ts';
import { pathText, remainingSentences } from './text-finding.ts';
import { answerPhrase, effect, FOLLOW_UP, KIND, statisticsSentence, VERDICT, verdictLine } from './words.ts';

const MARK: Readonly<Record<CheckedClaim['verdict'], string>> = {
  supported: '✓',
  contradicted: '✗',
  'not-visible': '· (not visible in the diff)',
};

/**
 * A review as a comment for GitHub. Text from mails and patches is data: it stands in code or is made inert, so that no
 * mention, issue keyword, HTML, image or link comes alive.
 *
 * @example
 * const body = renderMarkdown(review);
 */
export function renderMarkdown(review: Review): string {
  const listed = review.findings.filter((f) => f.reported);
  const unlisted = unlistedSentence(review);
  const parts = [
    `### ${code(review.series.title)}`,
    `${versionPhrase(review)}, by ${code(review.series.author.name)}; ${inert(basePhrase(review.base))}`,
    `**${verdictLine(listed, review.coverage.mode === 'diff-only')}**`,
    ...listed.flatMap((finding) => findingParts(finding, review.series.total)),
    ...(unlisted === null ? [] : [inert(unlisted)]),
    ...(review.comparison ? comparisonParts(review.comparison) : []),
    '#### Coverage',
    bullets(coverageSentences(review.coverage, false).map((s) => inert(s))),
  ];
  return `${parts.join('\n\n')}\n`;
}

function findingParts(finding: Finding, total: number): string[] {
  const counted = statisticsSentence(finding.locks, finding.statistics);
  const assumptions = [...new Set(finding.paths.flatMap((p) => p.assumptions))];
  const proof = finding.paths.flatMap((path, i) => [...(i > 0 ? [''] : []), ...pathText(path, 100, paint(false))]);
  const facts = [
    ...finding.perPatch.map((p) => inert(effect(p, total, finding.kind))),
    ...(counted === null ? [] : [inert(`Within single functions: ${counted}`)]),
    ...assumptions.map((a) => `Assumed: ${inert(a)}`),
    ...remainingSentences(finding).map((r) => inert(r)),
    ...finding.notes.map((note) => inert(note)),
    ...finding.answered.map((a) => `${code(a.by)} wrote${answerPhrase(a)}: ${code(a.quote)}`),
  ];
  return [
    `#### ${KIND[finding.kind]}: ${finding.locks.map((lock) => code(lock)).join(' ⇄ ')}`,
    `${VERDICT[finding.verdict]} ${inert(finding.summary)}`,
    ...(facts.length > 0 ? [bullets(facts)] : []),
    ...(finding.diagram === '' ? [] : [block(cleanLines(finding.diagram))]),
    ...(proof.length === 0
      ? []
      : [
          `<details><summary>${finding.paths.length === 1 ? 'The path' : 'The paths'}, call by call</summary>\n\n${block(proof)}\n\n</details>`,
        ]),
  ];
}

function comparisonParts(comparison: Comparison): string[] {
  const { patches, claims, unmentioned, followUp, lockDelta, rangeDiff } = comparison;
  const section = (title: string, items: string[]) => (items.length === 0 ? [] : [`${title}\n\n${bullets(items)}`]);
  const diff = rangeDiff.trimEnd();
  return [
    `#### Since v${comparison.from.version}`,
    ...(patches.length === 0
      ? []
      : [bullets(patches.map((p) => `${p.from ?? '–'} → ${p.to ?? '–'} ${p.status}: ${code(p.summary)}`))]),
    ...section(
      `The changelog of v${comparison.to.version} says:`,
      claims.map((c) => `${MARK[c.verdict]} ${code(c.text)}: ${inert(c.evidence)}`),
    ),
    ...section(
      'Changed but not mentioned:',
      unmentioned.map((u) => inert(u)),
    ),
    ...section(
      `Reviewers of v${comparison.from.version} said:`,
      followUp.map((f) => {
        const quoted = f.quoted === '' ? '' : ` ${code(f.quoted)}:`;
        const patch = f.patch === null ? '' : ` on patch ${f.patch}`;
        return `${code(f.by)}${patch}, ${FOLLOW_UP[f.outcome]}:${quoted} ${inert(f.comment)} (${inert(f.evidence)})`;
      }),
    ),
    ...section(
      'Lock operations:',
      lockDelta.map((d) => inert(d)),
    ),
    ...(diff === '' ? [] : [`<details><summary>Range-diff</summary>\n\n${block(cleanLines(diff))}\n\n</details>`]),
  ];
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
