import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL of our own: a cluster in a temporary folder, on 127.0.0.1 and on a socket. */
export interface PostgresServer {
  readonly port: number;
  readonly folder: string;
  /** Makes an empty database and gives its address. */
  readonly database: () => string;
  /** As `pg_ctl stop -m immediate` and `pg_ctl start` do: connections break, nothing that was acknowledged is lost. */
  readonly stop: () => void;
  readonly start: () => void;
  readonly remove: () => void;
}

export const USER = 'abbot';
export const PASSWORD = 'sesame-open-7';

/** Debian keeps the programs of each version in a folder of its own, outside PATH. */
function binaries(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) ?? null;
}

/** Whether there is a PostgreSQL to be started; with CI=true there has to be. */
export function hasPostgres(): boolean {
  if (binaries() !== null) return true;
  if (process.env['CI'] === 'true') throw new Error('the Debian package postgresql is needed');
  console.warn('no PostgreSQL here (Debian package postgresql): its tests are left out');
  return false;
}

/** PostgreSQL does not run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, user: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim());
  const user = id('-u', 'postgres') > 0 ? 'postgres' : 'nobody';
  return { uid: id('-u', user), gid: id('-g', user) };
}

/**
 * Starts a server; `await` it in `beforeAll`, and `remove` it in `afterAll`. Tests kill processes and not machines, so it
 * waits for no disk unless it is told to.
 */
export async function startPostgres(fsync = false): Promise<PostgresServer> {
  const bin = binaries();
  if (bin === null) throw new Error('no PostgreSQL here');
  const who = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'abbot-pg-'));
  if (who.uid !== undefined) chownSync(folder, who.uid, who.gid ?? who.uid);
  const data = join(folder, 'data');
  const pwfile = join(folder, 'password');
  writeFileSync(pwfile, PASSWORD, { mode: 0o644 });
  const run = (program: string, args: readonly string[]) =>
    execFileSync(join(bin, program), args, { ...who, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  run('initdb', ['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${pwfile}`, '--no-sync', '-E', 'UTF8']);
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -k ${folder} -c max_connections=60 -c fsync=${fsync ? 'on' : 'off'}`;
  const start = () => {
    run('pg_ctl', ['-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start']);
  };
  const stop = () => {
    run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
  };
  start();
  const sql = (statement: string) =>
    execFileSync(
      join(bin, 'psql'),
      ['-h', '127.0.0.1', '-p', `${port}`, '-U', USER, '-d', 'postgres', '-qc', statement],
      {
        env: { PATH: process.env['PATH'], PGPASSWORD: PASSWORD },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
  let made = 0;
  return {
    port,
    folder,
    database() {
      const name = `abbot_${++made}`;
      sql(`create database ${name}`);
      return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${name}`;
    },
    stop,
    start,
    remove() {
      try {
        stop();
      } catch {
        // It was stopped by the test.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
