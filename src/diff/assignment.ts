/**
 * The least-cost matching of rows to columns when leaving one alone is allowed: `gain(i, j)` is what pairing them saves
 * against leaving both alone, and pairs that save nothing are not made. Answers with the column of each row, or -1.
 * The Hungarian method with potentials (Kuhn; Munkres), rows × rows × columns steps.
 *
 * @example
 * assign(2, 2, (i, j) => [[5, 1], [6, 2]][i]![j]!); // [0, 1]: 5 + 2, as good as 1 + 6 and found first
 */
export function assign(rows: number, columns: number, gain: (row: number, column: number) => number): number[] {
  if (rows === 0 || columns === 0) return Array.from({ length: rows }, () => -1);
  if (rows > columns) {
    const turned = assign(columns, rows, (i, j) => gain(j, i));
    const result = Array.from({ length: rows }, () => -1);
    for (const [j, i] of turned.entries()) if (i >= 0) result[i] = j;
    return result;
  }
  const cost = (i: number, j: number): number => Math.min(0, -gain(i - 1, j - 1));
  const u = new Float64Array(rows + 1);
  const v = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  const way = new Int32Array(columns + 1);
  for (let i = 1; i <= rows; i++) {
    rowOf[0] = i;
    let column = 0;
    const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const used = new Uint8Array(columns + 1);
    do {
      used[column] = 1;
      const row = rowOf[column]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= columns; j++) {
        if (used[j]) continue;
        const reduced = cost(row, j) - u[row]! - v[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          way[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (used[j]) {
          u[rowOf[j]!] = u[rowOf[j]!]! + delta;
          v[j] = v[j]! - delta;
        } else least[j] = least[j]! - delta;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = way[column]!) rowOf[column] = rowOf[way[column]!]!;
  }
  const result = Array.from({ length: rows }, () => -1);
  for (let j = 1; j <= columns; j++) {
    const i = rowOf[j]!;
    if (i > 0 && gain(i - 1, j - 1) > 0) result[i - 1] = j - 1;
  }
  return result;
}
