import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** An answer that was kept: its bytes as they came, and what is needed to ask whether it still holds. */
export interface KeptAnswer {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** When it was received or last confirmed, in milliseconds. */
  readonly at: number;
  /** How long it may be used without asking, in milliseconds. */
  readonly freshMs: number;
  readonly body: Buffer;
}

/** Keeps answers of servers in a folder; what cannot be read or written there is as if it had never been kept. */
export interface HttpCache {
  readonly read: (url: string) => Promise<KeptAnswer | null>;
  readonly write: (answer: KeptAnswer) => Promise<void>;
}

/** Above this many answers the oldest are removed. */
const MAX_ANSWERS = 512;
const MAX_BODY = 32 << 20;

/** No cache: every answer is asked for anew. */
export const NO_CACHE: HttpCache = { read: async () => null, write: async () => {} };

/**
 * A cache in `folder`, made when first written to. A file is replaced by renaming, so that a reader in another process
 * sees a whole answer or none.
 *
 * @example
 * const cache = openHttpCache('/home/me/.cache/abbot/http');
 */
export function openHttpCache(folder: string): HttpCache {
  const fileOf = (url: string) => join(folder, `${createHash('sha256').update(url).digest('hex')}.http`);
  let written = 0;
  return {
    async read(url) {
      const bytes = await readFile(fileOf(url)).catch(() => null);
      return bytes === null ? null : decode(bytes, url);
    },
    async write(answer) {
      if (answer.body.length > MAX_BODY) return;
      const file = fileOf(answer.url);
      const beside = `${file}.${randomUUID()}.tmp`;
      try {
        await mkdir(folder, { recursive: true });
        const handle = await open(beside, 'wx');
        try {
          const { body, ...about } = answer;
          await handle.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), body]));
        } finally {
          await handle.close();
        }
        await rename(beside, file);
        if (written++ % 64 === 0) await prune(folder);
      } catch {
        // A full disk or a folder of somebody else: the answer is used and not kept.
        await rm(beside, { force: true }).catch(() => {});
      }
    },
  };
}

function decode(bytes: Buffer, url: string): KeptAnswer | null {
  const eol = bytes.indexOf(0x0a);
  if (eol < 0) return null;
  try {
    const about = JSON.parse(bytes.toString('utf8', 0, eol)) as Partial<KeptAnswer>;
    if (about.url !== url || typeof about.at !== 'number' || typeof about.freshMs !== 'number') return null;
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    const { at, freshMs, etag, lastModified } = about;
    return { url, at, freshMs, etag: text(etag), lastModified: text(lastModified), body: bytes.subarray(eol + 1) };
  } catch {
    // Another program's file, or one of an older version.
    return null;
  }
}

async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.includes('.http'));
  if (names.length <= MAX_ANSWERS) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  );
  aged.sort((a, b) => a.at - b.at);
  for (const { name } of aged.slice(0, names.length - MAX_ANSWERS)) await rm(join(folder, name), { force: true });
}
