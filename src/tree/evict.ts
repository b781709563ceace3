import { type Dirent, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the cache whose files can be made again. */
const FOLDERS = ['facts', 'trees', 'stat', 'rules'];

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

/**
 * Makes the cache folder smaller than `limit` bytes: what was used longest ago goes first, and nothing that was used
 * since `since` (milliseconds since 1970). Gives the bytes that went. A file that another process has open stays readable
 * to it; one that it looks for afterwards is made again.
 */
export function evict(cacheDir: string, limit: number, since: number): number {
  const files = FOLDERS.flatMap((folder) => filesOf(join(cacheDir, folder)));
  let total = files.reduce((sum, file) => sum + file.bytes, 0);
  let gone = 0;
  for (const file of files.sort((a, b) => a.used - b.used || (a.path < b.path ? -1 : 1))) {
    if (total <= limit) break;
    if (file.used >= since) continue;
    try {
      rmSync(file.path);
    } catch {
      continue; // another process was quicker, or the folder is read-only
    }
    total -= file.bytes;
    gone += file.bytes;
  }
  return gone;
}

/** Notes that a file of the cache was of use, so that it is among the last to go. */
export function touch(path: string, now: number): void {
  try {
    utimesSync(path, now / 1000, now / 1000);
  } catch {
    // gone, or read-only: the order of eviction is all that suffers
  }
}

/** An index beside its pack goes and stays with it. */
function filesOf(folder: string): Kept[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(path);
    try {
      const { size, mtimeMs } = statSync(path);
      return [{ path, bytes: size, used: mtimeMs }];
    } catch {
      return [];
    }
  });
}
