/** What a run of C lines leaves behind. */
export interface BraceState {
  /** Open braces at the end, those open at the beginning included. */
  readonly depth: number;
  /** What to write after the last line to close a comment, string-free parentheses or brackets; empty when nothing. */
  readonly tail: string;
  /** How many blocks inside the function were opened before the run, which their closing braces in it tell. */
  readonly unseen: number;
  /** Lines to write differently: the rest of a comment that began before the run, braces that close nothing. */
  readonly repaired: ReadonlyMap<number, string>;
  /** Index of the line on which the outermost block that is still open was opened, or null when it was open before. */
  readonly openedAt: number | null;
}

/**
 * Counts braces over lines of C that may begin and end anywhere, with comments, strings and character constants read
 * as such. A line that begins inside a comment (` * text` before any `/*`) is taken as comment. A closing brace that
 * would go below the function's own while it is still indented closes a block whose beginning is not shown: it is counted
 * in `unseen`, for the caller to open. One that closes nothing at all is left out.
 */
export function scanBraces(lines: readonly string[], depthBefore: number): BraceState {
  const repaired = new Map<number, string>();
  let depth = depthBefore;
  let parens = 0;
  let comment = false;
  let openedAt: number | null = null;
  let unseen = 0;
  const firstEnd = lines.findIndex((line) => line.includes('*/'));
  const firstStart = lines.findIndex((line) => line.includes('/*'));
  if (firstEnd >= 0 && (firstStart < 0 || firstStart > firstEnd)) {
    // The run begins inside a comment whose start is not shown.
    for (let i = 0; i < firstEnd; i++) repaired.set(i, '');
    repaired.set(firstEnd, lines[firstEnd]!.slice(lines[firstEnd]!.indexOf('*/') + 2));
  } else if (firstEnd < 0 && firstStart < 0 && lines.length > 0 && lines.every((line) => /^\s*\*(?:\s|$)/.test(line))) {
    for (const i of lines.keys()) repaired.set(i, '');
  }
  for (const [i, original] of lines.entries()) {
    const line = repaired.get(i) ?? original;
    if (/^\s*#/.test(line) && !comment) continue;
    let quote = '';
    let drop: number[] = [];
    for (let at = 0; at < line.length; at++) {
      const c = line[at]!;
      const next = line[at + 1];
      if (comment) {
        if (c === '*' && next === '/') {
          comment = false;
          at++;
        }
      } else if (quote !== '') {
        if (c === '\\') at++;
        else if (c === quote) quote = '';
      } else if (c === '/' && next === '/') break;
      else if (c === '/' && next === '*') {
        comment = true;
        at++;
      } else if (c === '"' || c === "'") quote = c;
      else if (c === '(') parens++;
      else if (c === ')') {
        if (parens > 0) parens--;
        else drop.push(at);
      } else if (c === '{') {
        if (depth === 0) openedAt = i;
        depth++;
      } else if (c === '}') {
        parens = 0;
        if (depth === 0) drop.push(at);
        else if (depth === 1 && openedAt === null && /^\s/.test(line)) unseen++;
        else if (--depth === 0) openedAt = null;
      }
    }
    if (drop.length > 0) {
      const dropped = new Set(drop);
      repaired.set(
        i,
        [...line].length === line.length ? [...line].map((c, at) => (dropped.has(at) ? ' ' : c)).join('') : line,
      );
      drop = [];
    }
  }
  const tail = `${comment ? '*/' : ''}${parens > 0 ? `${')'.repeat(Math.min(parens, 100))};` : ''}`;
  return { depth, unseen, tail, repaired, openedAt };
}
