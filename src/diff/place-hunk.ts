import { matchLengths } from './z-function.ts';

/** What a hunk needs to be placed: its old side as line ids, cut into leading context, core and trailing context. */
export interface HunkShape {
  /** Ids of the old side's lines (context and removed), in order. */
  readonly old: readonly number[];
  /** Context lines before the first and after the last changed line. */
  readonly lead: number;
  readonly trail: number;
  readonly removed: number;
  /** True for the lines of the old side that say something (letters or digits), blank lines and braces do not. */
  readonly telling: readonly boolean[];
  /** Index in the file at which the header (plus what earlier hunks shifted) expects the old side to begin. */
  readonly expected: number;
  /** Without a line of context on that side, the hunk belongs at the very start or end of the file. */
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

export type Placement =
  | { readonly ok: true; readonly at: number; readonly fuzz: number; readonly lead: number; readonly trail: number }
  | { readonly ok: false; readonly reason: string };

/**
 * Finds where a hunk goes: where it is expected, else the nearest place at which all of it matches, else with the least
 * fuzz (outermost context lines that do not match) at which exactly one place remains. `at` is where the whole old side
 * would begin; of its context only `lead` and `trail` lines next to the core matched. Lines before `floor` are taken.
 */
export function placeHunk(file: ArrayLike<number>, shape: HunkShape, floor: number): Placement {
  const { old, lead, trail } = shape;
  const core = old.length - lead - trail;
  const n = file.length;
  const after = matchLengths(old.slice(lead), file);
  const before = matchLengths(
    old.slice(0, lead).reverse(),
    Int32Array.from({ length: n }, (_, i) => file[n - 1 - i]!),
  );
  const context = Math.max(lead, trail);
  /** Fuzz as GNU patch counts it: how many of the longer context's lines are given up. */
  const fuzzOf = (missing: number, side: number): number => (missing > 0 ? missing + context - side : 0);
  const best = { fuzz: Number.POSITIVE_INFINITY, at: [] as number[] };
  let cores = 0;
  for (let at = Math.max(0, floor); at + core <= n; at++) {
    if (after[at]! < core) continue;
    cores++;
    const kept = Math.min(lead, before[n - at]!, at - floor);
    const keptTrail = after[at]! - core;
    const whole = kept === lead && keptTrail === trail;
    let fuzz = Math.max(fuzzOf(lead - kept, lead), fuzzOf(trail - keptTrail, trail));
    const misplaced = (shape.atStart && at - kept !== 0) || (shape.atEnd && at + core + keptTrail !== n);
    if (whole && misplaced) fuzz = Math.max(1, context);
    if (fuzz > best.fuzz) continue;
    if (fuzz < best.fuzz) {
      best.fuzz = fuzz;
      best.at = [];
    }
    best.at.push(at);
  }
  if (best.at.length === 0)
    return { ok: false, reason: `${shape.removed ? 'the changed lines are' : 'the context is'} not in the file` };
  const distance = (at: number): number => Math.abs(at - lead - shape.expected);
  const at = best.at.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  const kept = Math.min(lead, before[n - at]!, at - floor);
  const keptTrail = after[at]! - core;
  const placed: Placement = { ok: true, at: at - lead, fuzz: best.fuzz, lead: kept, trail: keptTrail };
  if (best.fuzz === 0) return placed;
  if (best.at.length > 1)
    return { ok: false, reason: `with fuzz ${best.fuzz} it would fit at ${best.at.length} places` };
  if (best.fuzz >= context && cores > 1 && shape.removed > 0 && kept + keptTrail === 0) {
    return { ok: false, reason: `without context the changed lines are at ${cores} places` };
  }
  const first = lead - kept;
  const said = shape.telling.slice(first, old.length - (trail - keptTrail)).filter(Boolean).length;
  if (said < (shape.removed > 0 ? 1 : 2)) return { ok: false, reason: 'too little of its context matches to place it' };
  return placed;
}
