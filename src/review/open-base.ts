import { type Outcome, ok } from '../outcome/index.ts';
import type { Series } from '../series/index.ts';
import { openTree, type Tree } from '../tree/index.ts';
import type { ReviewBase } from './review.ts';

/** The tree to review against, and how its revision was found. */
export interface Base {
  readonly tree: Tree;
  readonly how: ReviewBase['how'];
  readonly notes: readonly string[];
}

/**
 * Opens the tree at the revision asked for, else at the `base-commit:` of the series if the repository has it, else as
 * it is (HEAD of a repository), and says so.
 */
export async function openBase(path: string, revision: string | null, series: Series): Promise<Outcome<Base>> {
  if (revision !== null) {
    const tree = await openTree(path, revision);
    return tree.ok ? ok({ tree: tree.value, how: 'given', notes: [] }) : tree;
  }
  const named = series.baseCommit;
  if (named !== null) {
    const tree = await openTree(path, named);
    if (tree.ok) return ok({ tree: tree.value, how: 'base-commit', notes: [] });
    if (tree.fault.code !== 'tree/no-revision') return tree;
  }
  const tree = await openTree(path);
  if (!tree.ok) return tree;
  const where = tree.value.kind === 'git' ? 'HEAD of the tree' : 'the directory as it is';
  const why =
    named === null
      ? 'the series names no base-commit'
      : `the tree does not have the base-commit ${named.slice(0, 40)} that the series names`;
  return ok({ tree: tree.value, how: 'given', notes: [`reviewed on ${where}: ${why}`] });
}
