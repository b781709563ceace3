import { type BraceState, scanBraces } from './braces.ts';
import { type FilePatch, type Hunk, pathOf } from './file-patch.ts';

/** Two partial C files made of the hunks of one file. Line maps are 0-based: entry `i` belongs to line `i + 1`. */
export interface Stitched {
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** The line of the real old (new) file that each line of `before` (`after`) is; 0 for a line made up here. */
  readonly beforeLines: readonly number[];
  readonly afterLines: readonly number[];
}

/**
 * Makes a readable, partial C file of each side of a file's hunks, for use without the tree.
 *
 * A hunk whose `@@` line names a function, and whose lines do not begin at file level, is put into a function with that
 * head; what a hunk leaves open (braces, a comment, a parenthesis) is closed at its end, a block that it only shows the
 * end of begins with a made-up condition, and a hunk that goes on in the function in which the one before it ended
 * continues it. Hunks at file level stay as they are.
 *
 * @example
 * const { after, afterLines } = stitch(patch);
 * // after:  static int f(struct a *a)  / {  / <lines of the hunk> / }
 */
export function stitch(patch: FilePatch): Stitched {
  const before = side(patch.hunks, '-');
  const after = side(patch.hunks, '+');
  return {
    path: pathOf(patch),
    before: new TextEncoder().encode(before.text),
    after: new TextEncoder().encode(after.text),
    beforeLines: before.map,
    afterLines: after.map,
  };
}

/** What stands for the beginning of a block that a hunk only shows the end of. */
const UNSEEN = 'if (not_in_the_diff) {';

interface Line {
  readonly text: string;
  readonly number: number;
}

function side(hunks: readonly Hunk[], kind: '-' | '+'): { text: string; map: number[] } {
  const out: Line[] = [];
  /** The name of the function that is open at the end of `out`, and how deep. */
  let openHead: string | null = null;
  let depth = 0;
  const make = (text: string): void => {
    out.push({ text, number: 0 });
  };
  const closeAll = (): void => {
    for (; depth > 0; depth--) make('}');
    openHead = null;
  };
  for (const hunk of hunks) {
    const lines = linesOf(hunk, kind);
    if (lines.length === 0) continue;
    const head = functionHead(hunk.section);
    const inside = head !== null && !beginsAtFileLevel(lines);
    if (!inside) closeAll();
    else if (openHead !== nameIn(head) || !continues(lines, depth)) {
      closeAll();
      make(head);
      // The head of a hunk's function may have its own brace among the hunk's lines.
      if (firstCode(lines) !== '{') {
        make('{');
        depth = 1;
      }
      openHead = nameIn(head);
    }
    const state = scanBraces(
      lines.map((line) => line.text),
      depth,
    );
    for (let block = 0; block < state.unseen; block++) make(UNSEEN);
    for (const [i, line] of lines.entries())
      out.push({ text: state.repaired.get(i) ?? line.text, number: line.number });
    if (state.tail !== '') make(state.tail);
    else if (state.depth === 0 && endsInHead(lines)) make(';');
    depth = state.depth;
    openHead = openAfter(state, lines, openHead, inside);
    if (openHead === null) closeAll();
  }
  closeAll();
  return { text: out.map((line) => `${line.text}\n`).join(''), map: out.map((line) => line.number) };
}

/** The function that the next hunk may go on in: the section's, or the last one whose head is in these lines. */
function openAfter(state: BraceState, lines: readonly Line[], head: string | null, inside: boolean): string | null {
  if (state.depth === 0) return null;
  if (state.openedAt === null) return inside ? head : null;
  for (let i = state.openedAt; i >= 0; i--) {
    const text = lines[i]!.text.trimEnd();
    if (/^[A-Za-z_]/.test(text) && text.includes('(')) return nameIn(text);
    if (text === '' || text.startsWith('}') || text.endsWith(';')) break;
  }
  return null;
}

/** The word before the first parenthesis. */
export function nameIn(head: string): string {
  const paren = Math.max(0, head.indexOf('('));
  return /(\w+)\s?$/.exec(head.slice(Math.max(0, paren - 200), paren))?.[1] ?? head;
}

/** The lines of one side with their line numbers. */
function linesOf(hunk: Hunk, kind: '-' | '+'): Line[] {
  let number = kind === '-' ? hunk.oldStart : hunk.newStart;
  return hunk.lines.flatMap((line) =>
    line.kind === ' ' || line.kind === kind ? [{ text: line.text, number: number++ }] : [],
  );
}

/** More of a head is not read: git itself cuts sections at 80 characters. */
const LONGEST_HEAD = 400;

const NOT_A_FUNCTION =
  /^(?:struct|union|enum|class)\s+\w+\s*\{?\s*$|^(?:typedef|#|EXPORT_|MODULE_|DEFINE_|DECLARE_)|[=;]\s*$/;

/**
 * The head of the function that a section names, its missing end made up (`@@` lines are cut off after 80 characters or
 * inside the parameters), or null when it names none.
 */
export function functionHead(section: string): string | null {
  const text = section.slice(0, LONGEST_HEAD).trim();
  const paren = text.indexOf('(');
  if (paren <= 0 || NOT_A_FUNCTION.test(text) || !/[A-Za-z0-9_]\s?$/.test(text.slice(0, paren))) return null;
  if (/^(?:if|for|while|switch|return|else|do)\b/.test(text)) return null;
  const head = text.replace(/\s*\{.*$/, '');
  let open = 0;
  for (const c of head) {
    if (c === '(') open++;
    else if (c === ')' && open > 0) open--;
  }
  if (open === 0) return head;
  return `${head.replace(/[,\s]+$/, '').replace(/,[^,()]*$/, (last) => (/\w[\s*]+\w+$/.test(last) ? last : ''))}${')'.repeat(open)}`;
}

/** True when the first line that says something stands at file level: a head, a closing brace, a directive before one. */
function beginsAtFileLevel(lines: readonly Line[]): boolean {
  for (const { text } of lines) {
    if (text.trim() === '' || /^\s*(?:\/\*|\*|\/\/)/.test(text) || text.startsWith('#')) {
      // A comment at the margin belongs to file level, an indented one to a function.
      if (text.startsWith('/*') || text.startsWith(' *')) return true;
      continue;
    }
    if (/^\s/.test(text)) return false;
    if (text.startsWith('}') || text.startsWith('{')) return false;
    // Labels stand at the margin too.
    return !/^[A-Za-z_]\w*:(?!:)/.test(text);
  }
  return true;
}

function firstCode(lines: readonly Line[]): string {
  return lines.find((line) => line.text.trim() !== '')?.text.trim() ?? '';
}

/** True when the last line is the head of a function whose body the hunk does not show. */
function endsInHead(lines: readonly Line[]): boolean {
  const last = lines.findLast((line) => line.text.trim() !== '')?.text.trimEnd() ?? '';
  return /^[A-Za-z_]/.test(last) && last.endsWith(')');
}

/** A hunk goes on in the open function if it does not close more than is open before it opens anything. */
function continues(lines: readonly Line[], depth: number): boolean {
  return depth > 0 && firstCode(lines) !== '{';
}
