import { readFile, stat } from 'node:fs/promises';
import { simpleGit } from 'simple-git';
import { gitEnvironment } from '../tree/index.ts';

/** b4's own files are small; a thread is as large as a mailbox. */
const LARGEST_TRACKING = 16 << 20;
const LARGEST_THREAD = 256 << 20;

/**
 * The whole thread of the series that b4 checks, as the mbox that b4 keeps in the repository: `B4_TRACKING_FILE` names a
 * file, the file a git blob (`series.thread-blob`). Null when there is none, which is the case while a series is not
 * checked out for review; a damaged file counts as none, for the mail on standard input is still there.
 */
export async function readThread(trackingFile: string | undefined, folder: string): Promise<Buffer | null> {
  if (trackingFile === undefined || trackingFile === '') return null;
  const blob = await threadBlob(trackingFile);
  if (blob === null) return null;
  try {
    const git = simpleGit({ baseDir: folder }).env(gitEnvironment());
    const size = Number(await git.raw(['cat-file', '-s', blob]));
    if (!(size <= LARGEST_THREAD)) return null;
    return (await git.binaryCatFile(['blob', blob])) as Buffer;
  } catch {
    // The blob may have been collected; b4 itself then fetches the thread again.
    return null;
  }
}

async function threadBlob(file: string): Promise<string | null> {
  try {
    if ((await stat(file)).size > LARGEST_TRACKING) return null;
    const tracking = JSON.parse(await readFile(file, 'utf8')) as { series?: Record<string, unknown> } | null;
    const blob = tracking?.series?.['thread-blob'];
    return typeof blob === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(blob) ? blob : null;
  } catch {
    return null;
  }
}
