import type { Finding, Letter, Review, WitnessPath } from '../review/index.ts';
import { cleanLines } from './clean.ts';
import { wrap } from './display-width.ts';
import { plain } from './plain.ts';
import { question } from './question.ts';
import { PROSE, quoteLines } from './quoted-finding.ts';
import { grouped, many, statisticsSentence } from './words.ts';

/** What is known of a finding from earlier versions of the series. */
export interface PastFinding {
  readonly fingerprint: string;
  readonly locks: readonly string[];
  readonly state: 'new' | 'still' | 'back' | 'fixed';
  /** The version since which it stands so. */
  readonly since: number;
  /** Message-id of the mail that told it, or null. */
  readonly toldIn: string | null;
}

/** Findings that are told with their proof in one mail; the rest are one line each. */
const IN_FULL = 3;
const IN_ALL = 12;
const ASSUMPTIONS = 3;

/**
 * The text of a reply: who wrote what is quoted, then for each finding the quoted lines, a question and the proof. Prose
 * has at most 72 columns, quoted code and diagrams are not wrapped, and no line of ours looks like a trailer.
 */
export function mailBody(
  review: Review,
  letter: Letter,
  findings: readonly Finding[],
  past: readonly PastFinding[],
): string {
  const { total } = review.series;
  const out = [attribution(letter), ''];
  findings.slice(0, IN_ALL).forEach((finding, i) => {
    const known = past.find(({ fingerprint }) => fingerprint === finding.fingerprint) ?? null;
    const elsewhere = finding.introducedBy !== null && finding.introducedBy !== letter.patch && letter.patch > 0;
    if (i > 0 || elsewhere) out.push(...prose(whereElse(finding, review, i > 0)), '');
    out.push(...(i < IN_FULL ? told(finding, known) : prose(finding.summary)), '');
  });
  if (findings.length > IN_ALL) out.push(...prose(`There are ${findings.length - IN_ALL} more of them.`), '');
  for (const { locks, since } of past.filter(({ state, toldIn }) => state === 'fixed' && toldIn !== null))
    out.push(...prose(`What was asked about ${locks.join(' and ')} is fixed in v${since}.`), '');
  out.push(...prose(whatWasRead(review)), '');
  const last = total > 1 ? 'this series' : 'this patch';
  out.push('-- ', ...signature(last));
  return `${out.join('\n')}\n`;
}

function attribution({ from, date }: Letter): string {
  const who = plain(from.name, 60).trim() || plain(from.email, 60);
  const day =
    date === null || Number.isNaN(Date.parse(date)) ? '' : `On ${new Date(date).toUTCString().slice(0, 16)}, `;
  return `${day}${who} wrote:`;
}

function whereElse(finding: Finding, { series }: Review, also: boolean): string {
  const patch = series.patches.find(({ index }) => index === finding.introducedBy);
  const name = patch ? `${patch.index}/${series.total} (${patch.title})` : 'the series as a whole';
  return `${also ? 'Also in' : 'In'} ${name}:`;
}

function told(finding: Finding, past: PastFinding | null): string[] {
  const quoted = quoteLines(finding);
  const head = quoted.length > 0 ? [...quoted, ''] : [];
  if (past?.state === 'still' && past.toldIn !== null)
    return [...head, ...prose(`Still present since v${past.since} (asked in <${past.toldIn}>). ${finding.summary}`)];
  const paragraphs = [
    prose(question(finding) + since(past)),
    prose(finding.summary),
    ...(finding.diagram === '' ? [] : [cleanLines(finding.diagram, 60).map((line) => line.slice(0, 200))]),
    ...(finding.diagram === '' || finding.diagram.includes('...') ? [chainsOf(finding)] : []),
    prose(evidence(finding)),
    prose(assumptions(finding)),
  ];
  return [
    ...head,
    ...paragraphs.filter((lines) => lines.length > 0).flatMap((lines, i) => (i > 0 ? ['', ...lines] : lines)),
  ];
}

function since(past: PastFinding | null): string {
  if (past?.state === 'still') return ` It is present since v${past.since}.`;
  return past?.state === 'back' ? ' An earlier version had it too, and the one before this one had not.' : '';
}

/** The calls that a diagram leaves out, as a reader types them into a search: names, no line numbers. */
function chainsOf({ paths, diagram }: Finding): string[] {
  const proof = paths.slice(0, 2);
  return [...(diagram === '' ? [] : ['The calls in full:', '']), ...chains(proof)];
}

function chains(paths: readonly WitnessPath[]): string[] {
  return paths.flatMap((path, i) => {
    const steps = path.chain.map((step, n) => {
      const slot = step.slot === null ? '' : `.${step.slot.split('.').at(-1)} = `;
      const takes = path.acquire?.step === n ? ` [takes ${path.holds}]` : '';
      const waits = n === path.chain.length - 1 ? ` [${ending(path)}]` : '';
      return `${slot}${step.function}()${takes}${waits}`;
    });
    const lines = wrap(plain(steps.join(' -> '), 6000), PROSE - 4);
    return [...(i > 0 ? [''] : []), ...lines.map((line, n) => `${n === 0 ? '  ' : '    '}${line}`)];
  });
}

function ending({ holds, waits }: WitnessPath): string {
  if (waits === 'exit') return `returns with ${holds} held`;
  if (waits === 'sleep') return 'may sleep';
  if (waits === 'ctx:hardirq' || waits === 'ctx:softirq') return 'may be interrupted';
  return `waits for ${waits}`;
}

function evidence(finding: Finding): string {
  const counted = statisticsSentence(finding.locks, finding.statistics);
  const order = counted === null ? '' : `Within single functions the tree has ${counted}`;
  const { remaining } = finding.statistics;
  const before =
    finding.verdict === 'new-path' && (finding.kind === 'abba' || finding.kind === 'wait-under-lock')
      ? `The two orders met before this series already; ${many(remaining, 'such path')} ${remaining === 1 ? 'remains' : 'remain'} with it.`
      : '';
  return [order, before].filter((part) => part !== '').join(' ');
}

function assumptions(finding: Finding): string {
  const all = [...new Set(finding.paths.slice(0, 2).flatMap((path) => path.assumptions))];
  if (all.length === 0) return '';
  const shown = all.slice(0, ASSUMPTIONS).map((text) => text.replace(/[.\s]+$/, ''));
  const more = all.length > ASSUMPTIONS ? `; and ${all.length - ASSUMPTIONS} more` : '';
  return `This takes for granted that ${shown.join('; that ')}${more}.`;
}

function whatWasRead({ base, coverage }: Review): string {
  if (coverage.mode === 'diff-only')
    return 'Only the diff was read, without a tree: what calls this code, and what it calls, was not seen.';
  const on = base.revision === null ? 'the tree' : base.revision;
  const blind = coverage.unresolvedCalls > 0 ? `; ${many(coverage.unresolvedCalls, 'call')} could not be resolved` : '';
  return `This was read on ${on}, ${grouped(coverage.functions)} functions${blind}.`;
}

function signature(what: string): string[] {
  return wrap(
    `abbot, a program that reads patches for lock order. If it is wrong about ${what}, a line that says why is kept and nobody is asked again. "X-Abbot: ignore" in the headers of a patch keeps it quiet.`,
    PROSE,
  );
}

/** A paragraph; a line that a tool could take for a trailer is given a blank before its colon. */
function prose(text: string): string[] {
  if (text === '') return [];
  return wrap(plain(text), PROSE).map((line) => line.replace(/^(\s{0,9}[\w-]{1,60}):(?=\s|$)/, '$1 :'));
}
