import type { MessageId } from '../mail/index.ts';
import { parseSubject, type Series } from '../series/index.ts';
import type { FeedEntry } from './atom.ts';

/** A search for earlier versions, and the words for it. */
export interface EarlierSearch {
  readonly query: string;
  readonly by: string;
}

/** Threads that are fetched for one missing version, at most: a search by author may find other series too. */
const PER_VERSION = 2;
const DAY = 86_400_000;

/** The searches that may find earlier versions of a series, the surest first, in the language of public-inbox. */
export function earlierSearches(series: Series): EarlierSearch[] {
  const searches: EarlierSearch[] = [];
  if (series.changeId !== null) searches.push({ query: `nq:"${phrase(series.changeId)}"`, by: 'change-id' });
  const { email } = series.author;
  const from = /^[\w.+=-]{1,100}@[\w.-]{1,100}$/.test(email) ? `f:${email}` : '';
  if (from === '') return searches;
  if (phrase(series.title) !== '')
    searches.push({ query: `s:"${phrase(series.title)}" ${from}`, by: 'subject and author' });
  const file = filesOf(series)[0];
  if (file !== undefined && series.date !== null) {
    const end = Date.parse(series.date);
    const within = `d:${day(end - 366 * DAY)}..${day(end + DAY)}`;
    searches.push({ query: `${from} dfn:${file} ${within}`, by: 'author and file' });
  }
  return searches;
}

/** Of what a search found, the mails that start a version that is missing; nearest version first. */
export function versionsFound(
  entries: readonly FeedEntry[],
  missing: ReadonlySet<number>,
): { version: number; messageId: MessageId }[] {
  const found = new Map<number, { version: number; index: number; messageId: MessageId }[]>();
  for (const { title, messageId } of entries) {
    const subject = parseSubject(title.slice(0, 1000));
    const version = subject.version ?? 1;
    const index = subject.index ?? 0;
    if (subject.reply || !(subject.tagged || subject.numbered) || !missing.has(version) || index > 1) continue;
    found.set(version, [...(found.get(version) ?? []), { version, index, messageId }]);
  }
  return [...found.entries()]
    .sort(([a], [b]) => b - a)
    .flatMap(([, list]) => list.sort((a, b) => a.index - b.index).slice(0, PER_VERSION));
}

/** Words for a phrase search; what is no word would end the phrase or mean something. */
function phrase(text: string): string {
  return text
    .slice(0, 200)
    .replace(/[^\p{L}\p{N}_./-]+/gu, ' ')
    .trim();
}

function filesOf(series: Series): string[] {
  const files = series.patches.flatMap((patch) => [...patch.diff.matchAll(/^\+\+\+ b\/([\w./-]{1,200})$/gm)]);
  return [...new Set(files.map((m) => m[1] ?? ''))];
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}
