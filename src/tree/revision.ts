import { fail, type Outcome, ok } from '../outcome/index.ts';
import { runGit } from './git-command.ts';

/** A revision, resolved: `commit` is the tree's own id when the name meant a tree without a commit. */
export interface Revision {
  readonly commit: string;
  readonly tree: string;
}

/**
 * Resolves what a person calls a revision (`v6.12`, `HEAD~2`, an abbreviated id, a tree's id) in a repository.
 *
 * Names that look like options, are empty or hold control characters never reach git as anything but a revision.
 *
 * @example
 * const base = await resolveRevision('/src/linux', 'v6.12');
 */
export async function resolveRevision(root: string, name: string): Promise<Outcome<Revision>> {
  if (name === '' || hasControl(name)) return noRevision(root, name, 'the name is empty or holds control characters');
  const commit = await verify(root, `${name}^{commit}`);
  const tree = await verify(root, `${name}^{tree}`);
  if (tree.ok) return ok({ commit: commit.ok ? commit.value : tree.value, tree: tree.value });
  // "Needed a single revision" is git's whole answer to a name it does not know; anything else (an owner it does not
  // trust, a broken repository) is a fault of the repository, not of the name.
  if (!/Needed a single revision|unknown revision|bad revision/.test(tree.fault.why ?? '')) return tree;
  return noRevision(root, name, name === 'HEAD' ? 'it has no commit yet' : undefined);
}

async function verify(root: string, name: string): Promise<Outcome<string>> {
  const answer = await runGit(root, ['rev-parse', '--verify', '--end-of-options', name]);
  return answer.ok ? ok(answer.value.trim()) : answer;
}

function noRevision(root: string, name: string, why?: string) {
  return fail('tree/no-revision', `'${printable(name)}' is not a revision of ${root}`, why);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20) return true;
  return false;
}

function printable(text: string): string {
  return [...text]
    .map((c) => (hasControl(c) ? '?' : c))
    .join('')
    .slice(0, 100);
}
