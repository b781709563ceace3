import { type MessageId, readStream } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { parseSubject } from '../series/index.ts';
import type { FeedEntry } from './atom.ts';
import { epochBefore, epochHead, findEpochs, readEpoch } from './epoch.ts';
import { mirrorEpochs } from './epoch-mirror.ts';
import type { HttpClient } from './http-client.ts';
import { fetchThread, newestMails, searchInbox } from './public-inbox.ts';
import type { Cursor, Watched, WatchStore } from './watch.ts';

/** Ids that are remembered of a feed; a feed shows 25 mails and a search 200. */
const REMEMBERED = 4000;
/** Pages of a search that bridge a gap, of 200 mails each. */
const MAX_PAGES = 20;
const HOUR = 3_600_000;

/**
 * Brings what is new of a list into the store, and then moves its cursor: a process that is killed between the two reads
 * the same mails again, and each is kept once. Fails with the codes of `source/` and `watch/`; what came before the
 * fault is kept.
 */
export async function pollList(
  list: Watched,
  store: WatchStore,
  client: HttpClient,
  now: number,
): Promise<Outcome<void>> {
  const cursor = await store.cursor(list.place);
  if (!cursor.ok) return cursor;
  const { source } = list;
  if (source.kind === 'mirror') {
    const fetched = await mirrorEpochs(client, source, source.folder, Date.parse(list.since));
    if (!fetched.ok) return fetched;
  }
  if (source.kind !== 'atom')
    return pollEpochs(list, source.folder, cursor.value?.kind === 'epoch' ? cursor.value.commits : {}, store, now);
  return pollFeed(list, source, cursor.value?.kind === 'atom' ? cursor.value : null, store, client, now);
}

async function pollEpochs(
  list: Watched,
  folder: string,
  known: Readonly<Record<string, string>>,
  store: WatchStore,
  now: number,
): Promise<Outcome<void>> {
  const epochs = await findEpochs(folder);
  if (!epochs.ok) return epochs;
  const commits: Record<string, string> = { ...known };
  for (const epoch of epochs.value) {
    const head = await epochHead(epoch);
    if (!head.ok) return head;
    if (head.value === null || head.value === commits[epoch]) continue;
    const start = commits[epoch] === undefined ? await epochBefore(epoch, Date.parse(list.since)) : ok(commits[epoch]);
    if (!start.ok) return start;
    for await (const item of readEpoch(epoch, start.value, head.value)) {
      if (!item.ok) return item;
      const stored = await keepCommit(list, store, item.value, now);
      if (!stored.ok) return stored;
    }
    commits[epoch] = head.value;
    const saved = await store.saveCursor(list.place, { kind: 'epoch', commits });
    if (!saved.ok) return saved;
  }
  return ok(undefined);
}

async function keepCommit(
  list: Watched,
  store: WatchStore,
  { kind, at, bytes, commit }: { kind: 'mail' | 'deleted'; at: number; bytes: Buffer | null; commit: string },
  now: number,
): Promise<Outcome<void>> {
  if (bytes === null || at < Date.parse(list.since)) return ok(undefined);
  for await (const mail of readStream(once(bytes), commit)) {
    if (!mail.ok) continue;
    const done =
      kind === 'deleted'
        ? await store.dropMail(list.place, mail.value)
        : await store.putMail(list.place, { at, read: now, mail: mail.value });
    if (!done.ok) return done;
  }
  return ok(undefined);
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function pollFeed(
  list: Watched,
  place: { readonly inbox: string; readonly list: string },
  before: (Cursor & { readonly kind: 'atom' }) | null,
  store: WatchStore,
  client: HttpClient,
  now: number,
): Promise<Outcome<void>> {
  const seen = new Set<MessageId>(before?.seen ?? []);
  const entries = await newEntries(client, place, before, list.since, seen);
  if (!entries.ok) return entries;
  let updated = before?.updated ?? list.since;
  const have = new Set<MessageId>();
  // Oldest first, so that a fault leaves the newer ones for the next time.
  for (const entry of entries.value.reverse()) {
    if (isPatch(entry) && !have.has(entry.messageId)) {
      const fetched = await keepThread(list, place, entry, store, client, have, now);
      if (!fetched.ok) return fetched;
    }
    seen.add(entry.messageId);
    if (entry.updated !== null && entry.updated > updated) updated = entry.updated;
  }
  const cursor: Cursor = { kind: 'atom', updated, seen: [...seen].slice(-REMEMBERED) };
  return store.saveCursor(list.place, cursor);
}

/** Brings the thread of a patch: its series, whole as far as it is in the archive. */
async function keepThread(
  list: Watched,
  place: { readonly inbox: string; readonly list: string },
  entry: FeedEntry,
  store: WatchStore,
  client: HttpClient,
  have: Set<MessageId>,
  now: number,
): Promise<Outcome<void>> {
  // Asked for anew: a part may have come since the thread was last read.
  const thread = await fetchThread(client, place, entry.messageId, 'always');
  if (!thread.ok) return thread.fault.code === 'source/not-found' ? ok(undefined) : thread;
  for (const item of thread.value.items) {
    if (!item.ok) continue;
    // Of the others in the thread only the sender's date is known, which may lie in the future.
    const announced = Date.parse(entry.updated ?? item.value.date ?? list.since);
    const own = item.value.messageId === entry.messageId ? announced : Date.parse(item.value.date ?? list.since);
    const at = Math.min(announced, own);
    const kept = await store.putMail(list.place, { at, read: now, mail: item.value });
    if (!kept.ok) return kept;
    if (item.value.messageId !== null) have.add(item.value.messageId);
  }
  return ok(undefined);
}

/** The entries since the cursor, newest first; a search bridges the gap when more came than the feed shows. */
async function newEntries(
  client: HttpClient,
  place: { readonly inbox: string; readonly list: string },
  before: (Cursor & { readonly kind: 'atom' }) | null,
  since: string,
  seen: ReadonlySet<MessageId>,
): Promise<Outcome<FeedEntry[]>> {
  const feed = await newestMails(client, place);
  if (!feed.ok) return feed.fault.code === 'source/not-found' ? ok([]) : feed;
  const fresh = (entries: readonly FeedEntry[]) =>
    entries.filter(({ messageId, updated }) => !seen.has(messageId) && (updated === null || updated >= since));
  const oldest = feed.value.at(-1)?.updated ?? null;
  const from = before?.updated ?? since;
  if (fresh(feed.value).length < feed.value.length || oldest === null || oldest < from) return ok(fresh(feed.value));
  const found = new Map(feed.value.map((entry) => [entry.messageId, entry]));
  const start = new Date(Date.parse(from) - HOUR)
    .toISOString()
    .replace(/[-:TZ]/g, '')
    .slice(0, 14);
  for (let page = 0; page < MAX_PAGES; page++) {
    const more = await searchInbox(client, place, `rt:${start}..`, page * 200);
    if (!more.ok) return more;
    for (const entry of more.value) found.set(entry.messageId, entry);
    if (more.value.length < 200) return ok(newestFirst(fresh([...found.values()])));
  }
  return fail('source/too-large', `more than ${MAX_PAGES * 200} mails came to ${place.list} since it was last read`);
}

function newestFirst(entries: FeedEntry[]): FeedEntry[] {
  return entries.sort((a, b) =>
    (a.updated ?? '') < (b.updated ?? '') ? 1 : (a.updated ?? '') > (b.updated ?? '') ? -1 : 0,
  );
}

function isPatch({ title }: FeedEntry): boolean {
  const subject = parseSubject(title.slice(0, 1000));
  return !subject.reply && (subject.tagged || subject.numbered);
}
