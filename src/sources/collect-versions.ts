import type { Mail, MessageId, ReadItem } from '../mail/index.ts';
import { explain, type Outcome, ok } from '../outcome/index.ts';
import { groupSeries, type Lineage, linkVersions, type Series } from '../series/index.ts';
import { type EarlierSearch, earlierSearches, versionsFound } from './earlier-searches.ts';
import type { HttpClient } from './http-client.ts';
import { fetchThread, type InboxPlace, searchInbox } from './public-inbox.ts';

/** Everything that was found about a series, and how. */
export interface Collected {
  readonly items: readonly ReadItem[];
  /** What was fetched and what was not found, one line each. */
  readonly notes: readonly string[];
}

/** Mails at hand, and the notes about them, while versions are collected. */
interface Pool {
  readonly mails: Map<MessageId, Mail>;
  readonly items: ReadItem[];
  readonly notes: string[];
  readonly tried: Set<MessageId>;
}

/**
 * Collects the earlier versions of the series that `wanted` belongs to: first those that the mails at hand link to, from
 * version to version; then, while some are missing, by change-id, by subject and author, and by author and file. Stops
 * after `budget` requests. What cannot be fetched is a note: the series itself is at hand.
 *
 * @example
 * const collected = await collectVersions(client, place, thread.items, messageId, 24);
 */
export async function collectVersions(
  client: HttpClient,
  place: InboxPlace,
  items: readonly ReadItem[],
  wanted: MessageId | null,
  budget: number,
): Promise<Collected> {
  const pool: Pool = { mails: new Map(), items: [], notes: [], tried: new Set() };
  addItems(pool, items);
  const last = client.requests() + budget;
  const spent = () => client.requests() >= last;

  let known = await followLinks(client, place, pool, wanted, spent);
  if (known !== null) {
    for (const search of earlierSearches(known.series)) {
      if (missingBefore(known).length === 0 || spent()) break;
      await trySearch(client, place, pool, known, wanted, search, spent);
      known = (await followLinks(client, place, pool, wanted, spent)) ?? known;
    }
    pool.notes.push(...closingNotes(known, spent()));
  }
  return { items: pool.items, notes: pool.notes };
}

/** The series that a mail belongs to, with its lineage. */
export interface Known {
  readonly lineage: Lineage;
  readonly series: Series;
}

/** Finds the series of a mail (its cover letter, a patch or a reply); without a mail, the newest series of all. */
export function seriesOf(mails: Iterable<Mail>, wanted: MessageId | null): Known | null {
  const lineages = linkVersions(groupSeries(mails).series);
  const all = lineages.flatMap((lineage) =>
    lineage.versions.flatMap(({ series, resends }) =>
      [...(series ? [series] : []), ...resends].map((one) => ({ lineage, series: one })),
    ),
  );
  if (wanted === null) return all.reduce<Known | null>((a, b) => (a && later(a.series, b.series) ? a : b), null);
  return all.find(({ series }) => holds(series, wanted)) ?? null;
}

function holds({ messageId, cover, patches, replies }: Series, id: MessageId): boolean {
  return messageId === id || cover?.messageId === id || [...patches, ...replies].some((part) => part.messageId === id);
}

function later(a: Series, b: Series): boolean {
  return (a.date ?? '') > (b.date ?? '');
}

/** Fetches the versions that are linked to and not at hand, nearest first, until nothing new is named. */
async function followLinks(
  client: HttpClient,
  place: InboxPlace,
  pool: Pool,
  wanted: MessageId | null,
  spent: () => boolean,
): Promise<Known | null> {
  for (;;) {
    const known = seriesOf(pool.mails.values(), wanted);
    if (known === null) return null;
    const named = known.lineage.versions
      .filter((v) => v.series === null && v.version < known.series.version)
      .filter((v) => v.messageId !== null && !pool.tried.has(v.messageId) && !pool.mails.has(v.messageId))
      .at(-1);
    if (named?.messageId == null || spent()) return known;
    await addThread(client, place, pool, named.messageId, `v${named.version}, linked to`);
  }
}

async function trySearch(
  client: HttpClient,
  place: InboxPlace,
  pool: Pool,
  start: Known,
  wanted: MessageId | null,
  { query, by }: EarlierSearch,
  spent: () => boolean,
): Promise<void> {
  let known = start;
  const found = await searchInbox(client, place, query);
  if (!found.ok) {
    pool.notes.push(`could not search for earlier versions by ${by}: ${explain(found.fault)}`);
    return;
  }
  const missing = new Set(missingBefore(known));
  for (const { version, messageId } of versionsFound(found.value, missing)) {
    if (spent()) return;
    if (pool.mails.has(messageId) || pool.tried.has(messageId) || !missingBefore(known).includes(version)) continue;
    const before = known;
    const trial: Pool = { mails: new Map(pool.mails), items: [...pool.items], notes: [], tried: pool.tried };
    const came = await addThread(client, place, trial, messageId, `v${version}, found by ${by}`);
    known = seriesOf(trial.mails.values(), wanted) ?? before;
    // A search finds other series too; their mails are not taken in.
    const belongs = missingBefore(known).length < missingBefore(before).length;
    if (belongs || !came) accept(pool, trial);
    if (!belongs) known = before;
  }
}

/** Takes over what a trial found. */
function accept(pool: Pool, trial: Pool): void {
  for (const [id, mail] of trial.mails) pool.mails.set(id, mail);
  pool.items.push(...trial.items.slice(pool.items.length));
  pool.notes.push(...trial.notes);
}

async function addThread(
  client: HttpClient,
  place: InboxPlace,
  pool: Pool,
  id: MessageId,
  why: string,
): Promise<boolean> {
  pool.tried.add(id);
  const thread = await fetchThread(client, place, id);
  if (!thread.ok) {
    pool.notes.push(`${why}, could not be fetched: ${explain(thread.fault)}`);
    return false;
  }
  const fresh = addItems(pool, thread.value.items);
  pool.notes.push(fetchedNote(thread.value.url, fresh, why, thread.value.stale));
  return true;
}

/** What is said of a thread that was fetched. */
export function fetchedNote(url: string, mails: number, why: string, stale: boolean): string {
  const old = stale ? ' (an older copy, since the server did not answer)' : '';
  return `fetched ${mails} ${mails === 1 ? 'mail' : 'mails'} from ${url} (${why})${old}`;
}

/** Adds what is not at hand yet; gives the number of new mails. */
function addItems(pool: Pool, items: readonly ReadItem[]): number {
  let fresh = 0;
  for (const item of items) {
    const id = item.ok ? item.value.messageId : null;
    if (item.ok && id !== null) {
      if (pool.mails.has(id)) continue;
      pool.mails.set(id, item.value);
    }
    if (item.ok) fresh++;
    pool.items.push(item);
  }
  return fresh;
}

/** Versions before the one wanted that are not at hand, the nearest first. */
function missingBefore({ lineage, series }: Known): number[] {
  const present = new Set(lineage.versions.flatMap((v) => (v.series?.patches.length ? [v.version] : [])));
  const before = Array.from({ length: Math.min(Math.ceil(series.version) - 1, 99) }, (_, i) => i + 1);
  return before.filter((version) => !present.has(version)).reverse();
}

function closingNotes(known: Known, spent: boolean): string[] {
  const missing = missingBefore(known).reverse();
  if (missing.length === 0) return [];
  const names = missing.map((version) => `v${version}`).join(', ');
  return [spent ? `stopped after enough requests; not at hand: ${names}` : `not found in the archive: ${names}`];
}

/** For callers that only want the fetching: the thread of a mail, with everything earlier that it builds on. */
export async function collectFrom(
  client: HttpClient,
  place: InboxPlace,
  id: MessageId,
  budget: number,
): Promise<Outcome<Collected>> {
  const thread = await fetchThread(client, place, id);
  if (!thread.ok) return thread;
  const { items, url, stale } = thread.value;
  const first = fetchedNote(url, items.filter((item) => item.ok).length, 'the thread', stale);
  const rest = await collectVersions(client, place, items, id, budget - 1);
  return ok({ items: rest.items, notes: [first, ...rest.notes] });
}
