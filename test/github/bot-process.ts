import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Built } from '../cli/built.ts';
import type { FakeGitHub } from './fake-github.ts';

/** A real `abbot serve` (or `abbot work`) that speaks to the fake GitHub. */
export interface BotProcess {
  readonly address: string | null;
  /** The log up to now, as it was written. */
  readonly log: () => string;
  readonly child: ChildProcess;
  /** `kill -9`, and the end of it. */
  readonly kill: () => Promise<void>;
  /** Asks it to end; the exit code. */
  readonly stop: () => Promise<number | null>;
}

export interface BotWishes {
  readonly built: Built;
  readonly fake: FakeGitHub;
  /** Folder of cache and data. */
  readonly home: string;
  readonly databaseUrl?: string;
  readonly command?: 'serve' | 'work';
  readonly jobs?: number;
  readonly lease?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly tree?: string;
}

/** Starts it, and waits until it says that it runs. */
export async function startBotProcess(wishes: BotWishes): Promise<BotProcess> {
  const { built, fake, home, databaseUrl, command = 'serve', jobs = 1, lease = 2 } = wishes;
  const main = join(built.folder, 'dist', 'cli', 'main.js');
  const args = [command, '--jobs', String(jobs), '--lease', String(lease), '--workers', '1'];
  if (command === 'serve') args.push('--port', '0');
  if (wishes.tree !== undefined) args.push('--tree', wishes.tree);
  const child = spawn(process.execPath, [main, ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      ABBOT_DATA: join(home, 'data'),
      APP_ID: String(fake.app),
      PRIVATE_KEY: fake.privateKey,
      WEBHOOK_SECRET: fake.secret,
      ABBOT_GITHUB: fake.url,
      ABBOT_GITHUB_PACE: 'off',
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...wishes.env,
    },
  });
  let text = '';
  const running = new Promise<string | null>((resolve, reject) => {
    const read = (chunk: string) => {
      text += chunk;
      const line = text.split('\n').find((l) => l.includes('"abbot runs"'));
      if (line) resolve((JSON.parse(line) as { address: string | null }).address);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('exit', (code) => reject(new Error(`abbot ${command} ended with ${code}: ${text}`)));
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  const address = await running;
  return {
    address,
    child,
    log: () => text,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Waits until something is so; fails with what `said` gives after half a minute. */
export async function until(so: () => boolean | Promise<boolean>, said: () => string, ms = 45_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await so())) {
    if (performance.now() > end) throw new Error(`it did not come to that: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
