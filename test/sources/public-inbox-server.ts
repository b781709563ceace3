import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real public-inbox server (Debian's package `public-inbox`) with one list, on 127.0.0.1. */
export interface PublicInbox {
  readonly origin: string;
  readonly list: string;
  /** The bare repository of the list's only epoch, and the folder of the inbox. */
  readonly epoch: string;
  readonly folder: string;
  /** Adds mails, as a delivery would. */
  readonly deliver: (mails: readonly (string | Buffer)[]) => void;
  /** Deletes a mail, as its owner would (a commit that names it in the file `d`). */
  readonly remove: (mail: string) => void;
  readonly stop: () => Promise<void>;
}

/** Whether it is installed; with CI=true it must be. */
export const hasPublicInbox: boolean = (() => {
  if (spawnSync('public-inbox-httpd', ['--help']).error === undefined) return true;
  if (process.env['CI'] === 'true') throw new Error('public-inbox is not installed');
  console.warn('skipped: public-inbox is not installed');
  return false;
})();

export async function startPublicInbox(mails: readonly (string | Buffer)[], list = 'kernel'): Promise<PublicInbox> {
  const top = mkdtempSync(join(tmpdir(), 'abbot-inbox-'));
  const folder = join(top, list);
  const env = { PATH: process.env['PATH'] ?? '', HOME: top, PI_CONFIG: join(top, 'config') };
  const run = (command: string, args: readonly string[], input?: Buffer) =>
    execFileSync(command, args, { env, cwd: top, stdio: ['pipe', 'ignore', 'pipe'], ...(input ? { input } : {}) });
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  run('public-inbox-init', ['-V2', '-L', 'full', list, folder, `${origin}/${list}`, `${list}@list.example`]);
  const epoch = join(folder, 'git', '0.git');
  appendFileSync(env.PI_CONFIG, `[extindex "all"]\n\ttopdir = ${join(top, 'all')}\n\turl = ${origin}/all\n`);
  mkdirSync(join(top, 'all'));

  let commits = 0;
  const commit = (file: 'm' | 'd', mail: string | Buffer): Buffer => {
    const bytes = Buffer.from(mail);
    const time = 1_772_000_000 + commits * 60;
    const who = `Ada <ada@example.org> ${time} +0000`;
    const from = commits++ === 0 ? '' : 'from refs/heads/master^0\n';
    const head = `commit refs/heads/master\nauthor ${who}\ncommitter ${who}\ndata 1\nx\n`;
    return Buffer.concat([
      Buffer.from(`${head}${from}deleteall\nM 100644 inline ${file}\ndata ${bytes.length}\n`),
      bytes,
      Buffer.from('\n'),
    ]);
  };
  const append = (parts: readonly Buffer[]) => {
    if (parts.length === 0) return;
    // Only the first commit of a stream needs its parent spelled out; the rest follow it.
    run(
      'git',
      ['-C', epoch, 'fast-import', '--quiet'],
      Buffer.concat(parts.map((part, i) => (i === 0 ? part : withoutFrom(part)))),
    );
    run('public-inbox-index', ['--no-fsync', '-j0', '-L', 'full', folder]);
    run('public-inbox-extindex', ['--no-fsync', '-j0', '--all', '-L', 'full', join(top, 'all')]);
  };
  append(mails.map((mail) => commit('m', mail)));

  const server = spawn('public-inbox-httpd', ['-W0', '-l', `127.0.0.1:${port}`], { env, cwd: top, stdio: 'ignore' });
  // Also when a hook timed out and nobody holds the server.
  process.once('exit', () => server.kill('SIGKILL'));
  await answering(`${origin}/${list}/`);
  return {
    origin,
    list,
    epoch,
    folder,
    deliver: (more) => append(more.map((mail) => commit('m', mail))),
    remove: (mail) => append([commit('d', mail)]),
    stop: async () => {
      const gone = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGKILL');
      await gone;
      rmSync(top, { recursive: true, force: true });
    },
  };
}

function withoutFrom(part: Buffer): Buffer {
  return Buffer.from(part.toString('latin1').replace('from refs/heads/master^0\n', ''), 'latin1');
}

async function answering(url: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
