import type { Finding, Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { lacks } from './lacks.ts';
import { placeOf } from './location.ts';
import { renderMarkdown } from './markdown.ts';
import { paint } from './paint.ts';
import { shorten } from './shorten.ts';
import { ALARMING, pathText, remainingSentences } from './text-finding.ts';
import { KIND, VERDICT, verdictLine } from './words.ts';

/** One annotation of a check run, named as GitHub's API names it. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
  readonly raw_details: string;
}

/** What a check run says; annotations are in batches as large as one request may carry. */
export interface CheckRunReport {
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  readonly summary: string;
  readonly batches: readonly (readonly Annotation[])[];
}

export interface CheckRunOptions {
  /** The repository wants findings that the series introduces to fail the check. */
  readonly blocking: boolean;
  /** Where the whole review is to be seen, for what does not fit; null when there is no such place. */
  readonly page: string | null;
}

/** GitHub's limits: REST API, "Create a check run". Characters there, UTF-16 units here, which are never fewer. */
const SUMMARY = 65_535;
const TITLE = 255;
const MESSAGE = 64_000;
const BATCH = 50;
/** Findings that no person reads one by one; the summary says how many there are. */
const MOST = 200;

/**
 * A review as a check run of GitHub: neutral when something is worse, or failing where the repository says so; success
 * only when nothing was found. Each reported finding is one annotation, at the line of the change that makes it.
 *
 * @example
 * const { title, summary, batches } = renderCheckRun(review, { blocking: false, page: null });
 */
export function renderCheckRun(review: Review, options: CheckRunOptions): CheckRunReport {
  const reported = review.findings.filter((finding) => finding.reported);
  const worse = reported.filter((finding) => ALARMING.has(finding.verdict));
  const annotations = reported
    .filter((finding) => ALARMING.has(finding.verdict) || finding.verdict === 'transient')
    .slice(0, MOST)
    .flatMap((finding) => annotate(finding, review.series, options.blocking));
  const blocked = options.blocking && worse.some((finding) => finding.verdict === 'introduced');
  const doubt = worse.length > 0 || lacks(review, null).length > 0;
  return {
    conclusion: blocked ? 'failure' : doubt ? 'neutral' : 'success',
    title: shorten(verdictLine(reported, review.coverage.mode === 'diff-only').replace(/\.$/, ''), TITLE),
    summary: renderMarkdown(review, { limit: SUMMARY, page: options.page }),
    batches: batchesOf(annotations),
  };
}

function annotate(finding: Finding, series: Review['series'], blocking: boolean): Annotation[] {
  const place = placeOf(finding, series);
  if (!place) return [];
  const locks = finding.locks.map((lock) => clean(lock, 100)).join(' ⇄ ');
  const proof = finding.paths.slice(0, 2).flatMap((path) => [...pathText(path, 100, paint(false)), '']);
  const said = [`${VERDICT[finding.verdict]} ${clean(finding.summary, 2000)}`, ...remainingSentences(finding)];
  return [
    {
      path: place.file,
      start_line: place.line,
      end_line: place.line,
      annotation_level: finding.verdict === 'introduced' ? (blocking ? 'failure' : 'warning') : 'notice',
      title: shorten(`${KIND[finding.kind]}: ${locks}`, TITLE),
      // Shown as plain text, with mentions and references live all the same where a page renders it.
      message: shorten(said.map((sentence) => clean(sentence, 4000)).join('\n'), MESSAGE),
      raw_details: shorten([...proof, `known as ${clean(finding.fingerprint)}`].join('\n'), MESSAGE),
    },
  ];
}

function batchesOf(annotations: readonly Annotation[]): Annotation[][] {
  const batches: Annotation[][] = [];
  for (let i = 0; i < annotations.length; i += BATCH) batches.push(annotations.slice(i, i + BATCH));
  return batches;
}
