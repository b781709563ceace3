import type { Change } from './line-diff.ts';

/** A group of nearby changes with the context around it, in lines of both sides (ends excluded). */
export interface ChangeGroup extends Change {
  readonly changes: readonly Change[];
}

/** Joins changes whose contexts touch, as the hunks of a unified diff with `context` lines around them do. */
export function groupChanges(changes: readonly Change[], context: number, length: number): ChangeGroup[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    if (last && change.a0 - last.a1 <= 2 * context) groups.at(-1)!.push(change);
    else groups.push([change]);
  }
  return groups.map((group) => {
    const first = group[0]!;
    const last = group.at(-1)!;
    const before = Math.min(context, first.a0);
    const after = Math.min(context, length - last.a1);
    return { a0: first.a0 - before, a1: last.a1 + after, b0: first.b0 - before, b1: last.b1 + after, changes: group };
  });
}

/** The lines of one group, marked with ` `, `-` and `+`. */
export function markedLines(group: ChangeGroup, a: readonly string[], b: readonly string[]): string[] {
  const out: string[] = [];
  let at = group.a0;
  for (const change of group.changes) {
    for (; at < change.a0; at++) out.push(` ${a[at]}`);
    for (; at < change.a1; at++) out.push(`-${a[at]}`);
    for (let j = change.b0; j < change.b1; j++) out.push(`+${b[j]}`);
  }
  for (; at < group.a1; at++) out.push(` ${a[at]}`);
  return out;
}

/** The number of lines a unified diff has, headers of hunks included: what `git range-diff` measures distance by. */
export function diffSize(changes: readonly Change[], length: number): number {
  let size = 0;
  for (const group of groupChanges(changes, 3, length)) {
    size += 1 + (group.a1 - group.a0);
    for (const change of group.changes) size += change.b1 - change.b0;
  }
  return size;
}
