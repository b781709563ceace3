/**
 * Undoes format=flowed (RFC 3676), or returns the text as it is when it only claims to be flowed.
 *
 * Mailers that label everything as flowed also send patches that were never flowed: their context lines start with
 * one space, and "unstuffing" would eat it. A sender that really stuffs writes such a line with two spaces, so one
 * context line of a hunk with a single space shows that the label is wrong.
 */
export function undoFlowed(text: string, deleteSpace: boolean): { text: string; defect: string | null } {
  const lines = text.split('\n');
  if (hasUnstuffedContext(lines)) return { text, defect: 'labelled format=flowed, but its diff is not; left as it is' };
  const out: string[] = [];
  let open: string[] | null = null;
  let depth = 0;
  for (const raw of lines) {
    const quotes = quoteDepth(raw);
    let line = raw.slice(quotes);
    if (line.startsWith(' ')) line = line.slice(1);
    const soft = line.endsWith(' ') && line !== '-- ';
    const piece: string = soft && deleteSpace ? line.slice(0, -1) : line;
    if (open !== null && quotes === depth && line !== '-- ') open.push(piece);
    else {
      if (open !== null) out.push(open.join(''));
      open = [`${quotes > 0 ? `${'>'.repeat(quotes)} ` : ''}${piece}`];
      depth = quotes;
    }
    if (!soft) {
      out.push(open.join(''));
      open = null;
    }
  }
  if (open !== null) out.push(open.join(''));
  const joined = out.join('\n');
  // Mailers that write flowed text also write runs of spaces with U+00A0, so the context lines of their diffs start with it.
  if (/^@@ -\d/m.test(joined) && /^[+-]?\u00a0/m.test(joined)) {
    return { text: joined.replaceAll('\u00a0', ' '), defect: 'the spaces of its diff were non-breaking spaces' };
  }
  return { text: joined, defect: null };
}

function quoteDepth(line: string): number {
  let depth = 0;
  while (line[depth] === '>') depth++;
  return depth;
}

function hasUnstuffedContext(lines: readonly string[]): boolean {
  let inHunk = false;
  for (const line of lines) {
    if (/^@@ -\d/.test(line)) inHunk = true;
    else if (line === '-- ') inHunk = false;
    else if (inHunk && /^ [^ ]/.test(line)) return !/^ \u00a0/.test(line);
  }
  return false;
}
