#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
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

process.stdout.on('error', quietWhenClosed);
process.stderr.on('error', quietWhenClosed);
process.once('SIGINT', () => {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.exit(130);
});

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  // The one question that scripts ask often; even the parser of options would double the time to answer it.
  process.stdout.write(`${version}\n`);
} else {
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
    http: {
      fetch: globalThis.fetch,
      now: Date.now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
  });
}
