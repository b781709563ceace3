import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { endOf, runGit, startGit } from './git-command.ts';

/** A mail for an archive, and when the archive received it, in milliseconds. */
export interface ArchivedMail {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/**
 * Makes a public-inbox epoch of mails: a bare repository with one commit a mail, in the file `m`. For a demonstration, or
 * to watch mails that lie about in files as if they came from a list.
 *
 * @example
 * await writeEpoch('/tmp/demo/0.git', [{ bytes, at: Date.parse('2026-03-01') }]);
 */
export async function writeEpoch(folder: string, mails: Iterable<ArchivedMail>): Promise<Outcome<void>> {
  await mkdir(folder, { recursive: true });
  const made = await runGit(folder, ['init', '--quiet', '--bare', '--initial-branch=master', '.']);
  if (!made.ok) return made;
  const git = startGit(folder, ['fast-import', '--quiet']);
  const ended = endOf(git);
  git.stdin.on('error', () => {});
  for (const { bytes, at } of mails) {
    const seconds = Math.max(0, Math.floor(at / 1000));
    const head = `commit refs/heads/master\ncommitter abbot <abbot@localhost> ${seconds} +0000\ndata 0\n`;
    const file = `M 100644 inline m\ndata ${bytes.length}\n`;
    if (!git.stdin.write(Buffer.concat([Buffer.from(head + file), bytes, Buffer.from('\n')])))
      await Promise.race([once(git.stdin, 'drain'), ended]);
  }
  git.stdin.end();
  const said = await ended;
  return said === null ? ok(undefined) : fail('source/git-failed', `git could not write ${folder}`, said);
}
