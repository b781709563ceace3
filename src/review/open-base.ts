import { type Outcome, ok } from '../outcome/index.ts';
import type { Series } from '../series/index.ts';
import { type DirectoryOptions, openTree, type Tree } from '../tree/index.ts';
import { describeVersions, type FileVersion, fileVersions, wantedBlobs } from './file-versions.ts';
import { type Found, findRevision } from './find-revision.ts';
import { releaseNote } from './release-note.ts';
import type { ReviewBase } from './review.ts';

/** The tree to review against, and how its revision was found. */
export interface Base {
  readonly tree: Tree;
  readonly how: ReviewBase['how'];
  /** Every attempt with its reason, and what the `index` lines say of the files. */
  readonly notes: readonly string[];
  /** For each file with an `index` line, whether the tree has it as the patch was made against it. */
  readonly files: readonly FileVersion[];
}

/**
 * Opens the tree at the revision asked for. Without one, these are tried in order: `base-commit:` and `base-tree:` of the
 * series; HEAD, if its files have the blob ids of the `index` lines; a commit of the repository that has them; a
 * revision named in words ("based on v6.13-rc2", `[PATCH 6.12.y]`); the branch that MAINTAINERS names; and HEAD (or the
 * directory) as it is. What was tried and why it did not serve is in the notes.
 *
 * Fails with the codes of `tree/`.
 *
 * @example
 * const base = await openBase('/src/linux', null, series);
 * if (base.ok) console.log(base.value.how, base.value.notes);
 */
export async function openBase(
  path: string,
  revision: string | null,
  series: Series,
  options?: DirectoryOptions,
): Promise<Outcome<Base>> {
  const wanted = wantedBlobs(series);
  if (revision !== null) {
    const tree = await openTree(path, revision, options);
    return tree.ok ? ok(await describe(tree.value, 'given', [], wanted)) : tree;
  }
  const tried: string[] = [];
  for (const [name, id] of [
    ['base-commit', series.baseCommit],
    ['base-tree', objectId(series.baseTree)],
  ] as const) {
    if (id === null) continue;
    const tree = await openTree(path, id, options);
    if (tree.ok) return ok(await describe(tree.value, 'base-commit', tried, wanted));
    if (tree.fault.code !== 'tree/no-revision') return tree;
    tried.push(`the tree does not have the ${name} ${id.slice(0, 40)} that the series names`);
  }
  if (tried.length === 0) tried.push('the series names no base-commit');

  const opened = await openTree(path, undefined, options);
  if (!opened.ok) return opened;
  const tree = opened.value;
  if (tree.kind === 'directory') {
    const base = await describe(tree, 'given', [], wanted);
    const release = await releaseNote(tree, series);
    const reasons = [...tried, ...(release ? [release] : [])].join('; ');
    return ok({ ...base, notes: [`reviewed on the directory as it is: ${reasons}`, ...base.notes] });
  }
  const found = await findRevision(tree, series, wanted, tried);
  if (found === null) {
    const base = await describe(tree, 'given', [], wanted);
    return ok({ ...base, notes: [`reviewed on HEAD of the tree: ${tried.join('; ')}`, ...base.notes] });
  }
  return reopen(path, tree, found, tried, wanted);
}

/** Goes from HEAD to the revision that was found. */
async function reopen(
  path: string,
  head: Tree,
  found: Found,
  tried: readonly string[],
  wanted: ReadonlyMap<string, string>,
): Promise<Outcome<Base>> {
  const note = `reviewed on ${found.commit.slice(0, 12)}, ${found.why}: ${tried.join('; ')}`;
  let tree = head;
  if (found.commit !== head.revision) {
    await head.close();
    const opened = await openTree(path, found.commit);
    if (!opened.ok) return opened;
    tree = opened.value;
  }
  const base = await describe(tree, found.how, [], wanted);
  return ok({ ...base, notes: [note, ...base.notes] });
}

async function describe(
  tree: Tree,
  how: Base['how'],
  tried: readonly string[],
  wanted: ReadonlyMap<string, string>,
): Promise<Base> {
  const files = await fileVersions(tree, wanted);
  const versions = describeVersions(files);
  const also = tried.length > 0 ? [`tried before its base-tree: ${tried.join('; ')}`] : [];
  return { tree, how, notes: [...also, ...(versions ? [versions] : [])], files };
}

/** `base-tree:` also stands before words; only an id names an object. */
function objectId(value: string | null): string | null {
  return value === null ? null : (/^[0-9a-f]{12,64}$/.exec(value)?.[0] ?? null);
}
