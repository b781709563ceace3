import { baseWords, type Series } from '../series/index.ts';
import { findByBlobs, remotesOf, resolveRevision, sameBlobs, type Tree } from '../tree/index.ts';
import { fileVersions } from './file-versions.ts';
import { maintainedTrees, remoteOf } from './maintainers.ts';
import type { ReviewBase } from './review.ts';

/** A revision to review on, and why it. */
export interface Found {
  readonly commit: string;
  readonly how: ReviewBase['how'];
  /** Completes "reviewed on …, ". */
  readonly why: string;
}

/**
 * Looks for the revision that a series was made for in a repository that is open at HEAD; null when nothing is better
 * than HEAD. The reasons why something did not serve are added to `tried`.
 */
export async function findRevision(
  head: Tree,
  series: Series,
  wanted: ReadonlyMap<string, string>,
  tried: string[],
): Promise<Found | null> {
  const all = wanted.size;
  const atHead = (await fileVersions(head, wanted)).filter((version) => version.state === 'same').length;
  if (all === 0) tried.push('its diffs have no index lines');
  else if (atHead === all)
    return { commit: head.revision, how: 'blob-ids', why: `HEAD, whose files have the ids of the index lines` };
  const best = all === 0 ? null : await findByBlobs(head.root, wanted, series.date);
  if (best?.same === all)
    return { commit: best.commit, how: 'blob-ids', why: `the newest commit with the files of the index lines` };
  if (all > 0)
    tried.push(`HEAD has ${atHead} of the ${all} files of the index lines, and no commit before the series has all`);

  const named = await byWords(head.root, series, tried);
  if (named) return named;
  if (best !== null && best.same > atHead)
    return {
      commit: best.commit,
      how: 'blob-ids',
      why: `the commit with most files of the index lines (${best.same} of ${all})`,
    };
  return byMaintainers(head, series, wanted, atHead, tried);
}

/** The first revision that the series names in words and the repository has. */
async function byWords(root: string, series: Series, tried: string[]): Promise<Found | null> {
  for (const { names, quote } of baseWords(series)) {
    for (const name of names) {
      const revision = await resolveRevision(root, name);
      if (revision.ok)
        return { commit: revision.value.commit, how: 'named', why: `which is ${name}, as it says ("${quote}")` };
    }
    tried.push(`the tree has no ${names[0]}, of which it says "${quote}"`);
  }
  return null;
}

/** The branch of the maintainers' tree, when a remote of the repository is that tree. */
async function byMaintainers(
  head: Tree,
  series: Series,
  wanted: ReadonlyMap<string, string>,
  atHead: number,
  tried: string[],
): Promise<Found | null> {
  const bytes = await head.read('MAINTAINERS');
  if (bytes === null) return null;
  const files = [...new Set(series.patches.flatMap((patch) => pathsOf(patch.diff)))];
  const [tree] = maintainedTrees(new TextDecoder().decode(bytes), files);
  if (!tree) return null;
  const remote = remoteOf(tree, await remotesOf(head.root));
  const label = `${tree.url}${tree.branch ? ` ${tree.branch}` : ''} of MAINTAINERS (${tree.section})`;
  if (remote === null) {
    tried.push(`no remote of the repository is ${label}`);
    return null;
  }
  for (const branch of tree.branch ? [tree.branch] : ['HEAD', 'main', 'master']) {
    const revision = await resolveRevision(head.root, `refs/remotes/${remote}/${branch}`);
    if (!revision.ok) continue;
    const { commit } = revision.value;
    // The branch of today may be long past a series of last year.
    const same = wanted.size === 0 ? 0 : ((await sameBlobs(head.root, commit, wanted)) ?? 0);
    if (same >= atHead) return { commit, how: 'named', why: `which is ${label}` };
    tried.push(`${label} has only ${same} of the ${wanted.size} files of the index lines`);
    return null;
  }
  tried.push(`the remote ${remote} has no such branch: ${label}`);
  return null;
}

function pathsOf(diff: string): string[] {
  return [...diff.matchAll(/^(?:--- a|\+\+\+ b)\/(\S+)/gm)].map((m) => m[1]!);
}
