#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import type { Sink } from './surroundings.ts';

// The only file that touches the process. Nothing heavy may be imported here: `abbot --version` must start at once.

function sink(stream: NodeJS.WriteStream): Sink {
  return { write: (text) => stream.write(text), isTerminal: stream.isTTY === true, columns: stream.columns };
}

/** A reader that went away (`abbot … | head`) is no error. */
function quietWhenClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
}

/** Node 22 and later keep the code that they compiled where they are told to: beside what is cached anyway. */
async function keepCompiled(args: readonly string[]): Promise<void> {
  // Somebody who says something about the cache wants nothing in the usual place.
  if (args.some((arg) => /^--(?:no-)?cache(?:=|$)/.test(arg))) return;
  const { enableCompileCache } = (await import('node:module')) as { enableCompileCache?: (folder: string) => unknown };
  const { ABBOT_CACHE: named, XDG_CACHE_HOME: caches } = process.env;
  enableCompileCache?.(join(named || join(caches || join(homedir(), '.cache'), 'abbot'), 'compiled'));
}

function interrupted(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.exit(130);
}

/** A second signal ends the process at once, as if nobody had asked for the first. */
function stopped(): Promise<string> {
  process.removeListener('SIGINT', interrupted);
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal));
  });
}

process.stdout.on('error', quietWhenClosed);
process.stderr.on('error', quietWhenClosed);
process.once('SIGINT', interrupted);

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  // The one question that scripts ask often; even the parser of options would double the time to answer it.
  process.stdout.write(`${version}\n`);
} else {
  await keepCompiled(argv);
  const { run } = await import('./program.ts');
  process.exitCode = await run(argv, {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    cores: availableParallelism(),
    today: new Date().toISOString().slice(0, 10),
    version,
    engine: async () => (await import('./engine.ts')).loadEngine(),
    sources: async () => (await import('./engine.ts')).loadSources(),
    stopped,
    http: {
      fetch: globalThis.fetch,
      now: Date.now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
  });
}
