import { explain, type Fault } from '../../outcome/index.ts';
import { type CheckRunReport, code, inert, renderCheckRun, renderMarkdown } from '../../report/index.ts';
import type { Review } from '../../review/index.ts';
import { MAX_COMMENT, withMarker } from './marker.ts';
import { CONFIG_PATH, type ConfigFault, type RepoConfig } from './repo-config.ts';

/** A finding that people of the repository do not want to hear of, and why. */
export interface Ignored {
  readonly fingerprint: string;
  readonly reason: string;
  readonly by: string;
}

/** The review without what is ignored; it is counted, and named below. */
export function withoutIgnored(review: Review, ignored: readonly Ignored[]): { review: Review; met: Ignored[] } {
  const names = new Set(review.findings.map((f) => f.fingerprint));
  const met = ignored.filter((i) => names.has(i.fingerprint));
  if (met.length === 0) return { review, met };
  const hidden = new Set(met.map((i) => i.fingerprint));
  const findings = review.findings.filter((f) => !hidden.has(f.fingerprint));
  const unlisted = { ...review.unlisted, suppressed: review.unlisted.suppressed + met.length };
  return { review: { ...review, findings, unlisted }, met };
}

/** What else a pull request's readers have to know beside the review. */
export interface Notes {
  readonly ignored: readonly Ignored[];
  readonly config: ConfigFault | null;
}

/** The check run of a review. */
export function checkOf(review: Review, config: RepoConfig, notes: Notes, page: string | null): CheckRunReport {
  const report = renderCheckRun(review, { blocking: config.blocking, page });
  const batches = config.annotations ? report.batches : [];
  return { ...report, batches, summary: clip(`${said(notes)}${report.summary}`) };
}

/** The check run that says why there is no review. */
export function checkOfFault(fault: Fault, notes: Notes): CheckRunReport {
  const summary = `${said(notes)}There is no review of this state: ${inert(explain(fault), 2000)}.\n`;
  return { conclusion: 'neutral', title: 'Not reviewed', summary: clip(summary), batches: [] };
}

/** The one comment. */
export function commentOf(review: Review, notes: Notes, page: string | null): string {
  const before = said(notes);
  return withMarker(`${before}${renderMarkdown(review, { limit: MAX_COMMENT - 100 - before.length, page })}`);
}

/** What is said above a review: a configuration that cannot be read, and findings that are ignored here. */
function said({ config, ignored }: Notes): string {
  const lines: string[] = [];
  if (config !== null)
    lines.push(
      `${code(CONFIG_PATH)} cannot be used, and the defaults apply: line ${config.line}, column ${config.column}, ${inert(config.reason)}`,
    );
  for (const { fingerprint, reason, by } of ignored.slice(0, 20))
    lines.push(`Ignored here: ${code(fingerprint, 300)}, because ${inert(reason, 300)} (${code(by, 60)})`);
  return lines.length === 0 ? '' : `${lines.map((line) => `> ${line}`).join('\n>\n')}\n\n`;
}

const MAX_SUMMARY = 65_535;

function clip(text: string): string {
  const rest = '\n\n_The rest does not fit here._\n';
  if (text.length <= MAX_SUMMARY) return text;
  return `${text.slice(0, MAX_SUMMARY - rest.length).replace(/[\ud800-\udbff]$/, '')}${rest}`;
}
