import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { endOf, isAncestor, runGit, startGit } from './git-command.ts';
import { readObjects } from './git-objects.ts';

/** git takes smaller numbers of seconds for days and years, not for a time; in milliseconds (1973). */
export const GIT_TIMES_BEGIN = 100_000_000_000;

/** One commit of a public-inbox epoch: a mail that came, or one that its owner took out again. */
export interface EpochCommit {
  readonly commit: string;
  /** When it was committed, in milliseconds: when the archive received it. */
  readonly at: number;
  readonly kind: 'mail' | 'deleted';
  /** The mail; null when it is too large to read. */
  readonly bytes: Buffer | null;
}

/**
 * The epochs of an inbox: the bare repositories `git/0.git`, `git/1.git`, … of its folder in order, or the folder itself
 * when it is one. Fails with `input/not-found`.
 */
export async function findEpochs(folder: string): Promise<Outcome<readonly string[]>> {
  for (const place of [join(folder, 'git'), folder]) {
    const names = await readdir(place).catch(() => []);
    const epochs = names
      .filter((name) => /^\d{1,4}\.git$/.test(name))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    if (epochs.length > 0) return ok(epochs.map((name) => join(place, name)));
  }
  const bare = await stat(join(folder, 'objects')).catch(() => null);
  const nested = await stat(join(folder, '.git')).catch(() => null);
  if (bare?.isDirectory() || nested) return ok([folder]);
  return fail(
    'input/not-found',
    `${folder} is no public-inbox archive`,
    'it has no git epochs',
    'name the folder of an inbox or one of its epochs (0.git)',
  );
}

/** The newest commit of an epoch; null when it is empty. */
export async function epochHead(epoch: string): Promise<Outcome<string | null>> {
  const head = await runGit(epoch, ['rev-parse', '--verify', '--quiet', '--end-of-options', 'HEAD^{commit}']);
  if (head.ok && head.value.trim() !== '') return ok(head.value.trim());
  const inside = await runGit(epoch, ['rev-parse', '--git-dir']);
  return inside.ok ? ok(null) : inside;
}

/** The last commit made before a time (milliseconds), from which on reading starts; null for none. */
export async function epochBefore(epoch: string, time: number): Promise<Outcome<string | null>> {
  if (time < GIT_TIMES_BEGIN) return ok(null);
  const head = await epochHead(epoch);
  if (!head.ok || head.value === null) return head;
  const found = await runGit(epoch, ['rev-list', '-1', `--before=${Math.floor(time / 1000)}`, head.value]);
  return found.ok ? ok(found.value.trim() || null) : found;
}

/**
 * Reads the commits after `since` up to `until` in their order, as a stream: memory does not grow with their number.
 * When history was rewritten and `since` is no part of it, everything is read again. Git's own failure is thrown as the
 * fault that the last item is.
 *
 * @example
 * for await (const item of readEpoch('linux-pci/git/0.git', cursor, head)) if (item.ok) console.log(item.value.commit);
 */
export async function* readEpoch(
  epoch: string,
  since: string | null,
  until: string,
): AsyncGenerator<Outcome<EpochCommit>> {
  const range = since !== null && (await isAncestor(epoch, since, until)) ? [`${since}..${until}`] : [until];
  const list = startGit(epoch, ['rev-list', '--timestamp', '--reverse', ...range]);
  const cat = startGit(epoch, ['cat-file', '--batch', '--buffer']);
  list.stdin.end();
  const ended = Promise.all([endOf(list), endOf(cat)]);
  const commits: { commit: string; at: number }[] = [];
  // A reader that stops early, or git that fails, closes the pipe under us.
  cat.stdin.on('error', () => {});
  const feeding = feed(list.stdout, cat.stdin, commits);
  try {
    let mail: Buffer | null | undefined;
    let at = 0;
    for await (const object of readObjects(cat.stdout)) {
      const commit = commits[at >> 1];
      if (!commit) break;
      // Two objects were asked for each commit: the mail in `m`, or the one that was deleted in `d`.
      if (at++ % 2 === 0) mail = object;
      else if (mail !== undefined) yield ok({ ...commit, kind: 'mail', bytes: mail });
      else if (object !== undefined) yield ok({ ...commit, kind: 'deleted', bytes: object });
      if (at % 2 === 0) commits[(at >> 1) - 1] = { commit: '', at: 0 };
    }
    await feeding;
    const fault = (await ended).find((said) => said !== null);
    if (fault) yield fail('source/git-failed', `git could not read ${epoch}`, fault);
  } finally {
    list.kill();
    cat.kill();
  }
}

/** Asks for the two files of every commit that is listed. */
async function feed(
  list: AsyncIterable<Buffer>,
  to: NodeJS.WritableStream,
  commits: { commit: string; at: number }[],
): Promise<void> {
  let rest = '';
  for await (const chunk of list) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    let questions = '';
    for (const line of lines) {
      const [time = '', commit = ''] = line.split(' ');
      commits.push({ commit, at: Number(time) * 1000 });
      questions += `${commit}:m\n${commit}:d\n`;
    }
    if (!to.write(questions)) await drained(to);
  }
  to.end();
}

/** Waits until a stream takes more, or is closed; leaves no listener behind. */
async function drained(stream: NodeJS.WritableStream): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(() => {});
  over.abort();
}
