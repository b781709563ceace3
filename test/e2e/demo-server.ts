import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `abbot demo` as it was built, in a process of its own. */
export interface DemoServer {
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** Starts it and waits until it has reviewed both versions of the example. */
export async function startDemo(token: string): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), 'abbot-e2e-'));
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
  const env = { ...process.env, ABBOT_TOKEN: token, ABBOT_CACHE: join(folder, 'cache'), HOME: folder };
  const child = spawn(process.execPath, [main, 'demo', '--port', '0', '--data', join(folder, 'data')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const origin = await ready(child);
  return {
    origin,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let origin = '';
    let reviewed = 0;
    const take = (text: string) => {
      said = (said + text).slice(-20_000);
      origin ||= /"address":"([^"]+)"/.exec(said)?.[1] ?? '';
      reviewed += text.split('"msg":"reviewed"').length - 1;
      if (origin !== '' && reviewed >= 2) resolve(origin);
    };
    child.stdout?.setEncoding('utf8').on('data', take);
    child.stderr?.setEncoding('utf8').on('data', take);
    child.once('close', (code) => reject(new Error(`abbot demo ended with ${code}: ${said}`)));
  });
}
