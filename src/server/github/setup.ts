import type { FetchLeave, Mirror } from '../../sources/index.ts';
import type { ReviewOrder } from '../reviewer.ts';
import type { GitHubApp } from './adapter.ts';

/** What the jobs of this folder share in one process. */
export interface GitHubSetup {
  readonly app: GitHubApp;
  /** Folder of the mirrors. */
  readonly mirrors: string;
  /** A git repository of this machine whose objects mirrors may use, or null. */
  readonly lender: string | null;
  /** What every review is asked with, whatever is reviewed. */
  readonly order: Pick<ReviewOrder, 'ruleDirs' | 'cacheDir' | 'cacheLimit' | 'workers' | 'version'>;
  /** Today as an ISO date. */
  readonly today: () => string;
  /** Address of a page with the whole review, by its run; null when there is no such page. */
  readonly page: (run: string) => string | null;
}

/** A repository as the jobs work on it: its mirror, and what fetching may use. */
export interface Workplace {
  readonly mirror: Mirror;
  readonly leave: FetchLeave;
}

/** `owner/name` in two. */
export function splitName(repository: string): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}
