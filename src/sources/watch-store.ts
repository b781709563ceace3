import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mail, MessageId } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Cursor, SpooledMail, Watched, WatchStore } from './watch.ts';

/**
 * Keeps what `abbot watch` remembers in a folder: one file for the lists, and for each list its cursor and the mails that
 * came lately; one file for each review. Every file is written beside its place and put there in one step, so that a
 * process killed at any moment leaves the old file or the new one. The database of the bot stands behind the same
 * interface.
 *
 * @example
 * const store = openWatchStore('/home/me/.local/share/abbot/watch');
 */
export function openWatchStore(folder: string): WatchStore {
  const lists = join(folder, 'lists.json');
  const of = (place: string) => join(folder, 'lists', hash(place).slice(0, 16));
  const reviews = join(folder, 'reviews');
  return {
    folder,
    lists: () => state(async () => ((await readJson(lists)) as Watched[] | null) ?? []),
    saveLists: (watched) => state(() => replace(lists, watched)),
    cursor: (place) => state(async () => (await readJson(join(of(place), 'cursor.json'))) as Cursor | null),
    saveCursor: (place, cursor) => state(() => replace(join(of(place), 'cursor.json'), cursor)),
    forget: (place) => state(() => rm(of(place), { recursive: true, force: true })),
    putMail: (place, spooled) =>
      state(async () => {
        const file = join(of(place), 'mails', mailFile(spooled.mail));
        // A mail that is there already keeps the time at which it came first.
        if ((await readJson(file)) === null) await replace(file, spooled);
      }),
    dropMail: (place, mail) => state(() => rm(join(of(place), 'mails', mailFile(mail)), { force: true })),
    mails: (place) =>
      state(async () => {
        const kept = join(of(place), 'mails');
        const found: SpooledMail[] = [];
        for (const name of await names(kept)) {
          const mail = (await readJson(join(kept, name))) as SpooledMail | null;
          if (mail !== null) found.push(mail);
        }
        return found;
      }),
    reviewed: (patches) => state(async () => (await names(reviews)).includes(reviewFile(patches))),
    record: (record) =>
      state(async () => {
        const file = join(reviews, reviewFile(record.patches));
        const beside = await writeBeside(file, record);
        try {
          // A link, unlike a rename, fails when the review is there already: of two processes one wins.
          await link(beside, file);
          return { file, first: true };
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') return { file, first: false };
          throw error;
        } finally {
          await rm(beside, { force: true });
        }
      }),
  };
}

/** Runs one step on the disk; what the disk refuses is the fault `watch/state`. */
async function state<T>(step: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return ok(await step());
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return fail('watch/state', 'what abbot watches cannot be read or written', error.message);
  }
}

async function names(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return found.filter((name) => name.endsWith('.json')).sort();
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw Object.assign(new Error(`${file} is no JSON; remove it to start anew`), { code: 'EJSON' });
  }
}

async function replace(file: string, value: unknown): Promise<void> {
  await rename(await writeBeside(file, value), file);
}

async function writeBeside(file: string, value: unknown): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  const beside = `${file}.${randomUUID()}.tmp`;
  const handle = await open(beside, 'wx');
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return beside;
}

function mailFile(mail: Mail): string {
  // A mail without an id is known by what it holds.
  return `${hash(mail.messageId ?? JSON.stringify([mail.subject, mail.from, mail.date, mail.body]))}.json`;
}

function reviewFile(patches: readonly MessageId[]): string {
  return `${hash([...patches].sort().join('\n'))}.json`;
}

function hash(text: string | MessageId): string {
  return createHash('sha256').update(text).digest('hex');
}
