import type { Finding } from '../review/index.ts';
import { clean, cleanLines } from './clean.ts';
import { wrap } from './display-width.ts';
import { plain } from './plain.ts';
import { question } from './question.ts';

/** Prose in a mail: RFC 2646 §3 and the lists' custom. */
export const PROSE = 72;

/** Of a quoted line: in UTF-8 it stays below the 998 bytes of RFC 5322 §2.1.1. */
const LONGEST = 240;

/**
 * The lines of the patch that make the finding, quoted with their place, as a reply on the list quotes them; nothing when
 * no patch makes it. Tabs stay: quoted code is code. `whole` has the line too by which b4 begins a file.
 */
export function quoteLines(finding: Finding, whole = false): string[] {
  const { quote } = finding;
  if (!quote) return [];
  const file = clean(quote.file);
  const git = whole ? [`diff --git a/${file} b/${file}`] : [];
  const head = [...git, `--- a/${file}`, `+++ b/${file}`, clean(quote.header, 200)];
  return [...head, ...quote.lines.map((line) => code(line))].map((line) => `> ${line}`.trimEnd());
}

/** A finding as inline remarks: the quoted lines, then the question and what makes one ask it. */
export function quotedFinding(finding: Finding): string[] {
  if (!finding.quote) return [];
  const prose = [question(finding), plain(finding.summary)];
  return [
    ...quoteLines(finding, true),
    '',
    ...prose.flatMap((text) => wrap(text, PROSE)),
    ...(finding.diagram === '' ? [] : ['', ...cleanLines(finding.diagram)]),
    '',
  ];
}

/** A line of code with its tabs, and without what a mail program could stumble on. */
function code(line: string): string {
  return line
    .split('\t')
    .map((part) => clean(part, LONGEST))
    .join('\t')
    .slice(0, LONGEST);
}
