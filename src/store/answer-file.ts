import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { fail, ok } from '../outcome/index.ts';
import type { AnswerStore, RememberedAnswer } from '../review/index.ts';

/** More is no file of answers. */
const LARGEST = 64 << 20;

const answer = z.object({
  fingerprint: z.string(),
  messageId: z.string(),
  by: z.string(),
  date: z.string().nullable(),
  quote: z.string(),
  verdict: z.enum(['false-alarm', 'known', 'fixed-elsewhere']).nullable(),
});

/**
 * Answers in a file of JSON lines, which only grows: two reviews at once can both add to it, and a line that was cut off
 * costs that line alone. Faults are `store/unreadable` and `store/unwritable`.
 *
 * @example
 * const store = answerFile('/home/me/.local/share/abbot/answers.jsonl');
 * const kept = await store.load();
 */
export function answerFile(path: string): AnswerStore {
  return {
    async load() {
      let text: string;
      try {
        if ((await stat(path)).size > LARGEST) return fail('store/unreadable', `${path} is too large for answers`);
        text = await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok({ answers: [], damaged: 0 });
        return fail('store/unreadable', `${path} cannot be read`, (error as Error).message);
      }
      return ok(parse(text));
    },
    async remember(answers) {
      try {
        await mkdir(dirname(path), { recursive: true });
        // Each write begins a line of its own, so that one that was cut off before does not swallow it.
        const lines = answers.map((one) => `${JSON.stringify(one)}\n`).join('');
        await appendFile(path, (await endsInLine(path)) ? lines : `\n${lines}`, { mode: 0o600 });
        return ok(null);
      } catch (error) {
        return fail('store/unwritable', `${path} cannot be written`, (error as Error).message);
      }
    },
  };
}

async function endsInLine(path: string): Promise<boolean> {
  const text = await readFile(path).catch(() => Buffer.alloc(0));
  return text.length === 0 || text.at(-1) === 0x0a;
}

function parse(text: string): { answers: RememberedAnswer[]; damaged: number } {
  const found = new Map<string, RememberedAnswer>();
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const read = readLine(line);
    if (read === null) damaged++;
    else {
      const key = `${read.fingerprint}\n${read.messageId}`;
      if (!found.has(key)) found.set(key, read);
    }
  }
  return { answers: [...found.values()], damaged };
}

function readLine(line: string): RememberedAnswer | null {
  try {
    const read = answer.safeParse(JSON.parse(line));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
