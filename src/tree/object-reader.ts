import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { BatchOutput } from './batch-output.ts';
import { gitEnvironment } from './git-command.ts';

/** Reads objects of one repository through one `git cat-file --batch`, as many at a time as are asked for. */
export interface ObjectReader {
  /** Bytes of the object; null when the repository does not have it or it is larger than the limit. */
  read(id: string): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

interface Request {
  readonly resolve: (bytes: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts the child at the first request. While nothing is asked it does not keep the program alive.
 *
 * Object ids only: git answers in order, so each answer belongs to the oldest open request.
 */
export function objectReader(root: string, limit: number): ObjectReader {
  let child: ChildProcessWithoutNullStreams | undefined;
  let said = '';
  const open: Request[] = [];

  const start = (): ChildProcessWithoutNullStreams => {
    const git = spawn('git', ['-C', root, '--no-pager', 'cat-file', '--batch'], { env: gitEnvironment() });
    const output = new BatchOutput(limit, (bytes) => {
      open.shift()?.resolve(bytes);
      if (open.length === 0) hold(git, false);
    });
    said = '';
    git.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    git.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 2000) said += chunk.toString('utf8');
    });
    git.stdin.on('error', () => {
      // EPIPE: the child is gone; 'close' tells everyone who waits.
    });
    git.on('error', (error) => abandon(git, error.message));
    git.on('close', (code) => abandon(git, said.split('\n')[0] || `exit code ${code}`));
    git.unref();
    return git;
  };

  const abandon = (git: ChildProcessWithoutNullStreams, why: string): void => {
    if (child !== git) return;
    child = undefined;
    for (const request of open.splice(0)) request.reject(new Error(`git cat-file ended in ${root}: ${why}`));
  };

  return {
    read(id) {
      if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(id)) return Promise.reject(new Error(`not an object id: ${id}`));
      return new Promise((resolve, reject) => {
        child ??= start();
        if (open.length === 0) hold(child, true);
        open.push({ resolve, reject });
        child.stdin.write(`${id}\n`);
      });
    },
    async close() {
      const git = child;
      if (!git) return;
      hold(git, true);
      git.ref();
      const ended = new Promise<void>((resolve) => git.once('close', () => resolve()));
      git.stdin.end();
      await ended;
    },
  };
}

/** Whether the pipes keep the event loop running; they are sockets, though their types do not say so. */
function hold(git: ChildProcessWithoutNullStreams, on: boolean): void {
  for (const pipe of [git.stdin, git.stdout, git.stderr] as unknown as Socket[]) on ? pipe.ref() : pipe.unref();
}
