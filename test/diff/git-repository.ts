import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'C O Mitter',
  GIT_COMMITTER_EMAIL: 'committer@example.org',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

/** A real git repository in a temporary folder. */
export interface Repository {
  readonly dir: string;
  git(...args: string[]): string;
  /** Runs git with something on its standard input; the exit code tells. */
  feed(input: string, ...args: string[]): { status: number; out: string; err: string };
  write(path: string, content: string | Uint8Array): void;
  /** Commits everything and returns the commit id. */
  commit(message: string): string;
  remove(): void;
}

export function repository(): Repository {
  const dir = mkdtempSync(join(tmpdir(), 'abbot-diff-'));
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: dir,
      env: ENV,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    });
  git('init', '-q', '-b', 'main');
  return {
    dir,
    git,
    feed(input, ...args) {
      const run = spawnSync('git', args, { cwd: dir, env: ENV, encoding: 'utf8', input });
      return { status: run.status ?? -1, out: run.stdout, err: run.stderr };
    },
    write(path, content) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), content);
    },
    commit(message) {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD').trim();
    },
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
