/** A git tree that MAINTAINERS names for some files. */
export interface MaintainedTree {
  readonly section: string;
  readonly url: string;
  readonly branch: string | null;
}

/** MAINTAINERS of the kernel has 800 kB. */
const MAX_TEXT = 4 << 20;

/**
 * The git trees (`T: git …`) of the sections of MAINTAINERS that the most of the files belong to, the narrowest pattern
 * first. `N:` lines hold regular expressions of strangers and are not run.
 */
export function maintainedTrees(text: string, files: readonly string[]): MaintainedTree[] {
  const scored: { tree: MaintainedTree; files: number; depth: number }[] = [];
  for (const section of text.slice(0, MAX_TEXT).split(/\n[ \t]*\n/)) {
    const lines = section.split('\n');
    const values = (letter: string): string[] =>
      lines.filter((line) => line.startsWith(`${letter}:`)).map((line) => line.slice(2).trim());
    const trees = values('T').filter((value) => /^git\s/.test(value));
    if (trees.length === 0) continue;
    const [includes, excludes] = [values('F'), values('X')];
    const depths = files.flatMap((file) => {
      if (excludes.some((pattern) => matches(pattern, file))) return [];
      const fitting = includes.filter((pattern) => matches(pattern, file)).map((pattern) => pattern.split('/').length);
      return fitting.length > 0 ? [Math.max(...fitting)] : [];
    });
    if (depths.length === 0) continue;
    for (const value of trees) {
      const [, url = '', branch = null] = value.split(/\s+/);
      const tree = { section: (lines.find((line) => line.trim() !== '') ?? '').trim().slice(0, 100), url, branch };
      scored.push({ tree, files: depths.length, depth: Math.max(...depths) });
    }
  }
  return scored.sort((a, b) => b.files - a.files || b.depth - a.depth).map(({ tree }) => tree);
}

/** Whether a pattern of an `F:` line covers a file: a folder (`a/`), a file, or with `*` and `?` inside one level. */
export function matches(pattern: string, file: string): boolean {
  const parts = pattern.replace(/\/$/, '').split('/');
  const names = file.split('/');
  if (names.length < parts.length || (!pattern.endsWith('/') && names.length > parts.length)) return false;
  return parts.every((part, i) => wildcard(part, names[i]!));
}

/** `*` and `?` without going back more than once a star. */
function wildcard(pattern: string, name: string): boolean {
  let p = 0;
  let star = -1;
  let mark = 0;
  for (let n = 0; n < name.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      mark = n;
    } else if (pattern[p] === '?' || pattern[p] === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Which remote of a repository a tree is: compared by the end of the address (`pci/pci.git`). */
export function remoteOf(tree: MaintainedTree, remotes: readonly { name: string; url: string }[]): string | null {
  const tail = (url: string): string =>
    url
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split('/')
      .slice(-2)
      .join('/');
  return remotes.find((remote) => tail(remote.url) === tail(tree.url))?.name ?? null;
}
