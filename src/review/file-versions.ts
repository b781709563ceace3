import { parseDiff } from '../diff/index.ts';
import type { Series } from '../series/index.ts';
import type { Tree } from '../tree/index.ts';

/** Whether the tree has a file as the series was made against it, told by the blob id of its `index` line. */
export interface FileVersion {
  readonly path: string;
  /** The abbreviated id of the `index` line. */
  readonly wanted: string;
  readonly state: 'same' | 'other' | 'absent';
}

/** The contents that a series was made against, by path: the old ids of the first patch that touches each file. */
export function wantedBlobs(series: Series): Map<string, string> {
  const wanted = new Map<string, string>();
  const seen = new Set<string>();
  for (const patch of series.patches) {
    for (const file of parseDiff(patch.diff)) {
      const { oldPath, newPath, oldBlob } = file;
      if (oldPath !== null && !seen.has(oldPath) && oldBlob !== null && /^(?!0+$)[0-9a-f]{7,64}$/.test(oldBlob))
        wanted.set(oldPath, oldBlob);
      for (const path of [oldPath, newPath]) if (path !== null) seen.add(path);
    }
  }
  return wanted;
}

/** Holds the files of a tree against the ids; sorted by path. */
export async function fileVersions(tree: Tree, wanted: ReadonlyMap<string, string>): Promise<FileVersion[]> {
  const versions: FileVersion[] = [];
  for (const [path, id] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const blob = await tree.blobId(path);
    const state = blob === null ? 'absent' : blob.startsWith(id) ? 'same' : 'other';
    versions.push({ path, wanted: id, state });
  }
  return versions;
}

/** Names shown; the rest is counted. */
const SHOWN = 5;

/** One line of coverage about them; null when no `index` line says anything. */
export function describeVersions(versions: readonly FileVersion[]): string | null {
  if (versions.length === 0) return null;
  const others = versions.filter((version) => version.state !== 'same');
  const files = versions.length === 1 ? 'the file' : `the ${versions.length} files`;
  if (others.length === 0)
    return `${files} of the series ${versions.length === 1 ? 'is' : 'are'} exactly as in the tree it was made against`;
  const names = others.slice(0, SHOWN).map((v) => (v.state === 'absent' ? `${v.path} (not in the tree)` : v.path));
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : '';
  return `${others.length} of ${versions.length} files that the series changes differ from what it was made against: ${names.join(', ')}${more}`;
}
