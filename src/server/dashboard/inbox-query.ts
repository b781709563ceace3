import type { PageMark } from '../../store/index.ts';
import { VERDICT_NAMES } from './words.ts';

/** What the inbox is narrowed to; all of it is in the address, so that a view can be shared. */
export interface InboxQuery {
  readonly q: string;
  readonly list: string;
  readonly subsystem: string;
  readonly author: string;
  readonly verdict: string;
  readonly unread: boolean;
  readonly after: PageMark | null;
}

/** Rows on a page. */
export const PAGE = 50;

/** Reads the address; what makes no sense in it is taken for not given. */
export function readInboxQuery(search: URLSearchParams): InboxQuery {
  const text = (name: string) => (search.get(name) ?? '').replaceAll('\u0000', '').trim().slice(0, 200);
  const verdict = text('verdict');
  return {
    q: text('q'),
    list: text('list'),
    subsystem: text('subsystem'),
    author: text('author'),
    verdict: VERDICT_NAMES.includes(verdict) ? verdict : '',
    unread: search.get('unread') === '1',
    after: readMark(search.get('after')),
  };
}

/** The address of a view of the inbox, without what is not narrowed. */
export function inboxAddress(query: Partial<InboxQuery>, path = '/'): string {
  const search = new URLSearchParams();
  for (const name of ['q', 'list', 'subsystem', 'author', 'verdict'] as const)
    if (query[name]) search.set(name, query[name]);
  if (query.unread) search.set('unread', '1');
  if (query.after) search.set('after', `${query.after.sentAt.getTime()}-${query.after.id}`);
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

function readMark(text: string | null): PageMark | null {
  const found = /^(\d{1,15})-(\d{1,12})$/.exec(text ?? '');
  return found ? { sentAt: new Date(Number(found[1])), id: Number(found[2]) } : null;
}
