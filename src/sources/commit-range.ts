import { type ReadItem, readStream } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { endOf, isAncestor, runGit, startGit } from './git-command.ts';

/** A longer range is a branch that was given by mistake. */
const MAX_COMMITS = 500;

/**
 * The commits of a local range as the mails that `git format-patch` makes of them, whatever the user's configuration
 * says about its format; with the base commit when the range starts at an ancestor. Merges are left out, as there.
 * Fails with `source/git-failed`, `input/empty` and `input/too-large`.
 *
 * @example
 * const mails = await readCommitRange('/src/linux', 'v6.12', 'topic');
 */
export async function readCommitRange(
  folder: string,
  from: string,
  to: string,
  subjectPrefix = 'PATCH',
): Promise<Outcome<ReadItem[]>> {
  const ends: string[] = [];
  for (const name of [from, to]) {
    const commit = await runGit(folder, ['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`]);
    if (!commit.ok) return fail('source/git-failed', `'${name}' is not a commit of ${folder}`, commit.fault.why);
    ends.push(commit.value.trim());
  }
  const [start = '', end = ''] = ends;
  const counted = await runGit(folder, ['rev-list', '--count', '--no-merges', `${start}..${end}`]);
  if (!counted.ok) return counted;
  const count = Number(counted.value);
  if (count === 0)
    return fail(
      'input/empty',
      `the range ${from}..${to} of ${folder} is empty`,
      undefined,
      'name a range with commits in it',
    );
  if (count > MAX_COMMITS)
    return fail('input/too-large', `the range ${from}..${to} has ${count} commits`, `at most ${MAX_COMMITS} are read`);
  const based = await isAncestor(folder, start, end);
  const child = startGit(folder, [
    ...[
      '-c',
      'diff.noprefix=false',
      '-c',
      'diff.mnemonicPrefix=false',
      '-c',
      'format.headers=',
      '-c',
      'log.showSignature=false',
    ],
    ...[
      'format-patch',
      '--stdout',
      '--no-cover-letter',
      '--no-attach',
      '--no-thread',
      '--numbered',
      `--subject-prefix=${subjectPrefix}`,
    ],
    ...[
      '--no-to',
      '--no-cc',
      '--no-from',
      '--no-notes',
      '--no-signoff',
      '--no-signature',
      '--no-ext-diff',
      '--no-textconv',
      '--full-index',
    ],
    ...(based ? [`--base=${start}`] : ['--no-base']),
    `${start}..${end}`,
  ]);
  child.stdin.end();
  const ended = endOf(child);
  const items: ReadItem[] = [];
  for await (const item of readStream(child.stdout, `${from}..${to}`)) items.push(item);
  const fault = await ended;
  return fault === null ? ok(items) : fail('source/git-failed', `git format-patch failed in ${folder}`, fault);
}
