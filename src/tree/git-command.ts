import { simpleGit } from 'simple-git';
import { fail, type Outcome, ok } from '../outcome/index.ts';

/**
 * The environment for git: what it needs to run and to find its owner's configuration, and nothing that would point it
 * at another repository (GIT_DIR inside a hook), fetch, ask, page, translate, or swap objects.
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
  };
}

/** Runs one read-only git command in `root` and gives its standard output; git's own message is the fault's why. */
export async function runGit(root: string, args: readonly string[]): Promise<Outcome<string>> {
  try {
    const git = simpleGit({ baseDir: root, trimmed: false }).env(gitEnvironment());
    return ok(await git.raw(['--no-pager', ...args]));
  } catch (error) {
    return fail('tree/git-failed', `git ${args[0]} failed in ${root}`, reason(error));
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('ENOENT')) return 'git is not installed, or not on the PATH';
  const line = text.split('\n').find((l) => l.trim() !== '') ?? text;
  return line.replace(/^(fatal|error): /, '').trim();
}
