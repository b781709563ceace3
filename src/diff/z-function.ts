/**
 * For each place of `text`, how many items of `pattern` match there from its start on (the Z function), in time linear
 * in both. The result has one more entry than `text`: 0 at its end.
 *
 * @example
 * [...matchLengths([1, 2, 3], [9, 1, 2, 1, 2, 3])]; // [0, 2, 0, 3, 0, 0, 0]
 */
export function matchLengths(pattern: ArrayLike<number>, text: ArrayLike<number>): Int32Array {
  const p = pattern.length;
  const n = text.length;
  const own = new Int32Array(p);
  const found = new Int32Array(n + 1);
  if (p === 0) return found;
  own[0] = p;
  fill(own, 1, p, (i, k) => pattern[i] === pattern[k]);
  fill(found, 0, n, (i, k) => text[i] === pattern[k]);
  return found;

  function fill(z: Int32Array, from: number, to: number, same: (i: number, k: number) => boolean): void {
    let left = from;
    let right = from;
    for (let i = from; i < to; i++) {
      let k = i < right ? Math.min(right - i, own[i - left]!) : 0;
      while (i + k < to && k < p && same(i + k, k)) k++;
      z[i] = k;
      if (i + k > right) {
        left = i;
        right = i + k;
      }
    }
  }
}
