import type { Trailer } from './series.ts';

/** What git, b4 and patchew write into covers and patches for programs. */
export interface Metadata {
  readonly baseCommit: string | null;
  /** The id of a tree, or words for one (`base-tree:`). */
  readonly baseTree: string | null;
  readonly changeId: string | null;
  readonly prerequisites: readonly Trailer[];
}

/** "This series depends on [1]" with the link in the same line; "based on v2: <url>" speaks of the series itself. */
const SAID =
  /^(?!>).{0,120}\b(?:depends? on|applies on top of|is on top of|goes on top of|prerequisite)\b[^\n]{0,160}?(https?:\/\/[^\s<>"')\]]{1,300})/i;

/** Collects base-commit, change-id and prerequisites from the bodies of a series; the first one named counts. */
export function readMetadata(bodies: readonly string[]): Metadata {
  let baseCommit: string | null = null;
  let baseTree: string | null = null;
  let changeId: string | null = null;
  const prerequisites = new Map<string, Trailer>();
  for (const body of bodies) {
    for (const line of body.split('\n')) {
      const m =
        /^(base-(?:commit|tree)|change-id|prerequisite-(?:patch|message|change)-id|depends-on|based-on):[ \t]{0,4}(\S.{0,300})$/i.exec(
          line,
        );
      if (!m) {
        const link = line.length < 500 ? SAID.exec(line)?.[1] : undefined;
        if (link !== undefined) prerequisites.set(`depends-on\n${link}`, { key: 'depends-on', value: link });
        continue;
      }
      const key = m[1]!.toLowerCase();
      const value = m[2]!.trim();
      if (key === 'base-commit') baseCommit ??= /^[0-9a-f]{7,64}/.exec(value)?.[0] ?? null;
      else if (key === 'base-tree') baseTree ??= value.slice(0, 120);
      else if (key === 'change-id') changeId ??= /^[^\s:]+/.exec(value)?.[0] ?? null;
      else {
        const kind = key.replace(/^prerequisite-/, '');
        prerequisites.set(`${kind}\n${value}`, { key: kind, value });
      }
    }
  }
  return { baseCommit, baseTree, changeId, prerequisites: [...prerequisites.values()] };
}
