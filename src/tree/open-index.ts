import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FRONT_END_VERSION } from '../csource/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { buildIndex } from './build-index.ts';
import type { IndexOptions } from './index-options.ts';
import { indexOver } from './index-tables.ts';
import { readIndex, writeIndex } from './stored-index.ts';
import type { Tree } from './tree.ts';
import type { TreeIndex } from './tree-index.ts';

/** Changes whenever the same facts may be linked differently. */
const LINK_VERSION = 3;

/**
 * Opens the linked index of a tree, building it (and the facts of its files) when the cache does not have it.
 *
 * @example
 * const index = await openIndex(tree, { cacheDir, workers: 2, transparent: rules.transparent, onProgress: () => {} });
 */
export async function openIndex(tree: Tree, options: IndexOptions): Promise<Outcome<TreeIndex>> {
  const { cacheDir, transparent } = options;
  const key = createHash('sha256')
    .update(`${FRONT_END_VERSION}.${LINK_VERSION} ${tree.id} ${JSON.stringify([...transparent.entries()])}`)
    .digest('hex')
    .slice(0, 32);
  const path = cacheDir === null ? null : join(cacheDir, 'trees', `${key}.index`);
  if (path !== null) {
    const stored = readIndex(path, { key, cacheDir, transparent });
    if (stored) return ok(indexOver(stored.tables));
  }
  const files = (await tree.list()).filter((entry) => /\.[ch]$/.test(entry.path));
  if (files.length === 0) return fail('tree/not-a-tree', `${tree.root} holds no C source`);
  try {
    const tables = { ...(await buildIndex(tree, files, options)), key };
    if (path !== null) writeIndex(path, tables);
    return ok(indexOver(tables));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (cacheDir === null || !code || !UNWRITABLE.includes(code)) throw error;
    return fail('cache/unwritable', `the index of ${tree.root} could not be stored in ${cacheDir}`, message);
  }
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EIO', 'EFBIG', 'EMFILE'];
