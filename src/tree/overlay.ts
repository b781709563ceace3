import { createHash } from 'node:crypto';
import { blobId } from './blob-id.ts';
import type { Tree, TreeEntry, TreeFile } from './tree.ts';
import { byPath, isListed } from './tree-path.ts';

/** A tree with some files replaced, added or removed in memory; nothing is written anywhere. */
export interface Overlay extends Tree {
  readonly base: Tree;
  /** The changed paths, sorted. */
  readonly changed: readonly string[];
  /** The new bytes; null when the file is removed, undefined when the overlay does not touch it. */
  get(path: string): Uint8Array | null | undefined;
}

/**
 * Lays changed files over a tree: bytes replace or add a file, null removes it.
 *
 * The overlay has an id of its own (a SHA-256 over the base's id and the changes), the root and revision of its base,
 * and shares its child process: close the base, not the overlay.
 *
 * @example
 * const after = overlay(tree, new Map([['drivers/pci/iov.c', patched]]));
 * await after.read('drivers/pci/iov.c'); // patched
 */
export function overlay(base: Tree, changes: ReadonlyMap<string, Uint8Array | null>): Overlay {
  const changed = [...changes.keys()].sort();
  let listed: readonly TreeEntry[] | undefined;

  const read = async (path: string): Promise<Uint8Array | null> => {
    const bytes = changes.get(path);
    return bytes === undefined ? base.read(path) : bytes;
  };

  return {
    kind: base.kind,
    root: base.root,
    revision: base.revision,
    id: overlayId(base, changed, changes),
    base,
    changed,
    get: (path) => changes.get(path),
    async list() {
      listed ??= mergeListing(await base.list(), changed, changes);
      return listed;
    },
    async has(path) {
      const bytes = changes.get(path);
      return bytes === undefined ? base.has(path) : bytes !== null;
    },
    read,
    readMany: (paths) => readMany(base, changes, paths),
    async blobId(path) {
      const bytes = changes.get(path);
      return bytes === undefined ? base.blobId(path) : bytes && blobId(bytes);
    },
    leftOut: () => base.leftOut(),
    close: async () => {},
  };
}

function mergeListing(
  base: readonly TreeEntry[],
  changed: readonly string[],
  changes: ReadonlyMap<string, Uint8Array | null>,
): readonly TreeEntry[] {
  const entries = base.filter((entry) => !changes.has(entry.path));
  for (const path of changed) {
    const bytes = changes.get(path);
    if (bytes && isListed(path)) entries.push({ path, blob: blobId(bytes), size: bytes.length });
  }
  return entries.sort(byPath);
}

/** Keeps the base's reading ahead for what is not changed, and the order of the paths for all. */
async function* readMany(
  base: Tree,
  changes: ReadonlyMap<string, Uint8Array | null>,
  paths: Iterable<string>,
): AsyncGenerator<TreeFile> {
  const wanted = [...paths];
  const fromBase = base.readMany(wanted.filter((path) => !changes.has(path)))[Symbol.asyncIterator]();
  for (const path of wanted) {
    const bytes = changes.get(path);
    if (bytes !== undefined) yield { path, bytes };
    else {
      const next = await fromBase.next();
      if (!next.done) yield next.value;
    }
  }
}

function overlayId(base: Tree, changed: readonly string[], changes: ReadonlyMap<string, Uint8Array | null>): string {
  const sum = createHash('sha256').update(`overlay ${base.id}\n`);
  for (const path of changed) {
    const bytes = changes.get(path);
    sum.update(`${path}\0${bytes ? blobId(bytes) : 'removed'}\n`);
  }
  return sum.digest('hex');
}
