import { streamSSE } from 'hono/streaming';
import {
  countReviews,
  newestReview,
  pageOfReviews,
  type ReviewFilter,
  reviewPlaces,
  reviewSubsystems,
  type Store,
  seenOf,
} from '../../store/index.ts';
import { InboxPage, type InboxView } from './inbox-page.tsx';
import { type InboxQuery, PAGE, readInboxQuery } from './inbox-query.ts';
import type { Viewer } from './layout.tsx';
import type { Pages } from './part.tsx';

/** Counted no further: the exact number of a million says nothing to anybody. */
const MOST_COUNTED = 1000;
/** Milliseconds for which the choices of the filters are kept, and between two looks for new reviews. */
const CHOICES_KEPT = 60_000;
const LOOK = 3000;

/** `/`: the inbox. `/events`: tells pages that are open when a review came. */
export const inboxPages: Pages = (app, desk) => {
  const { store, signal } = desk.host;
  const choices = remembered(CHOICES_KEPT, async () => ({
    lists: await reviewPlaces(store),
    subsystems: await reviewSubsystems(store),
  }));
  app.get('/', async (c) => {
    const viewer = await desk.viewer(c);
    const query = readInboxQuery(new URL(c.req.url).searchParams);
    const view = await inboxView(store, query, viewer, await choices());
    return desk.page(c, { title: 'Inbox', area: 'inbox' }, <InboxPage view={view} />);
  });

  // However many pages are open, the database is asked once.
  const newest = remembered(LOOK - 500, () => newestReview(store));
  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      let known = await newest().catch(() => 0);
      let open = true;
      stream.onAbort(() => {
        open = false;
      });
      await stream.writeSSE({ event: 'ready', data: '' });
      while (open && !signal.aborted) {
        await stream.sleep(LOOK);
        // A database that is away is told by the pages, not by this stream.
        const now = await newest().catch(() => known);
        if (now !== known) await stream.writeSSE({ event: 'reviews', data: String(now) });
        else await stream.write(': \n\n');
        known = now;
      }
    }),
  );
};

async function inboxView(
  store: Store,
  query: InboxQuery,
  viewer: Viewer | null,
  choices: Pick<InboxView, 'lists' | 'subsystems'>,
): Promise<InboxView> {
  const filter: ReviewFilter = {
    latest: true,
    // Repositories may be private; lists are not.
    ...(viewer === null ? { origin: 'list' as const } : {}),
    ...(query.list === '' ? {} : { place: query.list }),
    ...(query.verdict === '' ? {} : { verdict: query.verdict }),
    ...(query.author === '' ? {} : { authorEmail: query.author }),
    ...(query.subsystem === '' ? {} : { subsystem: query.subsystem }),
    ...(query.q === '' ? {} : { words: query.q }),
    ...(query.unread && viewer !== null ? { unreadBy: viewer.id } : {}),
  };
  const { rows, next } = await pageOfReviews(store, filter, query.after, PAGE);
  const total = await countReviews(store, filter, MOST_COUNTED);
  const ids = rows.map(({ id }) => id);
  const seen = viewer === null ? new Set(ids) : await seenOf(store, viewer.id, ids);
  return {
    query,
    rows: rows.map((review) => ({ review, unread: !seen.has(review.id) })),
    next,
    total,
    ...choices,
    known: viewer !== null,
  };
}

/** Asks at most once in so many milliseconds, and all who ask meanwhile get the same answer. */
function remembered<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    const now = performance.now();
    if (asked === null || now - asked.at > ms) {
      const answer = ask();
      asked = { at: now, answer };
      // A failure is not remembered.
      answer.catch(() => {
        asked = null;
      });
    }
    return asked.answer;
  };
}
