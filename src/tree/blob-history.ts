import { runGit } from './git-command.ts';

/** Files at a revision by abbreviated blob id: path → at least seven hexadecimal digits. */
export type WantedBlobs = ReadonlyMap<string, string>;

/** A commit and how many of the wanted files it has. */
export interface BlobMatch {
  readonly commit: string;
  readonly same: number;
}

/** Days before the series in which its base is looked for. */
const DAYS = 200;
/** Commits of a path's history that are read, and of those, how many are looked at closely. */
const MAX_COMMITS = 5000;
const MAX_CANDIDATES = 40;
/** Paths that are asked about at once. */
const MAX_PATHS = 200;

/**
 * Finds the commit, on any branch, whose files have the blob ids that the `index` lines of a series name: the newest
 * that has all of them, else the one that has most. Null when git cannot say, or no commit has any.
 *
 * `before` is the time of the series (ISO 8601): a base is older, by at most 200 days. Without it the newest 5,000
 * commits on the files are looked at.
 */
export async function findByBlobs(root: string, wanted: WantedBlobs, before: string | null): Promise<BlobMatch | null> {
  const paths = [...wanted.keys()].sort().slice(0, MAX_PATHS);
  if (paths.length === 0) return null;
  const since = before === null ? [] : [`--since=${shifted(before, -DAYS)}`, `--until=${shifted(before, 1)}`];
  const log = await runGit(root, [
    'log',
    ...['--all', '--raw', '--no-abbrev', '--no-renames', '--format=commit %H %P', `--max-count=${MAX_COMMITS}`],
    ...since,
    ...['--end-of-options', '--', ...paths.map((path) => `:(literal)${path}`)],
  ]);
  if (!log.ok) return null;
  let best: BlobMatch | null = null;
  for (const commit of candidates(log.value, wanted)) {
    const same = await sameBlobs(root, commit, wanted);
    if (same !== null && same > (best?.same ?? 0)) best = { commit, same };
    if (best?.same === wanted.size) break;
  }
  return best;
}

/** Commits worth a look: where a file gets a wanted content, and just before it loses it, newest first. */
function candidates(log: string, wanted: WantedBlobs): string[] {
  const found = new Set<string>();
  let commit = '';
  let parent = '';
  for (const line of log.split('\n')) {
    const head = /^commit ([0-9a-f]{40,64})(?: ([0-9a-f]{40,64}))?/.exec(line);
    if (head) {
      commit = head[1]!;
      parent = head[2] ?? '';
      continue;
    }
    const change = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) \S+\t(.*)$/.exec(line);
    const id = change && wanted.get(change[3]!);
    if (!change || id === undefined || id === null) continue;
    if (parent !== '' && change[1]!.startsWith(id)) found.add(parent);
    if (change[2]!.startsWith(id)) found.add(commit);
    if (found.size >= MAX_CANDIDATES) break;
  }
  return [...found];
}

/** How many of the wanted files a commit has; null when git cannot say. */
export async function sameBlobs(root: string, commit: string, wanted: WantedBlobs): Promise<number | null> {
  const paths = [...wanted.keys()].sort().slice(0, MAX_PATHS);
  const listing = await runGit(root, [...['ls-tree', '-z', '--full-tree', '--end-of-options', commit, '--'], ...paths]);
  if (!listing.ok) return null;
  return listing.value.split('\0').filter((record) => {
    const entry = /^\S+ \S+ (\S+)\t(.*)$/s.exec(record);
    const prefix = entry ? wanted.get(entry[2]!) : undefined;
    return prefix !== undefined && entry![1]!.startsWith(prefix);
  }).length;
}

function shifted(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString();
}
