import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseMail, splitMails } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { ArchivedMail, Watched } from '../sources/index.ts';
import { refuse } from './deliver.ts';
import type { ServeOptions } from './server-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Options of `abbot demo`. */
export interface DemoOptions extends ServeOptions {
  readonly tree?: string;
  readonly data?: string;
}

/**
 * `abbot demo`: the whole bot on mails from files, as if they came on a list: they are put into a list archive that the
 * bot watches. Without inputs it is the example of the project and its tree. Everything lies in a folder that goes away
 * at the end, unless `--data` names one.
 */
export async function demoCommand(inputs: readonly string[], options: DemoOptions, to: Surroundings): Promise<number> {
  const examples = fileURLToPath(new URL('../../examples', import.meta.url));
  const own = inputs.length === 0;
  const lists = own ? [join(examples, 'series')] : inputs.map((input) => resolve(to.cwd, input));
  const tree = options.tree ?? (own ? join(examples, 'tree') : undefined);
  const folder = options.data ? resolve(to.cwd, options.data) : await mkdtemp(join(tmpdir(), 'abbot-demo-'));
  try {
    const watched: Watched[] = [];
    for (const list of lists) {
      const made = await asList(list, join(folder, 'lists'), to);
      if (!made.ok) return refuse(made.fault, to);
      watched.push(made.value);
    }
    const surroundings = { ...to, env: { ...to.env, ABBOT_DATA: folder, DATABASE_URL: undefined } };
    const { openWatchStore } = await to.sources();
    const saved = await openWatchStore(join(folder, 'watch')).saveLists(watched);
    if (!saved.ok) return refuse(saved.fault, to);
    const { serveCommand } = await import('./serve-command.ts');
    const { data: _, ...rest } = options;
    return await serveCommand({ ...rest, ...(tree === undefined ? {} : { tree }) }, surroundings);
  } finally {
    if (!options.data) await rm(folder, { recursive: true, force: true });
  }
}

/** The mails of a file or folder as a list archive; it has the name that the file or folder has. */
async function asList(input: string, folder: string, to: Surroundings): Promise<Outcome<Watched>> {
  const files = await filesOf(input);
  if (files === null) return fail('input/not-found', `${input} does not exist`);
  const mails: ArchivedMail[] = [];
  for (const file of files)
    for await (const raw of splitMails(createReadStream(file))) {
      if (raw.kind !== 'mail') continue;
      const mail = await parseMail(raw.bytes, file);
      const date = mail.ok && mail.value.date !== null ? Date.parse(mail.value.date) : 0;
      mails.push({ bytes: raw.bytes, at: Math.min(date, to.http.now()) });
    }
  mails.sort((a, b) => a.at - b.at);
  const name = basename(input).replace(/\.(?:mbox|eml)$/, '');
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  const { writeEpoch } = await to.sources();
  const written = await writeEpoch(join(place, 'git', '0.git'), mails);
  if (!written.ok) return written;
  return ok({ place: name, source: { kind: 'epoch', folder: place }, settle: 1, since: new Date(0).toISOString() });
}

/** The mboxes and mails of a folder, in order; null when there is nothing of the name. */
async function filesOf(input: string): Promise<readonly string[] | null> {
  const about = await stat(input).catch(() => null);
  if (about === null) return null;
  if (!about.isDirectory()) return [input];
  const names = await readdir(input, { recursive: true });
  return names
    .filter((name) => /\.(?:mbox|eml)$/.test(name))
    .sort()
    .map((name) => join(input, name));
}
