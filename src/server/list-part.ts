import { explain, type Outcome, ok } from '../outcome/index.ts';
import { type HttpClient, runWatch, type Watched, type WatchStore } from '../sources/index.ts';
import { watchTables } from '../store/index.ts';
import { sendJob } from './jobs.ts';
import type { Loop, Part } from './part.ts';
import { type ReviewSettings, reviewSeries, reviewSeriesHandler } from './review-series.ts';

export interface ListPartOptions {
  readonly review: ReviewSettings;
  readonly client: HttpClient;
  /** Lists that are named outside the database, in the file of `abbot watch`; null when the database has them. */
  readonly lists: (() => Promise<Outcome<readonly Watched[]>>) | null;
  /** Requests that may be spent on the earlier versions of one series. */
  readonly budget: number;
  /** Seconds between two looks. */
  readonly every: number;
  readonly now: () => number;
  readonly today: () => string;
  /** What is told of each review, in its transaction. */
  readonly tell: readonly NonNullable<Part['reviewed']>[];
}

/**
 * Watches lists and reviews what comes: a loop collects each series version that is due and makes a job of it, whose
 * worker may be another process.
 */
export function listPart(options: ListPartOptions): Part {
  return {
    name: 'lists',
    jobs: [reviewSeriesHandler(options.review, options.today, options.tell)],
    loops: [watchLoop(options)],
  };
}

function watchLoop({ client, lists, budget, every, now }: ListPartOptions): Loop {
  return {
    name: 'watch-lists',
    async round({ store, queue, log, signal }) {
      const tables = watchTables(store, async (tx, key) => {
        await sendJob(queue, tx, reviewSeries, { key });
      });
      const watching: WatchStore = lists === null ? tables : { ...tables, lists: () => mirrored(lists, tables) };
      // To collect is all that happens here: what is "reviewed" then is what the job is to review.
      const request = { store: watching, client, budget, now, review: async (given: unknown) => ok(given) };
      for await (const event of runWatch(request)) {
        if (event.kind === 'fault') log.warn({ place: event.place, code: event.fault.code }, explain(event.fault));
        else if (event.kind === 'reviewed')
          log.info({ place: event.record.place, title: event.record.title, version: event.record.version }, 'queued');
        if (signal.aborted) break;
      }
      return every;
    },
  };
}

/** The lists of the file, which the database shows as well. */
async function mirrored(
  lists: () => Promise<Outcome<readonly Watched[]>>,
  tables: WatchStore,
): Promise<Outcome<readonly Watched[]>> {
  const named = await lists();
  if (!named.ok) return named;
  const shown = await tables.lists();
  if (shown.ok && JSON.stringify(shown.value) !== JSON.stringify(named.value)) {
    const saved = await tables.saveLists(named.value);
    if (!saved.ok) return saved;
  }
  return named;
}
