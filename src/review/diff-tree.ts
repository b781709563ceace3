import { createHash } from 'node:crypto';
import { parseDiff, pathOf } from '../diff/index.ts';
import type { Series } from '../series/index.ts';
import { blobId, isCLike, type LeftOut, type Tree, type TreeEntry } from '../tree/index.ts';
import { alignSides } from './align-sides.ts';
import { isAnalysed, type PatchStep } from './apply-series.ts';

/** The C of a series without any tree: what its hunks show before it, what each patch makes of that, and where it stands. */
export interface DiffTree {
  readonly tree: Tree;
  readonly steps: readonly PatchStep[];
  /** The line of the real file for a line of a file here; 0 when it was made up. */
  readonly lineOf: (path: string, line: number) => number;
}

/** One patch's part of a file: rows `from` on. */
interface Block {
  readonly patch: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Builds a small tree from the diffs alone. A file that several patches touch holds one block for each of them, one
 * below the other, so that no line ever changes its place; a patch turns its own blocks from their old to their new side.
 */
export function diffTree(series: Series): DiffTree {
  const blocks = new Map<string, Block[]>();
  const lines = new Map<string, number[]>();
  for (const patch of series.patches) {
    for (const file of parseDiff(patch.diff)) {
      const path = pathOf(file);
      if (!isAnalysed(path) || file.binary || file.hunks.length === 0) continue;
      const { before, after, lines: rows } = alignSides(file);
      blocks.set(path, [...(blocks.get(path) ?? []), { patch: patch.index, before, after }]);
      lines.set(path, [...(lines.get(path) ?? []), ...rows]);
    }
  }
  const bytesAt = (path: string, patch: number): Uint8Array => {
    const rows = (blocks.get(path) ?? []).flatMap((block) => (block.patch <= patch ? block.after : block.before));
    return new TextEncoder().encode(rows.map((row) => `${row}\n`).join(''));
  };
  const paths = [...blocks.keys()].sort();
  const base = new Map(paths.map((path) => [path, bytesAt(path, 0)]));
  const steps = series.patches.map(({ index }) => ({
    patch: index,
    changes: new Map(
      paths
        .filter((path) => blocks.get(path)?.some((block) => block.patch === index))
        .map((path) => [path, bytesAt(path, index)]),
    ),
  }));
  return { tree: memoryTree(base), steps, lineOf: (path, line) => lines.get(path)?.[line - 1] ?? line };
}

const NONE: LeftOut = { symlinks: [], submodules: [], skipped: [], tooLarge: [], unreadable: [] };

/** Files in memory behind the interface of a tree. */
function memoryTree(files: ReadonlyMap<string, Uint8Array>): Tree {
  const entries: TreeEntry[] = [...files].map(([path, bytes]) => ({ path, blob: blobId(bytes), size: bytes.length }));
  const sum = createHash('sha256').update('diff\n');
  for (const { path, blob } of entries) sum.update(`${path}\0${blob}\n`);
  const read = async (path: string): Promise<Uint8Array | null> => files.get(path) ?? null;
  return {
    kind: 'directory',
    root: 'the diff',
    revision: 'diff',
    id: sum.digest('hex'),
    list: async () => entries.filter((entry) => isCLike(entry.path)),
    has: async (path) => files.has(path),
    read,
    async *readMany(paths) {
      for (const path of paths) yield { path, bytes: await read(path) };
    },
    blobId: async (path) => {
      const bytes = files.get(path);
      return bytes ? blobId(bytes) : null;
    },
    leftOut: async () => NONE,
    close: async () => {},
  };
}
