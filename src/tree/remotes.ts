import { runGit } from './git-command.ts';

/** A remote of a repository, as its configuration names it. */
export interface Remote {
  readonly name: string;
  readonly url: string;
}

/** The remotes of a repository; none when it has none or git cannot say. */
export async function remotesOf(root: string): Promise<Remote[]> {
  const listed = await runGit(root, ['config', '--get-regexp', '^remote\\..*\\.url$']);
  if (!listed.ok) return [];
  return listed.value.split('\n').flatMap((line) => {
    const m = /^remote\.(.+)\.url (\S+)$/.exec(line);
    return m ? [{ name: m[1]!, url: m[2]! }] : [];
  });
}
