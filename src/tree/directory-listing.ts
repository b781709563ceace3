import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { type DirectoryStat, STAT } from './directory-stat.ts';
import { BLOB_BYTES } from './facts-pack.ts';
import { type LeftOut, MAX_FILE } from './tree.ts';

/** More files than any source tree has; whoever names `/` or a home folder by mistake is told so in time. */
export const MAX_FILES = 1_000_000;

interface Walk {
  readonly root: string;
  readonly files: { readonly path: string; readonly numbers: readonly number[] }[];
  readonly folders: { readonly path: string; readonly time: number }[];
  readonly leftOut: Record<keyof LeftOut, string[]>;
}

/**
 * Lists a directory without following a symbolic link; null when it holds more than `limit` files.
 *
 * Synchronous on purpose: 86,629 files of a kernel with sizes take 0.5 s this way, and 2 s through the thread pool (measured,
 * warm, two cores).
 */
export function listDirectory(root: string, limit = MAX_FILES): DirectoryStat | null {
  const walk: Walk = {
    root,
    files: [],
    folders: [],
    leftOut: { symlinks: [], submodules: [], skipped: [], tooLarge: [], unreadable: [] },
  };
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const sub of readFolder(walk, folder)) folders.push(sub);
    if (walk.files.length > limit) return null;
  }
  const order = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
  walk.files.sort(order);
  walk.folders.sort(order);
  for (const paths of Object.values(walk.leftOut)) paths.sort();
  const stats = new Float64Array(walk.files.length * STAT.NUMBERS);
  walk.files.forEach(({ numbers }, i) => {
    stats.set(numbers, i * STAT.NUMBERS);
  });
  return {
    paths: walk.files.map(({ path }) => path),
    stats,
    blobs: new Uint8Array(walk.files.length * BLOB_BYTES),
    folders: walk.folders.map(({ path }) => path),
    folderTimes: Float64Array.from(walk.folders, ({ time }) => time),
    leftOut: walk.leftOut,
  };
}

/** Notes the files of one folder and gives the folders in it that are worth a visit. */
function readFolder(walk: Walk, folder: string): string[] {
  let entries: Dirent[];
  try {
    // before it is read: what changes meanwhile is found changed the next time
    walk.folders.push({ path: folder, time: lstatSync(`${walk.root}/${folder}`).mtimeMs });
    entries = readdirSync(`${walk.root}/${folder}`, { withFileTypes: true });
  } catch {
    walk.leftOut.unreadable.push(folder || '.');
    return [];
  }
  if (folder !== '' && isBuildOutput(entries)) {
    walk.leftOut.skipped.push(folder);
    return [];
  }
  const folders: string[] = [];
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isSymbolicLink()) walk.leftOut.symlinks.push(path);
    else if (entry.name.includes('\ufffd')) walk.leftOut.unreadable.push(path);
    else if (entry.isFile()) noteFile(walk, path);
    else if (entry.isDirectory()) (isSkipped(path, entry.name) ? walk.leftOut.skipped : folders).push(path);
    // Sockets, pipes and devices are no part of a source tree.
  }
  return folders;
}

function noteFile(walk: Walk, path: string): void {
  try {
    const { size, mtimeMs, ctimeMs, ino } = lstatSync(`${walk.root}/${path}`);
    if (size > MAX_FILE) walk.leftOut.tooLarge.push(path);
    else walk.files.push({ path, numbers: [size, mtimeMs, ctimeMs, ino] });
  } catch {
    walk.leftOut.unreadable.push(path);
  }
}

/** Repositories inside, tools' own folders, and what an in-tree kernel build writes (`include/generated`, `.tmp_versions`). */
function isSkipped(path: string, name: string): boolean {
  if (name === 'generated' || name === 'config') return path === `include/${name}` || path.endsWith(`/include/${name}`);
  return name === 'node_modules' || /^\.(git|hg|svn|bzr|repo|pc|tmp_.*)$/.test(name);
}

/** The `O=` folder of a kernel build: it has a configuration, and a link back to the source. */
function isBuildOutput(entries: readonly Dirent[]): boolean {
  return entries.some((e) => e.name === 'source' && e.isSymbolicLink()) && entries.some((e) => e.name === '.config');
}
