/** One line of a range-diff, and what it is: a change of a change has both marks. */
export interface DiffLine {
  readonly text: string;
  readonly outer: 'add' | 'del' | null;
  readonly inner: 'add' | 'del' | null;
  readonly kind: 'hunk' | 'text';
}

/** One pair of patches of a range-diff. */
export interface DiffPair {
  /** As git prints it: `2:  a880576 ! 2:  68e07de title`. */
  readonly head: string;
  /** `=` unchanged, `!` changed, `<` dropped, `>` new. */
  readonly mark: '=' | '!' | '<' | '>';
  readonly lines: readonly DiffLine[];
}

const HEAD = /^ {0,6}(?:\d+|-): {1,8}\S+ ([=!<>]) {1,8}(?:\d+|-): {1,8}/;
const MARKS = { '+': 'add', '-': 'del' } as const;

/**
 * Reads a range-diff as git prints it, for a page in two colours: the outer mark says what the newer version does to a
 * line, the inner one what the patch does.
 *
 * @example
 * const pairs = readRangeDiff(review.comparison?.rangeDiff ?? '');
 */
export function readRangeDiff(text: string): readonly DiffPair[] {
  const pairs: { head: string; mark: DiffPair['mark']; lines: DiffLine[] }[] = [];
  for (const line of text.split('\n')) {
    const head = HEAD.exec(line);
    if (head) pairs.push({ head: line, mark: head[1] as DiffPair['mark'], lines: [] });
    else if (line !== '') pairs.at(-1)?.lines.push(readLine(line.startsWith('    ') ? line.slice(4) : line));
  }
  return pairs;
}

function readLine(text: string): DiffLine {
  if (text.startsWith('@@')) return { text, outer: null, inner: null, kind: 'hunk' };
  const outer = MARKS[text[0] as '+' | '-'] ?? null;
  const inner = MARKS[text[1] as '+' | '-'] ?? null;
  return { text, outer, inner, kind: 'text' };
}
