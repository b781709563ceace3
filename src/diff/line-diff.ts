import { slideGroups } from './slide-groups.ts';

/** A stretch that differs: lines `a0..a1` (end excluded) of the old side became lines `b0..b1` of the new one. */
export interface Change {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** How many edits are looked for before a stretch is given up as "all of it changed"; keeps hostile input linear. */
const EFFORT = 2000;

/**
 * The differences of two lists of lines, in order (Myers, "An O(ND) difference algorithm", in linear space), with each
 * group slid to where a reader expects it. Deterministic; time is bounded by length times `EFFORT`.
 *
 * @example
 * diffLines(['a', 'b'], ['a', 'c', 'b']); // [{ a0: 1, a1: 1, b0: 1, b1: 2 }]
 */
export function diffLines(a: readonly string[], b: readonly string[]): Change[] {
  const ids = new Map<string, number>();
  const idOf = (line: string): number => {
    const known = ids.get(line);
    if (known !== undefined) return known;
    ids.set(line, ids.size);
    return ids.size - 1;
  };
  const left = Int32Array.from(a, idOf);
  const right = Int32Array.from(b, idOf);
  const removed = new Uint8Array(a.length);
  const added = new Uint8Array(b.length);
  // A line that the other side lacks is changed anyway: leaving it out makes the search short.
  const inLeft = new Set(left);
  const inRight = new Set(right);
  const common = (own: Int32Array, other: Set<number>, flags: Uint8Array): Int32Array =>
    Int32Array.from(own.keys()).filter((i) => {
      if (other.has(own[i]!)) return true;
      flags[i] = 1;
      return false;
    });
  const leftAt = common(left, inRight, removed);
  const rightAt = common(right, inLeft, added);
  const pairs = commonPairs(
    leftAt.map((i) => left[i]!),
    rightAt.map((i) => right[i]!),
  );
  removed.fill(1);
  added.fill(1);
  for (const [i, j] of pairs) {
    removed[leftAt[i]!] = 0;
    added[rightAt[j]!] = 0;
  }
  slideGroups(left, removed, added, a);
  slideGroups(right, added, removed, b);
  return changesOf(removed, added);
}

/** A longest common subsequence (or nearly, when the effort runs out) as pairs of indexes. */
function commonPairs(a: Int32Array, b: Int32Array): [number, number][] {
  const pairs: [number, number][] = [];
  const size = 2 * Math.min(a.length + b.length, 2 * EFFORT) + 6;
  const forward = new Int32Array(size);
  const backward = new Int32Array(size);
  const stack: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let box = stack.pop(); box; box = stack.pop()) {
    let [a0, a1, b0, b1] = box;
    while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs.push([a0++, b0++]);
    while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) pairs.push([--a1, --b1]);
    if (a0 === a1 || b0 === b1) continue;
    const split = middle(a, b, a0, a1, b0, b1, forward, backward);
    if (!split) continue;
    stack.push([a0, split[0], b0, split[1]], [split[0], a1, split[1], b1]);
  }
  return pairs;
}

/** A point on a shortest path through the box, found from both ends at once; null when the effort runs out. */
function middle(
  a: Int32Array,
  b: Int32Array,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
  forward: Int32Array,
  backward: Int32Array,
): [number, number] | null {
  const n = a1 - a0;
  const m = b1 - b0;
  const delta = n - m;
  const odd = (delta & 1) !== 0;
  const limit = Math.min(Math.ceil((n + m) / 2), EFFORT);
  const mid = Math.floor(forward.length / 2);
  const at = (k: number): number => mid + k;
  forward[at(1)] = 0;
  backward[at(1)] = 0;
  for (let d = 0; d <= limit; d++) {
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && forward[at(k - 1)]! < forward[at(k + 1)]!);
      let x = down ? forward[at(k + 1)]! : forward[at(k - 1)]! + 1;
      while (x < n && x - k < m && x >= 0 && x - k >= 0 && a[a0 + x] === b[b0 + x - k]) x++;
      forward[at(k)] = x;
      const mirror = delta - k;
      if (odd && Math.abs(mirror) <= d - 1 && x + backward[at(mirror)]! >= n && x <= n && x - k >= 0 && x - k <= m) {
        return [a0 + x, b0 + x - k];
      }
    }
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && backward[at(k - 1)]! < backward[at(k + 1)]!);
      let x = down ? backward[at(k + 1)]! : backward[at(k - 1)]! + 1;
      while (x < n && x - k < m && x >= 0 && x - k >= 0 && a[a1 - 1 - x] === b[b1 - 1 - x + k]) x++;
      backward[at(k)] = x;
      const mirror = delta - k;
      if (!odd && Math.abs(mirror) <= d && x + forward[at(mirror)]! >= n && x <= n && x - k >= 0 && x - k <= m) {
        return [a1 - x, b1 - x + k];
      }
    }
  }
  return null;
}

function changesOf(removed: Uint8Array, added: Uint8Array): Change[] {
  const changes: Change[] = [];
  let a = 0;
  let b = 0;
  while (a < removed.length || b < added.length) {
    if (!removed[a] && !added[b] && a < removed.length && b < added.length) {
      a++;
      b++;
      continue;
    }
    const a0 = a;
    const b0 = b;
    while (a < removed.length && removed[a]) a++;
    while (b < added.length && added[b]) b++;
    changes.push({ a0, a1: a, b0, b1: b });
  }
  return changes;
}
