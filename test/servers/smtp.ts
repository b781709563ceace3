import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A mail as the server got it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Lines ended by CRLF, as they came over the wire. */
  readonly message: string;
}

export interface SmtpServer {
  readonly url: string;
  readonly received: () => readonly ReceivedMail[];
  /** Forgets what it got. */
  readonly forget: () => void;
  readonly remove: () => void;
}

/** Starts a mail server of its own process on 127.0.0.1; see smtp-server.mjs for how it may answer. */
export async function startSmtp(
  answer: 'ok' | 'later' | 'never' | 'never-rcpt' | 'mute' | 'cut' = 'ok',
): Promise<SmtpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'abbot-smtp-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'smtp-server.mjs'), folder, answer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the mail server ended with ${code}`)));
  });
  return {
    url: `smtp://127.0.0.1:${port}`,
    received: () =>
      readdirSync(folder)
        .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
        .map((name) => {
          const text = readFileSync(join(folder, name), 'utf8');
          const end = text.indexOf('\n');
          return { ...(JSON.parse(text.slice(0, end)) as Omit<ReceivedMail, 'message'>), message: text.slice(end + 1) };
        }),
    forget() {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
    remove() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
