import type { TreeIndex } from '../tree/index.ts';
import type { RuleSet } from './rules/index.ts';

/** Whether the analysis looks into a file at all. */
export function isOpaque(rules: RuleSet, path: string): boolean {
  return rules.opaquePaths.some((opaque) =>
    opaque.path.endsWith('/') ? path.startsWith(opaque.path) : path === opaque.path,
  );
}

/**
 * Files of a tree that the analysis does not look into, 1 for each. Files stand in the order of their paths, so that a
 * folder is found without reading the paths of all files; those that an overlay added are not among them.
 */
export function opaqueFiles(tree: TreeIndex, rules: RuleSet): Uint8Array {
  let ground: TreeIndex & { readonly base?: TreeIndex } = tree;
  while (ground.base) ground = ground.base;
  const { symbols } = ground;
  const flags = new Uint8Array(symbols.fileCount);
  const firstFrom = (path: string): number => {
    let low = 0;
    let high = flags.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (symbols.path(middle) < path) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (const { path } of rules.opaquePaths) {
    const first = firstFrom(path);
    // the slash is followed by `0`: what begins with the folder ends there
    if (path.endsWith('/')) flags.fill(1, first, firstFrom(`${path.slice(0, -1)}0`));
    else if (first < flags.length && symbols.path(first) === path) flags[first] = 1;
  }
  return flags;
}
