/**
 * Moves each group of changed lines up or down, where equal lines allow it: beside a group of the other side if it meets
 * one (an edit rather than two), else as far down as it goes, but before a less indented or after a blank line.
 */
export function slideGroups(ids: Int32Array, own: Uint8Array, other: Uint8Array, lines: readonly string[]): void {
  const n = ids.length;
  /** Position in the other side of the own unchanged line `i`. */
  let j = 0;
  for (let i = 0; i < n; ) {
    if (!own[i]) {
      while (j < other.length && other[j]) j++;
      j++;
      i++;
      continue;
    }
    let start = i;
    while (i < n && own[i]) i++;
    let end = i;
    let up = 0;
    while (start - up > 0 && !own[start - up - 1] && ids[start - up - 1] === ids[end - up - 1]) up++;
    let down = 0;
    while (end + down < n && !own[end + down] && ids[start + down] === ids[end + down]) down++;
    if (up + down === 0) continue;
    const beside = besideOther(other, j, up, down);
    const shift = beside ?? bestShift(lines, start, end, up, down);
    if (shift === 0) continue;
    for (let k = start; k < end; k++) own[k] = 0;
    start += shift;
    end += shift;
    for (let k = start; k < end; k++) own[k] = 1;
    while (end < n && own[end]) end++;
    // The unchanged lines that were passed are walked again on the other side.
    for (let s = shift; s > 0; s--) {
      while (j < other.length && other[j]) j++;
      j++;
    }
    for (let s = shift; s < 0; s++) {
      j--;
      while (j > 0 && other[j]) j--;
    }
    i = end;
  }
}

/** The lowest shift at which the group meets a changed line of the other side, or null. */
function besideOther(other: Uint8Array, j: number, up: number, down: number): number | null {
  let found: number | null = null;
  let at = j;
  if (other[at] || (at > 0 && other[at - 1])) found = 0;
  let back = at - 1;
  for (let s = -1; s >= -up && found === null; s--) {
    while (back >= 0 && other[back]) back--;
    if (back > 0 && other[back - 1]) found = s;
    back--;
  }
  for (let s = 1; s <= down; s++) {
    while (at < other.length && other[at]) at++;
    at++;
    if (other[at]) found = s;
  }
  return found;
}

/** Among the shifts, the one whose ends look most like the ends of a piece of code; ties go down. */
function bestShift(lines: readonly string[], start: number, end: number, up: number, down: number): number {
  let best = down;
  let least = Number.POSITIVE_INFINITY;
  const from = Math.max(-up, down - 100);
  for (let s = from; s <= down; s++) {
    const cost = splitCost(lines, start + s) + splitCost(lines, end + s);
    if (cost <= least) {
      least = cost;
      best = s;
    }
  }
  return best;
}

/** How odd it looks to cut before line `at`: deep indentation is odd, a blank line before is not. */
function splitCost(lines: readonly string[], at: number): number {
  const line = lines[at];
  if (line === undefined) return 0;
  const indent = indentOf(line);
  const previous = at > 0 ? lines[at - 1]! : '';
  if (indent < 0) return 10 + 8 * Math.max(0, indentOf(previous));
  return (
    10 * indent + (indentOf(previous) < 0 ? -15 : 0) + (indent > indentOf(previous) && indentOf(previous) >= 0 ? 5 : 0)
  );
}

/** Columns of leading white space, tabs to eight; -1 for a blank line. */
function indentOf(line: string): number {
  let columns = 0;
  for (let i = 0; i < line.length && columns < 200; i++) {
    if (line[i] === '\t') columns += 8 - (columns % 8);
    else if (line[i] === ' ') columns++;
    else return line[i] === '\r' ? -1 : columns;
  }
  return -1;
}
