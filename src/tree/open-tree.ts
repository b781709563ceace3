import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type DirectoryOptions, directoryTree, isDirectoryTree } from './directory-tree.ts';
import type { Tree } from './tree.ts';
import { isCLike } from './tree-path.ts';

/**
 * Opens a kernel tree for reading: the top of a git repository (work tree or bare) at a revision, or a plain directory.
 *
 * Without a revision a repository is read at HEAD; changes that are not committed are not seen. A folder inside a
 * repository is a plain directory. With a cache folder, what is known of a directory's files is kept there; with `trust`
 * it is believed without a look, and `unchanged()` says whether that was right. Fails with `tree/not-a-tree`, `tree/no-revision`, `tree/unreadable` or
 * `tree/git-failed`.
 *
 * @example
 * const tree = await openTree('/src/linux', 'v6.12');
 * if (tree.ok) console.log(tree.value.revision, (await tree.value.list()).length);
 */
export async function openTree(
  path: string,
  revision?: string,
  options: DirectoryOptions = { cacheDir: null, trust: false },
): Promise<Outcome<Tree>> {
  const place = findFolder(path);
  if (!place.ok) return place;
  const root = place.value;
  const repository = isRepository(root);
  if (!repository && revision !== undefined) {
    return fail(
      'tree/no-revision',
      `${path} is a plain directory, so it has no revision '${revision.slice(0, 100)}'`,
      undefined,
      'leave the revision out, or name the top folder of a git repository',
    );
  }
  const tree = repository ? await openRepository(root, revision ?? 'HEAD') : directoryTree(root, options);
  if (!tree.ok) return tree;
  // what the cache knows whole was looked at before
  return isDirectoryTree(tree.value) && tree.value.complete ? tree : refuseIfEmpty(tree.value, path);
}

function findFolder(path: string): Outcome<string> {
  try {
    const root = realpathSync(path);
    if (!statSync(root).isDirectory()) return fail('tree/not-a-tree', `${path} is not a directory`);
    return ok(root);
  } catch (error) {
    const why = error as NodeJS.ErrnoException;
    if (why.code === 'ENOENT' || why.code === 'ENOTDIR')
      return fail('tree/not-a-tree', `there is no directory ${path}`);
    return fail('tree/unreadable', `cannot read the tree ${path}`, why.message);
  }
}

/** The top of a work tree (also of a linked one, where `.git` is a file), or a bare repository. */
function isRepository(root: string): boolean {
  if (existsSync(join(root, '.git'))) return true;
  return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(root, name)));
}

/** Git and what drives it are loaded only when there is a repository: a plain directory starts faster. */
async function openRepository(root: string, revision: string): Promise<Outcome<Tree>> {
  const [{ resolveRevision }, { gitTree }] = await Promise.all([import('./revision.ts'), import('./git-tree.ts')]);
  const resolved = await resolveRevision(root, revision);
  return resolved.ok ? gitTree(root, resolved.value) : resolved;
}

async function refuseIfEmpty(tree: Tree, path: string): Promise<Outcome<Tree>> {
  const entries = await tree.list();
  if (entries.some((entry) => isCLike(entry.path))) return ok(tree);
  const { unreadable } = await tree.leftOut();
  await tree.close();
  if (unreadable.length > 0)
    return fail('tree/unreadable', `cannot read the tree ${path}`, `no permission for ${unreadable[0]}`);
  return fail('tree/not-a-tree', `${path} holds no C source`);
}
