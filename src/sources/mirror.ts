import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleGit } from 'simple-git';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { endOf, gitEnvironment, runGit, startGit } from './git-command.ts';

/** A repository of a git host, mirrored: all pull requests of it share the objects. */
export interface Mirror {
  /** Bare repository to read in: it never asks the network for an object that is not there. */
  readonly folder: string;
  /** Bare partial clone to fetch into. */
  readonly store: string;
  readonly cloneUrl: string;
}

/** What a fetch may use and how long it may take. */
export interface FetchLeave {
  /** Token of the host, for repositories that are not public; it reaches git by its environment alone. */
  readonly token?: string;
  /** Milliseconds without a sign of life after which git is stopped. */
  readonly patienceMs?: number;
}

const SEGMENT = /^(?!\.)[A-Za-z0-9._-]{1,100}$/;
const OBJECT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const PATIENCE_MS = 120_000;
/** More blobs than a kernel tree has are not fetched for a review. */
const MOST_OBJECTS = 400_000;

/** Whether a text is the full name of a git object. */
export function isObjectId(text: string): boolean {
  return OBJECT.test(text);
}

/**
 * Opens the mirror of a repository below `root`, and makes it when it is not there. With `lender`, a git repository on
 * this machine, objects that it holds are not fetched again. Fails with `source/address` and `source/git-failed`.
 *
 * @example
 * const mirror = await openMirror('/var/cache/abbot/github', 'o/r', 'https://github.com/o/r.git', '/src/linux');
 */
export async function openMirror(
  root: string,
  name: string,
  cloneUrl: string,
  lender: string | null = null,
): Promise<Outcome<Mirror>> {
  const [owner = '', repo = '', more] = name.split('/');
  if (more !== undefined || !SEGMENT.test(owner) || !SEGMENT.test(repo) || !/^https?:\/\//.test(cloneUrl))
    return fail('source/address', `'${name.slice(0, 100)}' is not a repository`);
  const host = new URL(cloneUrl).host.replace(/[^A-Za-z0-9.-]/g, '_');
  const home = join(root, host, owner.toLowerCase(), repo.toLowerCase());
  const mirror = { folder: join(home, 'read.git'), store: join(home, 'store.git'), cloneUrl };
  if (!existsSync(mirror.folder)) {
    // Made under another name first, so that nobody ever sees half a mirror; of two who make one, one wins.
    const draft = `${home}.${process.pid}.${performance.now()}`;
    const made = await makeMirror(draft, home);
    if (!made.ok) {
      await rm(draft, { recursive: true, force: true });
      return made;
    }
    await rename(draft, home).catch(() => rm(draft, { recursive: true, force: true }));
    if (!existsSync(mirror.folder)) return fail('source/git-failed', `the mirror of ${name} cannot be made in ${root}`);
  }
  await lend(mirror, lender);
  return ok(mirror);
}

async function makeMirror(draft: string, home: string): Promise<Outcome<null>> {
  try {
    await mkdir(draft, { recursive: true });
  } catch (error) {
    return fail('cache/unwritable', `${draft} cannot be made`, error instanceof Error ? error.message : String(error));
  }
  for (const name of ['store.git', 'read.git']) {
    // Without the hooks that somebody's templates may hold; simple-git refuses the option.
    const child = startGit(draft, ['init', '-q', '--bare', '--template=', '--initial-branch=none', name]);
    child.stdin.end();
    child.stdout.resume();
    const fault = await endOf(child);
    if (fault !== null) return fail('source/git-failed', `git init failed in ${draft}`, fault);
  }
  const store = join(draft, 'store.git');
  for (const [key, value] of [
    ['core.repositoryformatversion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialclonefilter', 'blob:none'],
    // What is kept must not depend on what was fetched by whom; packs are put together by `tidyMirror`.
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ] as const) {
    const set = await runGit(store, ['config', key, value]);
    if (!set.ok) return set;
  }
  await mkdir(join(draft, 'read.git', 'objects', 'info'), { recursive: true });
  await writeFile(join(draft, 'read.git', 'objects', 'info', 'alternates'), `${join(home, 'store.git', 'objects')}\n`);
  return ok(null);
}

/** Lets the mirror use the objects of another repository on this machine. */
async function lend(mirror: Mirror, lender: string | null): Promise<void> {
  if (lender === null) return;
  const found = await runGit(lender, ['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
  if (!found.ok || /[\n"#]/.test(found.value.trim())) return;
  const info = join(mirror.store, 'objects', 'info');
  await mkdir(info, { recursive: true });
  await writeFile(join(info, 'alternates'), `${found.value.trim()}\n`);
}

/**
 * Fetches a pull request's reference and the commits that are named, without the contents of files. What is there is
 * not fetched again. Fails with `source/not-found` when the host has no such reference or commit any more, and with
 * `source/git-failed`, `source/unreachable` or `source/timeout`.
 *
 * @example
 * await fetchCommits(mirror, 'refs/pull/7/head', [head, base], { token });
 */
export async function fetchCommits(
  mirror: Mirror,
  ref: string,
  commits: readonly string[],
  leave: FetchLeave = {},
): Promise<Outcome<null>> {
  const strange = commits.find((id) => !isObjectId(id));
  if (strange !== undefined) return fail('source/malformed', `'${strange.slice(0, 80)}' is not a commit's name`);
  let missing = await absent(mirror, commits);
  if (missing.length === 0) return ok(null);
  let last: Outcome<null> = ok(null);
  for (const wanted of [[ref, ...missing.slice(1)], missing]) {
    last = await fetch(mirror, wanted, leave);
    missing = await absent(mirror, commits);
    if (missing.length === 0) return ok(null);
    if (!last.ok && last.fault.code !== 'source/not-found') return last;
  }
  if (!last.ok) return last;
  return fail('source/not-found', `commit ${missing[0]} is not in ${mirror.cloneUrl} any more`);
}

/** The commits that the mirror does not hold. */
export async function absent(mirror: Mirror, commits: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const id of commits) {
    const found = await runGit(mirror.folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${id}^{tree}`]);
    if (!found.ok || found.value.trim() === '') missing.push(id);
  }
  return missing;
}

/** Keeps commits from being thrown away when the mirror is tidied. */
export async function keepCommit(mirror: Mirror, name: string, commit: string): Promise<Outcome<null>> {
  const kept = await runGit(mirror.store, ['update-ref', `refs/abbot/${name}`, commit]);
  return kept.ok ? ok(null) : kept;
}

/** Whether a commit was kept under this name. */
export async function isKept(mirror: Mirror, name: string, commit: string): Promise<boolean> {
  const found = await runGit(mirror.store, ['for-each-ref', '--format=%(objectname)', `refs/abbot/${name}`]);
  return found.ok && found.value.trim() === commit;
}

/** The contents of files that objects (`<commit>^{tree}`, `--not` …) reach and the mirror does not hold, fetched at once. */
export async function fetchContents(
  mirror: Mirror,
  objects: readonly string[],
  leave: FetchLeave = {},
): Promise<Outcome<null>> {
  const missing: string[] = [];
  const child = startGit(mirror.folder, [
    'rev-list',
    '--objects',
    '--no-object-names',
    '--missing=print',
    '--end-of-options',
    ...objects,
  ]);
  child.stdin.end();
  const ended = endOf(child);
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('latin1')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('?') && isObjectId(line.slice(1))) missing.push(line.slice(1));
    if (missing.length > MOST_OBJECTS) {
      child.kill();
      return fail('source/too-large', `more than ${MOST_OBJECTS} files of ${mirror.cloneUrl} would have to be fetched`);
    }
  }
  const fault = await ended;
  if (fault !== null) return fail('source/git-failed', `the objects of ${mirror.cloneUrl} cannot be listed`, fault);
  return missing.length === 0 ? ok(null) : fetch(mirror, missing, leave);
}

/** Objects by their names; those that the mirror holds are not fetched again. */
export async function fetchObjects(
  mirror: Mirror,
  ids: readonly string[],
  leave: FetchLeave = {},
): Promise<Outcome<null>> {
  if (ids.length === 0) return ok(null);
  const child = startGit(mirror.folder, ['cat-file', '--batch-check']);
  child.stdin.on('error', () => {});
  child.stdin.end(`${ids.filter(isObjectId).join('\n')}\n`);
  const ended = endOf(child);
  let said = '';
  for await (const chunk of child.stdout.setEncoding('latin1')) said += String(chunk);
  const fault = await ended;
  if (fault !== null) return fail('source/git-failed', `the objects of ${mirror.cloneUrl} cannot be looked up`, fault);
  const missing = [...said.matchAll(/^([0-9a-f]{40,64}) missing$/gm)].map(([, id]) => id ?? '');
  return missing.length === 0 ? ok(null) : fetch(mirror, missing, leave);
}

/** One `git fetch` into the store; objects and references alike are named on its standard input. */
async function fetch(mirror: Mirror, wanted: readonly string[], leave: FetchLeave): Promise<Outcome<null>> {
  const { token, patienceMs = PATIENCE_MS } = leave;
  const child = startGit(
    mirror.store,
    [
      ...['-c', 'http.lowSpeedLimit=1', '-c', `http.lowSpeedTime=${Math.ceil(patienceMs / 1000)}`],
      ...['-c', 'protocol.version=2', '-c', 'credential.helper=', '-c', `remote.origin.url=${mirror.cloneUrl}`],
      ...['-c', 'http.followRedirects=false'],
      ...['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no', '--filter=blob:none'],
      ...['--stdin', 'origin'],
    ],
    token === undefined ? {} : authorization(mirror.cloneUrl, token),
  );
  child.stdin.on('error', () => {});
  child.stdin.end(`${wanted.join('\n')}\n`);
  child.stdout.resume();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, patienceMs * 10);
  const fault = await endOf(child);
  clearTimeout(timer);
  if (late) return fail('source/timeout', `${mirror.cloneUrl} did not end in time`);
  if (fault === null) return ok(null);
  if (/couldn't find remote ref|not our ref|no such remote ref|remote error: upload-pack/i.test(fault))
    return fail('source/not-found', `${mirror.cloneUrl} does not have ${wanted[0]} any more`, fault);
  if (/not found|returned error: 404|returned error: 40[13]|could not read Username/i.test(fault))
    return fail('source/not-found', `${mirror.cloneUrl} is not there, or not for us`, fault);
  if (/Could not resolve|Failed to connect|Connection (?:refused|reset)|timed out|returned error: 5/i.test(fault))
    return fail('source/unreachable', `${mirror.cloneUrl} cannot be reached`, fault);
  return fail('source/git-failed', `fetching from ${mirror.cloneUrl} failed`, fault);
}

/** The token as git takes it from its environment: on no command line, in no file. */
function authorization(cloneUrl: string, token: string): Record<string, string> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(cloneUrl).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

/** One file of a commit, fetched if need be; null when the commit does not have it, or it is no plain file. */
export async function fetchFile(
  mirror: Mirror,
  commit: string,
  path: string,
  max: number,
  leave: FetchLeave = {},
): Promise<Outcome<string | null>> {
  const listed = await runGit(mirror.folder, ['ls-tree', '-z', '--full-tree', commit, '--', path]);
  if (!listed.ok) return listed;
  const blob = /^100(?:644|755) blob ([0-9a-f]{40,64})\t/.exec(listed.value)?.[1];
  if (blob === undefined) return ok(null);
  const fetched = await fetchObjects(mirror, [blob], leave);
  if (!fetched.ok) return fetched;
  return ok(await readCommitFile(mirror, commit, path, max));
}

/** One file of a commit that is there; text longer than `max` comes as blanks of that length and one more. */
export async function readCommitFile(
  mirror: Mirror,
  commit: string,
  path: string,
  max: number,
): Promise<string | null> {
  const size = await runGit(mirror.folder, ['cat-file', '-s', `${commit}:${path}`]);
  if (!size.ok) return null;
  if (Number(size.value) > max) return ' '.repeat(max + 1);
  const text = await runGit(mirror.folder, ['cat-file', 'blob', `${commit}:${path}`]);
  return text.ok ? text.value : null;
}

/** Puts the packs of a mirror together when there are many; to be called when nothing is in a hurry. */
export async function tidyMirror(mirror: Mirror): Promise<Outcome<null>> {
  try {
    const git = simpleGit({ baseDir: mirror.store }).env(gitEnvironment());
    await git.raw([
      '-c',
      'gc.auto=2000',
      '-c',
      'gc.autoPackLimit=60',
      '-c',
      'gc.autoDetach=false',
      'gc',
      '--auto',
      '--quiet',
    ]);
    return ok(null);
  } catch (error) {
    return fail('source/git-failed', `git gc failed in ${mirror.store}`, error instanceof Error ? error.message : '');
  }
}
