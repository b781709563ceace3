import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { simpleGit } from 'simple-git';
import { fail, type Outcome, ok } from '../outcome/index.ts';

/**
 * The environment for git: what it needs to run, and nothing that would point it at another repository, ask, page,
 * translate or swap objects; over the network it speaks https and http only, and follows no redirect.
 */
export function gitEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SYSTEMROOT', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:http:file',
  };
}

/** Runs one git command in a folder to its end and gives its standard output; fails with `source/git-failed`. */
export async function runGit(folder: string, args: readonly string[]): Promise<Outcome<string>> {
  try {
    const git = simpleGit({ baseDir: folder, trimmed: false }).env(gitEnvironment());
    return ok(await git.raw(['--no-pager', ...args]));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return fail(
      'source/git-failed',
      `git ${args.find((a) => /^[a-z][a-z-]*$/.test(a)) ?? ''} failed in ${folder}`,
      firstLine(text),
    );
  }
}

/** Whether one commit is an ancestor of another; false also when one of them is not there. */
export async function isAncestor(folder: string, older: string, newer: string): Promise<boolean> {
  // `merge-base --is-ancestor` answers by its exit status alone, which simple-git takes for success.
  const common = await runGit(folder, ['merge-base', older, newer]);
  return common.ok && common.value.trim() === older;
}

/** Starts git with its streams open, for what is too much to hold. */
export function startGit(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return spawn('git', ['--no-pager', ...args], { cwd: folder, env: { ...gitEnvironment(), ...environment } });
}

/** How a git that was started ended: null when all is well, else what it said. */
export function endOf(child: ChildProcessWithoutNullStreams): Promise<string | null> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 4096);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? null : firstLine(said) || `status ${code}`));
  });
}

function firstLine(text: string): string {
  const line = text.split('\n').find((l) => l.trim() !== '') ?? text;
  return line.replace(/^(?:fatal|error): /, '').trim();
}
