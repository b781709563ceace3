import { type CodeDelta, headAtMargin } from './code-delta.ts';
import type { ComparableSeries } from './comparable.ts';
import { pathOf } from './file-patch.ts';
import type { ReviewComment } from './review-comments.ts';
import { functionHead, nameIn } from './stitch.ts';

/** Any line of a patch's hunks, context too, and where it stands. */
export interface DiffLine {
  readonly patch: number;
  readonly file: string;
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
  readonly inside: string | null;
}

/** The line that a comment stands below: of a diff, or (`line` null) of a commit message. */
export interface Found {
  readonly patch: number;
  readonly line: DiffLine | null;
  /** As it is quoted, with its mark. */
  readonly text: string;
}

/** All lines of the diffs of one side, in order. */
export function linesOf(deltas: readonly CodeDelta[], which: 'from' | 'to'): DiffLine[] {
  const out: DiffLine[] = [];
  const sides = deltas.flatMap(({ pair }) => pair[which] ?? []);
  for (const { patch, files } of [...sides].sort((a, b) => a.patch.index - b.patch.index)) {
    for (const file of files) {
      for (const hunk of file.hunks) {
        const head = functionHead(hunk.section);
        let inside = head === null ? null : nameIn(head);
        for (const { kind, text } of hunk.lines) {
          const opens = headAtMargin(text);
          if (opens !== null) inside = text.trimEnd().endsWith(';') ? null : opens;
          out.push({ patch: patch.index, file: pathOf(file), kind, text, inside });
          if (text.startsWith('}')) inside = null;
        }
      }
    }
  }
  return out;
}

/** So many lines above are held against the patch to find which of several like lines is meant. */
const CONTEXT = 12;
/** Quoted lines that only leave something out. */
const ELIDED = /^\s*(?:\[?\s?(?:\.{2,6}|…|snip)\s?\]?|<snip>|[-=]{1,4} ?8<[-= ]{0,5})\s*$/i;

/**
 * Finds the last telling line of a quotation in the patch (or in all patches, when the reply answers the cover letter).
 * Null when the comment stands below something else: another person's words, a cover letter.
 */
export function findQuoted(comment: ReviewComment, lines: readonly DiffLine[], series: ComparableSeries): Found | null {
  const quoted = comment.quoted.filter((line) => line.trim() !== '' && !ELIDED.test(line));
  let at = quoted.length - 1;
  // A brace or a lone `*/` says nothing; the line above it does. Not further than a few lines, though.
  while (at > 0 && quoted.length - at < 6 && isDiffLike(quoted[at]!) && !/\w/.test(quoted[at]!)) at--;
  const last = quoted[at];
  if (last === undefined || !/\w/.test(last)) return null;
  const scope = comment.patchIndex === null ? lines : lines.filter((l) => l.patch === comment.patchIndex);
  const found = best(quoted, at, scope) ?? (comment.patchIndex === null ? null : best(quoted, at, lines));
  if (found) return { patch: found.patch, line: found, text: `${found.kind}${found.text.trim()}` };
  const text = fold(last);
  const patches = series.patches.filter((p) => comment.patchIndex === null || p.index === comment.patchIndex);
  // Below the tags stands what is said of the whole patch.
  const said =
    text.length < 12 || /^[A-Z][A-Za-z-]{1,30}-by: /.test(text)
      ? undefined
      : patches.find((p) => fold(`${p.title}\n${p.message}`).includes(text));
  return said ? { patch: said.index, line: null, text } : null;
}

const isDiffLike = (line: string): boolean => /^[-+ \t]/.test(line) || line === '}';

/** Of the lines that equal the quoted one, that whose lines before it equal most of the quoted ones before. */
function best(quoted: readonly string[], at: number, lines: readonly DiffLine[]): DiffLine | null {
  let found: DiffLine | null = null;
  let most = 0;
  for (const [i, line] of lines.entries()) {
    if (!equal(quoted[at]!, line)) continue;
    let score = 1;
    for (let back = 1, j = i - 1; back <= CONTEXT && at - back >= 0 && j >= 0; j--) {
      // Blank lines were left out of the quotation.
      if (lines[j]!.text.trim() === '') continue;
      if (!equal(quoted[at - back]!, lines[j]!)) break;
      score++;
      back++;
    }
    if (score > most) [found, most] = [line, score];
  }
  return found;
}

/** Mailers strip the blank of context lines and trailing blanks, and turn tabs into blanks. */
function equal(quoted: string, line: DiffLine): boolean {
  const text = fold(line.text);
  if (text === '') return false;
  const mark = quoted[0];
  if (mark === '+' || mark === '-') return mark === line.kind && fold(quoted.slice(1)) === text;
  return line.kind === ' ' && fold(quoted) === text;
}

const fold = (text: string): string => text.replace(/\s+/g, ' ').trim();
