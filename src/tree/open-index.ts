import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FRONT_END_VERSION } from '../csource/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { buildIndex } from './build-index.ts';
import { type DirectoryTree, isDirectoryTree } from './directory-tree.ts';
import { evict, touch } from './evict.ts';
import { FactsCache } from './facts-cache.ts';
import type { IndexOptions } from './index-options.ts';
import { indexOver } from './index-tables.ts';
import type { FileToRead } from './read-batches.ts';
import { refreshIndex } from './refresh-index.ts';
import { DamagedFile } from './section-file.ts';
import { readIndex, writeIndex } from './stored-index.ts';
import type { Tree } from './tree.ts';
import type { TreeIndex } from './tree-index.ts';

/** Bytes that the cache folder may take. */
const CACHE_LIMIT = 4 * 2 ** 30;

/** Changes whenever the same facts may be linked differently. */
const LINK_VERSION = 4;

/**
 * Opens the linked index of a tree. What the cache does not have is built: from the index that was last made of the same
 * place, if few files changed since, else from all files (their facts may be in the cache still).
 *
 * Fails with `tree/not-a-tree` and `cache/unwritable`.
 *
 * @example
 * const index = await openIndex(tree, { cacheDir, workers: 2, transparent: rules.transparent, onProgress: () => {} });
 */
export async function openIndex(tree: Tree, options: IndexOptions): Promise<Outcome<TreeIndex>> {
  const known = !isDirectoryTree(tree) || tree.complete ? stored(keyOf(tree, options), options) : null;
  if (known) return ok(known);
  const files: FileToRead[] = (await tree.list()).filter((entry) => /\.[ch]$/.test(entry.path));
  if (files.length === 0) return fail('tree/not-a-tree', `${tree.root} holds no C source`);
  try {
    return ok(await openOrBuild(tree, files, options));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (options.cacheDir === null || !code || !UNWRITABLE.includes(code)) throw error;
    return fail(
      'cache/unwritable',
      `the index of ${tree.root} could not be stored in ${options.cacheDir}`,
      message,
      'free some space there, or name another folder with --cache',
    );
  }
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EIO', 'EFBIG', 'EMFILE'];

async function openOrBuild(tree: Tree, files: FileToRead[], options: IndexOptions): Promise<TreeIndex> {
  const directory = isDirectoryTree(tree) ? tree : null;
  const unread = files.filter((file) => file.blob === null).length;
  // where there are indexes, one may be of the same content: read for blob ids first; else read once, for ids and facts
  if (directory && unread > files.length / 4 && !hasIndexes(options.cacheDir))
    return build(tree, directory, files, options);
  const key = keyOf(tree, options);
  const known = unread > 0 ? (await tree.list()).filter((entry) => /\.[ch]$/.test(entry.path)) : files;
  const exact = stored(key, options);
  const index = exact ?? (await refreshed(tree, known, key, options));
  if (!index) return build(tree, directory, known, options);
  if (exact && options.cacheDir !== null) noteLast(options.cacheDir, tree.root, key);
  if (options.cacheDir !== null) directory?.remember(options.cacheDir, (options.now ?? Date.now)());
  return index;
}

function keyOf(tree: Tree, { transparent }: IndexOptions): string {
  return createHash('sha256')
    .update(`${FRONT_END_VERSION}.${LINK_VERSION} ${tree.id} ${JSON.stringify([...transparent.entries()])}`)
    .digest('hex')
    .slice(0, 32);
}

function fileOfKey(cacheDir: string, key: string): string {
  return join(cacheDir, 'trees', `${key}.index`);
}

function hasIndexes(cacheDir: string | null): boolean {
  if (cacheDir === null) return false;
  try {
    return readdirSync(join(cacheDir, 'trees')).some((name) => name.endsWith('.index'));
  } catch {
    return false;
  }
}

function stored(key: string, { cacheDir, transparent, now = Date.now }: IndexOptions): TreeIndex | null {
  if (cacheDir === null) return null;
  const path = fileOfKey(cacheDir, key);
  try {
    const found = readIndex(path, { key, cacheDir, transparent });
    if (!found) return null;
    touch(path, now());
    return indexOver(found.tables, found.close);
  } catch (error) {
    if (error instanceof DamagedFile) return null;
    throw error;
  }
}

async function build(
  tree: Tree,
  directory: DirectoryTree | null,
  files: readonly FileToRead[],
  options: IndexOptions,
): Promise<TreeIndex> {
  const built = await buildIndex(tree, files, options);
  directory?.learn(
    files.map((file) => file.path),
    built.blobs,
  );
  const key = keyOf(tree, options);
  if (options.cacheDir !== null) {
    const now = (options.now ?? Date.now)();
    writeIndex(fileOfKey(options.cacheDir, key), { ...built, key });
    directory?.remember(options.cacheDir, now);
    noteLast(options.cacheDir, tree.root, key);
    new FactsCache(options.cacheDir).touch(now);
    evict(options.cacheDir, options.cacheLimit ?? CACHE_LIMIT, now - 1);
  }
  return indexOver({ ...built, key });
}

/** An index of the same place as it was lately, with the files that changed laid over it. */
async function refreshed(
  tree: Tree,
  files: readonly FileToRead[],
  key: string,
  options: IndexOptions,
): Promise<TreeIndex | null> {
  if (options.cacheDir === null) return null;
  const last = lastOf(options.cacheDir, tree.root) ?? newest(options.cacheDir);
  const base = last === null ? null : stored(last, options);
  return base && refreshIndex(base, tree, files, key, options);
}

function lastFile(cacheDir: string, root: string): string {
  return join(cacheDir, 'trees', `${createHash('sha256').update(root).digest('hex').slice(0, 32)}.last`);
}

/** Key of the index that was last built in full of a place. */
function lastOf(cacheDir: string, root: string): string | null {
  try {
    return /^[0-9a-f]{32}$/.exec(readFileSync(lastFile(cacheDir, root), 'latin1'))?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Key of the index that was used last, of whatever place: worktrees and copies differ in few files. */
function newest(cacheDir: string): string | null {
  const folder = join(cacheDir, 'trees');
  const used = (name: string): number => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!hasIndexes(cacheDir)) return null;
  const indexes = readdirSync(folder).filter((name) => /^[0-9a-f]{32}\.index$/.test(name));
  return indexes.sort((a, b) => used(b) - used(a))[0]?.slice(0, 32) ?? null;
}

function noteLast(cacheDir: string, root: string, key: string): void {
  const file = lastFile(cacheDir, root);
  if (lastOf(cacheDir, root) === key) return;
  mkdirSync(join(cacheDir, 'trees'), { recursive: true });
  writeFileSync(`${file}.${process.pid}.partial`, key);
  renameSync(`${file}.${process.pid}.partial`, file);
}
