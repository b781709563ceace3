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

/** How much room a comment has, and where the rest is to be seen. */
export interface MarkdownOptions {
  /** UTF-16 units that the text may have; GitHub takes 65,536 characters, which are never more. */
  readonly limit: number;
  /** Link of a page that shows the whole review, or null. */
  readonly page: string | null;
}

/** What is left out first, because it is the longest and the least needed. */
const LEFT_OUT = ['the range-diff', 'the chains call by call', 'the comparison with the version before', 'diagrams'];

/**
 * A review as a comment for GitHub. Text from mails and patches is data: it stands in code or is made inert, so that no
 * mention, issue keyword, HTML, image or link comes alive. What does not fit into the limit is left out part by part,
 * and the last line says so and where it is.
 *
 * @example
 * const body = renderMarkdown(review, { limit: 65_000, page: 'https://abbot.example.org/api/reviews/1f2e/report' });
 */
export function renderMarkdown(
  review: Review,
  { limit, page }: MarkdownOptions = { limit: Number.POSITIVE_INFINITY, page: null },
): string {
  for (let less = 0; less <= LEFT_OUT.length; less++) {
    const parts = partsOf(review, less);
    if (less > 0) parts.push(restLine(LEFT_OUT.slice(0, less), page));
    const text = join(parts);
    if (text.length <= limit) return text;
  }
  const rest = restLine([...LEFT_OUT, 'further parts'], page);
  const kept: string[] = [];
  let room = limit - rest.length - 2;
  for (const part of partsOf(review, LEFT_OUT.length)) {
    if (part.length + 2 > room) continue;
    room -= part.length + 2;
    kept.push(part);
  }
  return join([...kept, rest]);
}

function join(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function restLine(missing: readonly string[], page: string | null): string {
  const where =
    page === null ? '`abbot review` on the series prints all of it' : `[the whole review](${encodeURI(page)})`;
  return `_Left out for length: ${missing.join(', ')}; ${where}._`;
}

function partsOf(review: Review, less: number): string[] {
  const listed = review.findings.filter((f) => f.reported);
  const unlisted = unlistedSentence(review, '');
  const coverage = bullets(coverageSentences(review.coverage, false).map((s) => inert(s)));
  return [
    `### ${code(review.series.title)}`,
    `${versionPhrase(review)}, by ${code(review.series.author.name)}; ${inert(basePhrase(review.base))}`,
    `**${verdictLine(listed, review.coverage.mode === 'diff-only')}**`,
    ...listed.flatMap((finding) => findingParts(finding, review.series.total, less)),
    ...(unlisted === null ? [] : [inert(unlisted)]),
    ...(review.comparison && less < 3 ? comparisonParts(review.comparison, less) : []),
    `<details><summary>What was read, and what was not</summary>\n\n${coverage}\n\n</details>`,
  ];
}

function findingParts(finding: Finding, total: number, less: number): string[] {
  const counted = statisticsSentence(finding.locks, finding.statistics);
  const assumptions = [...new Set(finding.paths.flatMap((p) => p.assumptions))];
  const chains = finding.paths.flatMap((path, i) => [...(i > 0 ? [''] : []), ...pathText(path, 100, paint(false))]);
  const facts = [
    ...finding.perPatch.map((p) => inert(effect(p, total, finding.kind))),
    ...(counted === null ? [] : [inert(`Within single functions: ${counted}`)]),
    ...assumptions.map((a) => `Assumed: ${inert(a)}`),
    ...remainingSentences(finding).map((r) => inert(r)),
    ...finding.notes.map((note) => inert(note)),
    ...finding.answered.map((a) => `${code(a.by)} wrote${answerPhrase(a)}: ${code(a.quote)}`),
    `Known as ${code(finding.fingerprint)}, confidence ${Math.round(finding.confidence * 100)} %`,
  ];
  const calls = finding.paths.length === 1 ? 'The path' : 'The paths';
  return [
    `#### ${KIND[finding.kind]}: ${finding.locks.map((lock) => code(lock)).join(' ⇄ ')}`,
    `${VERDICT[finding.verdict]} ${inert(finding.summary)}`,
    ...(finding.diagram === '' || less > 3 ? [] : [block(cleanLines(finding.diagram))]),
    bullets(facts),
    ...(chains.length === 0 || less > 1
      ? []
      : [`<details><summary>${calls}, call by call</summary>\n\n${block(chains)}\n\n</details>`]),
  ];
}

function comparisonParts(comparison: Comparison, less: number): string[] {
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
    ...(diff === '' || less > 0
      ? []
      : [`<details><summary>Range-diff</summary>\n\n${block(cleanLines(diff))}\n\n</details>`]),
  ];
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
