import { type FilePatch, pathOf } from './file-patch.ts';
import type { RangePair } from './range-diff.ts';
import { functionHead, nameIn } from './stitch.ts';

/** One added or removed line of a patch, and where it stands. */
export interface PlacedLine {
  readonly kind: '+' | '-';
  readonly text: string;
  readonly file: string;
  /** The function it stands in, or null at file level. */
  readonly inside: string | null;
  /** Its place among all lines of the new (added) or old (removed) side of its hunk; lines of one hunk can be ordered by it. */
  readonly order: number;
  readonly hunk: number;
}

/** What one pair's new version does to the code that the old one did not, and the other way round. */
export interface CodeDelta {
  readonly pair: RangePair;
  readonly from: readonly PlacedLine[];
  readonly to: readonly PlacedLine[];
  /** Lines that are now in the code and were not: newly added ones, and those no longer removed. */
  readonly appeared: readonly PlacedLine[];
  /** Lines that were in the code and are not now. */
  readonly vanished: readonly PlacedLine[];
}

/** Compares what both sides of a pair do to the code; white space, context and line numbers make no difference. */
export function codeDelta(pair: RangePair): CodeDelta {
  const from = placedLines(pair.from?.files ?? []);
  const to = placedLines(pair.to?.files ?? []);
  const [older, newer] = [from.map(keyed), to.map(keyed)];
  const gained = without(newer, older);
  const lost = without(older, newer);
  return {
    pair,
    from,
    to,
    appeared: [...gained.filter((l) => l.kind === '+'), ...lost.filter((l) => l.kind === '-')],
    vanished: [...gained.filter((l) => l.kind === '-'), ...lost.filter((l) => l.kind === '+')],
  };
}

/** A line with what it is compared by: what it says, and that with its function. */
interface KeyedLine {
  readonly line: PlacedLine;
  readonly key: string;
  readonly place: string;
}

function keyed(line: PlacedLine): KeyedLine {
  const key = `${line.kind}${line.file}\0${line.text.replace(/\s+/g, ' ').trim()}`;
  return { line, key, place: `${line.inside ?? ''}\0${key}` };
}

/**
 * Lines of `lines` that `others` does not have, counting how often. A line is first looked for in its own function, so
 * that of two like lines (`lock();`) the one in the other function is told to be the new one.
 */
function without(lines: readonly KeyedLine[], others: readonly KeyedLine[]): PlacedLine[] {
  const elsewhere = subtract(lines, others, 'place');
  if (elsewhere.length === 0) return [];
  const unused = subtract(others, lines, 'place');
  return subtract(elsewhere, unused, 'key').map(({ line }) => line);
}

function subtract(lines: readonly KeyedLine[], others: readonly KeyedLine[], by: 'key' | 'place'): KeyedLine[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line[by], (counts.get(line[by]) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line[by]) ?? 0;
    if (left > 0) counts.set(line[by], left - 1);
    return left === 0;
  });
}

/** The added and removed lines of file patches, each with the function it stands in. */
export function placedLines(files: readonly FilePatch[]): PlacedLine[] {
  const out: PlacedLine[] = [];
  let number = 0;
  for (const file of files) {
    for (const hunk of file.hunks) {
      number++;
      const head = functionHead(hunk.section);
      let inside = head === null ? null : nameIn(head);
      let order = 0;
      for (const line of hunk.lines) {
        order++;
        const text = line.text;
        const opens = headAtMargin(text);
        // A prototype, or a macro's use like EXPORT_SYMBOL(f);, stands at file level.
        if (opens !== null) inside = text.trimEnd().endsWith(';') ? null : opens;
        if (line.kind !== ' ') out.push({ kind: line.kind, text, file: pathOf(file), inside, order, hunk: number });
        if (text.startsWith('}')) inside = null;
      }
    }
  }
  return out;
}

/** The name when a line at the margin begins a function, a prototype or a macro's use; null inside functions. */
export function headAtMargin(text: string): string | null {
  if (!/^[A-Za-z_]/.test(text) || /^\w+:/.test(text)) return null;
  const paren = text.indexOf('(');
  if (paren <= 0 || text.slice(0, paren).includes('=')) return null;
  return nameIn(text);
}

const COMMENT = /^\s*(?:\/\*|\*(?:\s|\/|$)|\/\/)/;

/** True for lines that are code: neither blank nor a comment's. */
export function isCode(line: PlacedLine): boolean {
  return line.text.trim() !== '' && !COMMENT.test(line.text);
}

/** True when a line holds an identifier as a whole word. */
export function mentions(line: { readonly text: string }, identifier: string): boolean {
  let at = line.text.indexOf(identifier);
  for (; at >= 0; at = line.text.indexOf(identifier, at + 1)) {
    const before = line.text[at - 1] ?? ' ';
    const after = line.text[at + identifier.length] ?? ' ';
    if (!/\w/.test(before) && !/\w/.test(after)) return true;
  }
  return false;
}

/** How a line is named as evidence: `2/2 drivers/pci/iov.c, f(): +lock(a);`. */
export function cite(delta: CodeDelta, line: PlacedLine, total: number): string {
  const index = (delta.pair.to ?? delta.pair.from)?.patch.index ?? 0;
  const where = line.inside ? `, ${line.inside}()` : '';
  const text = line.text.replace(/\s+/g, ' ').trim();
  // A line that the older version added and the newer does not, or that only the older removed.
  const version = (line.kind === '+' ? delta.vanished : delta.appeared).includes(line) ? 'no longer ' : '';
  return `${index}/${total} ${line.file}${where}: ${version}${line.kind}${text.length > 100 ? `${text.slice(0, 99)}…` : text}`;
}
