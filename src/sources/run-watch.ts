import type { MessageId, ReadItem } from '../mail/index.ts';
import { type Fault, type FaultCode, type Outcome, ok } from '../outcome/index.ts';
import { groupSeries, type Lineage, linkVersions, type Series } from '../series/index.ts';
import { collectVersions } from './collect-versions.ts';
import type { HttpClient } from './http-client.ts';
import { pollList } from './poll-list.ts';
import type { SpooledMail, Watched, WatchRecord, WatchReview, WatchStore } from './watch.ts';

/** What one round over all lists needs. */
export interface WatchRequest {
  readonly store: WatchStore;
  readonly client: HttpClient;
  readonly review: WatchReview;
  /** The edge's clock, in milliseconds. */
  readonly now: () => number;
  /** Requests that may be spent on the earlier versions of one series. */
  readonly budget: number;
}

/** What happened with one list or one series. */
export type WatchEvent =
  | { readonly kind: 'reviewed'; readonly record: WatchRecord; readonly file: string }
  | { readonly kind: 'waiting' | 'incomplete'; readonly place: string; readonly series: Series }
  | { readonly kind: 'fault'; readonly place: string; readonly fault: Fault };

/** How long after it was read a mail is kept, in milliseconds. */
const KEPT = 45 * 86_400_000;

/**
 * One round: reads what is new of every list, and reviews each series version that is complete and has been quiet for
 * the list's settle time, once. A list that cannot be read, or a series that cannot be analysed, is an event; a fault of
 * the installation (tree, rules, cache, state) ends the round, and the series is tried again in the next.
 *
 * @example
 * for await (const event of runWatch(request)) if (event.kind === 'reviewed') console.log(event.file);
 */
export async function* runWatch(request: WatchRequest): AsyncGenerator<WatchEvent> {
  const { store } = request;
  const lists = await store.lists();
  if (!lists.ok) return yield { kind: 'fault', place: store.folder, fault: lists.fault };
  for (const list of lists.value) {
    const polled = await pollList(list, store, request.client, request.now());
    if (!polled.ok) yield { kind: 'fault', place: list.place, fault: polled.fault };
    const fault: Fault | null = yield* reviewList(list, request);
    if (fault !== null) return yield { kind: 'fault', place: list.place, fault };
  }
}

async function* reviewList(list: Watched, request: WatchRequest): AsyncGenerator<WatchEvent, Fault | null> {
  const { store, now } = request;
  const spool = await store.mails(list.place);
  if (!spool.ok) return spool.fault;
  for (const { mail } of spool.value.filter(({ read }) => now() - read > KEPT)) {
    const dropped = await store.dropMail(list.place, mail);
    if (!dropped.ok) return dropped.fault;
  }
  const mails = spool.value.filter(({ read }) => now() - read <= KEPT).sort(byTime);
  const came = new Map(mails.map(({ mail, at }) => [mail.messageId, at]));
  const lineages = linkVersions(groupSeries(mails.map(({ mail }) => mail)).series);
  for (const { lineage, series } of lineages.flatMap(versionsOf)) {
    const patches = idsOf(series);
    if (patches.length === 0) continue;
    const before = await store.reviewed(patches);
    if (!before.ok) return before.fault;
    if (before.value) continue;
    const last = Math.max(...[series.messageId, ...patches].map((id) => came.get(id) ?? 0));
    if (last < Date.parse(list.since)) continue;
    const quiet = now() - last >= list.settle * 60_000;
    if (!series.complete || !quiet) {
      yield { kind: quiet ? 'incomplete' : 'waiting', place: list.place, series };
      continue;
    }
    const record = await reviewSeries(list, lineage, series, mails, request);
    if (!record.ok) return record.fault;
    const kept = await store.record(record.value);
    if (!kept.ok) return kept.fault;
    if (kept.value.first) yield { kind: 'reviewed', record: record.value, file: kept.value.file };
  }
  return null;
}

/** Faults that lie in the series: trying again would give the same. */
function isOfSeries(code: FaultCode): boolean {
  return code.startsWith('patch/') || code.startsWith('input/');
}

async function reviewSeries(
  list: Watched,
  lineage: Lineage,
  series: Series,
  mails: readonly SpooledMail[],
  { client, review, budget }: WatchRequest,
): Promise<Outcome<WatchRecord>> {
  const patches = idsOf(series);
  const [wanted] = patches;
  const ids = new Set(versionsOf(lineage).flatMap((version) => mailsOf(version.series)));
  const items: ReadItem[] = mails.flatMap(({ mail }) =>
    ids.has(mail.messageId) ? [{ ok: true, value: mail } as const] : [],
  );
  const { source } = list;
  const collected =
    source.kind !== 'epoch' && wanted !== undefined
      ? await collectVersions(client, source, items, wanted, budget)
      : { items, notes: [] };
  const result = wanted === undefined ? null : await review({ ...collected, wanted });
  if (result !== null && !result.ok && !isOfSeries(result.fault.code)) return result;
  return ok({
    place: list.place,
    title: series.title,
    version: series.version,
    messageId: series.messageId,
    patches,
    review: result?.ok ? result.value : null,
    fault: result !== null && !result.ok ? result.fault : null,
  });
}

function versionsOf(lineage: Lineage): { lineage: Lineage; series: Series }[] {
  return lineage.versions.flatMap(({ series }) => (series ? [{ lineage, series }] : []));
}

function idsOf(series: Series): MessageId[] {
  return series.patches.flatMap(({ messageId, diff }) => (messageId !== null && diff !== '' ? [messageId] : []));
}

function mailsOf({ cover, patches, replies }: Series): (MessageId | null)[] {
  return [...(cover ? [cover] : []), ...patches, ...replies].map(({ messageId }) => messageId);
}

function byTime(a: SpooledMail, b: SpooledMail): number {
  return a.at - b.at || ((a.mail.messageId ?? '') < (b.mail.messageId ?? '') ? -1 : 1);
}
