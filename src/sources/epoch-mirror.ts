import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { epochHead, GIT_TIMES_BEGIN } from './epoch.ts';
import { runGit } from './git-command.ts';
import { allowedHost } from './hosts.ts';
import type { HttpClient } from './http-client.ts';
import type { InboxPlace } from './public-inbox.ts';

/** More epochs than any list has: lkml, the largest, had 19 in 2026. */
const MAX_EPOCHS = 200;
/** A fetch that brings less than a kilobyte a second for a minute is given up. */
const PATIENCE = ['-c', 'http.lowSpeedLimit=1000', '-c', 'http.lowSpeedTime=60', '-c', 'http.followRedirects=false'];

/** An epoch as the server's manifest tells of it. */
interface RemoteEpoch {
  readonly number: number;
  /** Path on the server. */
  readonly path: string;
  /** When it last grew, in seconds; null when the manifest does not say. */
  readonly modified: number | null;
}

/**
 * Brings the git epochs of a list up to date in a folder of ours (`<folder>/git/<n>.git`), as `findEpochs` reads them. The
 * server's `manifest.js.gz` says which there are; those that ended before `since` (milliseconds) are left alone, and of
 * the others only the history from then on is fetched. A fetch that is cut off is taken up again the next time. Fails
 * with the codes of `source/`.
 *
 * @example
 * const place = { inbox: 'https://lore.kernel.org', list: 'linux-pci' };
 * await mirrorEpochs(client, place, '/var/lib/abbot/mirrors/linux-pci', Date.parse('2026-03-01'));
 */
export async function mirrorEpochs(
  client: HttpClient,
  place: InboxPlace & { readonly list: string },
  folder: string,
  since: number,
): Promise<Outcome<void>> {
  const base = `${place.inbox}/${place.list}`;
  const manifest = await client.get(`${base}/manifest.js.gz`, 'json', 'always');
  if (!manifest.ok) return manifest;
  const epochs = readManifest(manifest.value.bytes, place.list);
  if (!epochs.ok) return epochs;
  for (const epoch of epochs.value) {
    const local = join(folder, 'git', `${epoch.number}.git`);
    const known = await isRepository(local);
    if (!known && epoch.modified !== null && epoch.modified * 1000 < since && epoch !== epochs.value.at(-1)) continue;
    // By the list's own address, whatever the manifest's path begins with: no other server, no other list.
    const url = `${base}/git/${epoch.number}.git`;
    const allowed = allowedHost(client.hosts, new URL(url));
    if (!allowed.ok) return allowed;
    const fetched = await fetchEpoch(local, url, since);
    if (!fetched.ok) return fetched;
  }
  return ok(undefined);
}

/** The epochs that a manifest of a list names, oldest first; paths that are no epoch of it are passed over. */
export function readManifest(bytes: Buffer, list: string): Outcome<readonly RemoteEpoch[]> {
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch {
    read = null;
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    return fail('source/malformed', `the manifest of ${list} is no list of repositories`);
  const found = new Map<number, RemoteEpoch>();
  for (const [path, about] of Object.entries(read)) {
    const named = /\/([^/]{1,100})\/git\/(\d{1,3})\.git$/.exec(path);
    if (!named || named[1] !== list) continue;
    const modified: unknown = (about as { modified?: unknown } | null)?.modified;
    const number = Number(named[2]);
    found.set(number, { number, path, modified: typeof modified === 'number' ? modified : null });
  }
  const epochs = [...found.values()].sort((a, b) => a.number - b.number);
  if (epochs.length > MAX_EPOCHS)
    return fail('source/too-large', `the manifest of ${list} names ${epochs.length} epochs`);
  if (epochs.length === 0)
    return fail(
      'source/not-found',
      `${list} has no git archive`,
      'its manifest names no epoch',
      'watch it by its feed',
    );
  return ok(epochs);
}

async function isRepository(folder: string): Promise<boolean> {
  return (await stat(join(folder, 'objects')).catch(() => null))?.isDirectory() ?? false;
}

/** Fetches what is new; the first time only the history since a day, which is what will be read. */
async function fetchEpoch(local: string, url: string, since: number): Promise<Outcome<void>> {
  if (!(await isRepository(local))) {
    try {
      await mkdir(local, { recursive: true });
    } catch (error) {
      return fail('watch/state', `${local} cannot be made`, (error as Error).message);
    }
    const made = await runGit(local, ['init', '--quiet', '--bare', '--initial-branch=master', '.']);
    if (!made.ok) return made;
  }
  const head = await epochHead(local);
  if (!head.ok) return head;
  const refs = '+refs/heads/master:refs/heads/master';
  const fetch = (...depth: string[]) =>
    runGit(local, [...PATIENCE, 'fetch', '--quiet', '--no-tags', ...depth, '--', url, refs]);
  if (head.value !== null) return done(await fetch());
  const recent = since < GIT_TIMES_BEGIN ? await fetch() : await fetch(`--shallow-since=${Math.floor(since / 1000)}`);
  if (recent.ok || says(recent, EMPTY)) return ok(undefined);
  if (!says(recent, NOTHING_SINCE)) return recent;
  // Where reading starts later.
  return done(await fetch('--depth=1'));
}

// The second is what git says over HTTP.
const NOTHING_SINCE = /no commits selected for shallow requests|error processing shallow info/i;
const EMPTY = /couldn't find remote ref/i;

function says(fetched: Outcome<string>, words: RegExp): boolean {
  return !fetched.ok && words.test(fetched.fault.why ?? '');
}

function done(fetched: Outcome<string>): Outcome<void> {
  return fetched.ok ? ok(undefined) : fetched;
}
