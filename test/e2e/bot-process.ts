import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Built } from '../cli/built.ts';

/** A line of the bot's log. */
export type LogLine = { readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

/** A process of the bot. */
export interface BotProcess {
  readonly pid: number;
  readonly log: () => readonly LogLine[];
  /** Everything that it wrote, to either stream. */
  readonly said: () => string;
  /** The first line of the log whose message holds the text, from the line that is given. */
  readonly line: (text: string, from?: number) => Promise<LogLine>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Starts `abbot` with these arguments, as it was built. */
export function startBot(abbot: Built, args: readonly string[], env: Record<string, string>): BotProcess {
  const child = spawn(process.execPath, [join(abbot.folder, 'dist', 'cli', 'main.js'), ...args], {
    cwd: abbot.folder,
    env: { PATH: process.env['PATH'], HOME: abbot.folder, XDG_CACHE_HOME: join(abbot.folder, 'cache'), ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const log = (): LogLine[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  return {
    pid: child.pid ?? 0,
    log,
    said: () => stdout + stderr,
    async line(text, from = 0) {
      let found: LogLine | undefined;
      await until(() => {
        found = log()
          .slice(from)
          .find(({ msg }) => msg.includes(text));
        if (found === undefined && child.exitCode !== null) throw new Error(`it ended: ${stdout}${stderr}`);
        return found !== undefined;
      }, `'${text}' in the log`);
      return found as LogLine;
    },
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Waits until something is so, for a minute and a half at the most: the machine may be busy. */
export async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; ) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`this did not come: ${what}`);
}
