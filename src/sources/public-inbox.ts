import { type MessageId, type ReadItem, readStream } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type FeedEntry, parseFeed } from './atom.ts';
import { withMirrors } from './hosts.ts';
import { type HttpAnswer, type HttpClient, isPassing } from './http-client.ts';
import type { Expected } from './judge-answer.ts';
import { messageIdPath } from './message-id-path.ts';

/** A list of a public-inbox server; `list` null means whichever has the mail. */
export interface InboxPlace {
  readonly inbox: string;
  readonly list: string | null;
}

/** Mails that were fetched together, and from where. */
export interface FetchedMails {
  readonly url: string;
  readonly items: readonly ReadItem[];
  /** They come from a kept copy, since the server did not answer. */
  readonly stale: boolean;
}

/**
 * The whole thread of a mail (`t.mbox.gz`), from the server or its mirrors; when the list does not have it, from all
 * lists of the server. Fails with the codes of `source/`.
 *
 * @example
 * const thread = await fetchThread(client, { inbox: 'https://lore.kernel.org', list: 'linux-pci' }, messageId);
 */
export async function fetchThread(
  client: HttpClient,
  place: InboxPlace,
  id: MessageId,
  ask: 'always' | 'if-old' = 'if-old',
): Promise<Outcome<FetchedMails>> {
  return fetchMails(client, place, id, 't.mbox.gz', ask);
}

/** One mail alone (`raw`); fails like `fetchThread`. */
export async function fetchRaw(client: HttpClient, place: InboxPlace, id: MessageId): Promise<Outcome<FetchedMails>> {
  return fetchMails(client, place, id, 'raw', 'if-old');
}

async function fetchMails(
  client: HttpClient,
  { inbox, list }: InboxPlace,
  id: MessageId,
  what: string,
  ask: 'always' | 'if-old',
): Promise<Outcome<FetchedMails>> {
  for (const name of new Set([list ?? 'all', 'all', 'r'])) {
    const answer = await getFromAny(client, inbox, `/${name}/${messageIdPath(id)}/${what}`, 'mbox', ask);
    if (answer.ok) return ok(await readAnswer(answer.value));
    if (answer.fault.code !== 'source/not-found') return answer;
  }
  return fail('source/not-found', `${new URL(inbox).host} has no mail <${id.slice(0, 200)}>`);
}

/** The mails in an answer, each with the address it came from as its origin. */
export async function readAnswer(answer: HttpAnswer): Promise<FetchedMails> {
  const items: ReadItem[] = [];
  for await (const item of readStream(oneChunk(answer.bytes), answer.url)) items.push(item);
  return { url: answer.url, items, stale: answer.how === 'stale' };
}

/**
 * Searches a list; newest first, at most 200 from `offset` on. No match is an empty result and no fault.
 *
 * @example
 * const found = await searchInbox(client, place, 's:"PCI: Fix it" f:ada@example.org');
 */
export async function searchInbox(
  client: HttpClient,
  place: InboxPlace,
  query: string,
  offset = 0,
): Promise<Outcome<FeedEntry[]>> {
  const parameters = new URLSearchParams({ q: query, x: 'A', ...(offset > 0 ? { o: String(offset) } : {}) });
  const found = await readFeed(client, place.inbox, `/${place.list ?? 'all'}/?${parameters}`, 'if-old');
  return !found.ok && found.fault.code === 'source/not-found' ? ok([]) : found;
}

/** The newest mails of a list (`new.atom`), newest first, always asked of the server. */
export async function newestMails(client: HttpClient, place: InboxPlace): Promise<Outcome<FeedEntry[]>> {
  return readFeed(client, place.inbox, `/${place.list ?? 'all'}/new.atom`, 'always');
}

async function readFeed(
  client: HttpClient,
  inbox: string,
  path: string,
  ask: 'always' | 'if-old',
): Promise<Outcome<FeedEntry[]>> {
  const answer = await getFromAny(client, inbox, path, 'atom', ask);
  return answer.ok ? parseFeed(answer.value.bytes.toString('utf8'), new URL(answer.value.url).host) : answer;
}

/** Asks a server and, where it cannot answer, its mirrors in turn; of several faults the first is told. */
async function getFromAny(
  client: HttpClient,
  inbox: string,
  path: string,
  expected: Expected,
  ask: 'always' | 'if-old' = 'if-old',
): Promise<Outcome<HttpAnswer>> {
  let first: Outcome<HttpAnswer> | null = null;
  for (const base of withMirrors(client.hosts, inbox)) {
    const answer = await client.get(`${base}${path}`, expected, ask);
    if (answer.ok && answer.value.how !== 'stale') return answer;
    if (first === null || (answer.ok && !first.ok)) first = answer;
    if (!answer.ok && !isPassing(answer.fault.code)) break;
  }
  return first ?? fail('source/address', `${inbox} is not a server`);
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
