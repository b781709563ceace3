import { type Outcome, ok } from '../outcome/index.ts';
import { runGit } from './git-command.ts';
import { objectReader } from './object-reader.ts';
import { readAhead } from './read-ahead.ts';
import type { Revision } from './revision.ts';
import { type BlobId, type LeftOut, MAX_FILE, type Tree, type TreeEntry } from './tree.ts';
import { byPath, isListed } from './tree-path.ts';

/** How many objects are asked for ahead of the one that is waited for: enough to keep git and us both at work. */
const AHEAD = 32;

/** The tree of a git repository (work tree or bare) at a revision; the work tree itself is never looked at. */
export async function gitTree(root: string, revision: Revision): Promise<Outcome<Tree>> {
  const listing = await runGit(root, ['ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', revision.tree]);
  if (!listing.ok) return listing;
  const { files, leftOut } = readListing(listing.value);
  const reader = objectReader(root, MAX_FILE);
  const unreadable = new Set(leftOut.unreadable);

  const read = async (path: string): Promise<Uint8Array | null> => {
    const entry = files.get(path);
    if (!entry) return null;
    const bytes = await reader.read(entry.blob as string);
    if (!bytes) unreadable.add(path);
    return bytes;
  };
  const entries = [...files.values()].filter((entry) => isListed(entry.path)).sort(byPath);

  return ok({
    kind: 'git',
    root,
    revision: revision.commit,
    id: revision.tree,
    list: async () => entries,
    has: async (path) => files.has(path),
    read,
    readMany: (paths) => readAhead(paths, AHEAD, async (path) => ({ path, bytes: await read(path) })),
    blobId: async (path) => files.get(path)?.blob ?? null,
    leftOut: async () => ({ ...leftOut, unreadable: [...unreadable].sort() }),
    close: () => reader.close(),
  });
}

/** Reads `ls-tree -r -z -l`: `<mode> <type> <id> <size padded>\t<path>\0`. */
function readListing(text: string): { files: Map<string, TreeEntry>; leftOut: LeftOut } {
  const files = new Map<string, TreeEntry>();
  const symlinks: string[] = [];
  const submodules: string[] = [];
  const tooLarge: string[] = [];
  const unreadable: string[] = [];
  for (const record of text.split('\0')) {
    const tab = record.indexOf('\t');
    if (tab < 0) continue;
    const path = record.slice(tab + 1);
    const [mode = '', , id = '', size = ''] = record.slice(0, tab).split(/ +/);
    if (mode === '120000') symlinks.push(path);
    else if (mode === '160000') submodules.push(path);
    else if (path.includes('\ufffd')) unreadable.push(path);
    else if (Number(size) > MAX_FILE) tooLarge.push(path);
    else files.set(path, { path, blob: id as BlobId, size: sizeOf(size), mode });
  }
  const leftOut = { symlinks, submodules, skipped: [], tooLarge, unreadable };
  for (const paths of Object.values(leftOut)) paths.sort();
  return { files, leftOut };
}

/** Git prints `BAD` for an object it does not have: the tree still has the file, and reading it will say that it is missing. */
function sizeOf(text: string): number {
  return /^[0-9]+$/.test(text) ? Number(text) : 0;
}
