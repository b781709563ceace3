import { z } from 'zod';
import { type Fault, fail, ok } from '../outcome/index.ts';
import type { FetchedInput, Review } from '../review/index.ts';
import { answerTable, type Order, type Reviewed, readOrder, type Store, saveReview } from '../store/index.ts';
import { type Conclusion, defineJob, handleJob, type JobHandler } from './jobs.ts';
import type { Part } from './part.ts';
import type { ReviewOrder } from './reviewer.ts';

/** What the installation says about every review: tree, rules, cache. */
export type ReviewSettings = Omit<ReviewOrder, 'inputs' | 'fetched' | 'pick' | 'all' | 'today'>;

/** Reviews one version of a series that came on a list. */
export const reviewSeries = defineJob({
  name: 'review-series',
  data: z.strictObject({
    key: z.string().max(200),
    /** Somebody asked for another review of it: what tells it from the others. */
    again: z.string().max(100).optional(),
  }),
  retries: 6,
  backoff: 10,
  expires: 3600,
  key: ({ key, again = '' }) => `${key} ${again}`.trim(),
  lane: ({ key }) => key,
});

/** Faults that lie in the series: trying again would give the same. */
function isOfSeries({ code }: Fault): boolean {
  return code.startsWith('patch/') || code.startsWith('input/');
}

/**
 * Does `review-series`: the review and everything that parts make of it are kept in the transaction that ends the job. A
 * series that cannot be analysed is recorded with the reason.
 */
export function reviewSeriesHandler(
  settings: ReviewSettings,
  today: () => string,
  tell: readonly NonNullable<Part['reviewed']>[],
): JobHandler {
  const keep =
    (order: Order, name: string, result: Reviewed['result']): Conclusion =>
    async (tx: Store) => {
      const input = order.input as FetchedInput;
      const reviewed = { ...describe(order, input, result), key: name };
      const { id, first } = await saveReview(tx, reviewed);
      if (first) for (const part of tell) await part(tx, { reviewId: id, reviewed, input });
    };
  return handleJob(reviewSeries, async ({ key, again }, { store, reviewer, signal, last, log }) => {
    const order = await readOrder(store, key);
    if (order === null) return fail('job/data', 'the series of a job is not in the database');
    const name = again === undefined ? key : `${key} ${again}`;
    const fetched = order.input as FetchedInput;
    const request = { ...settings, inputs: [], fetched, pick: null, all: false, today: today() };
    const reviewing = await reviewer.review(request, answerTable(store), signal);
    if (reviewing.ok) {
      log.info({ run: reviewing.value.run, title: order.title, version: order.version }, 'reviewed');
      return ok(keep(order, name, { review: reviewing.value }));
    }
    return isOfSeries(reviewing.fault) || last ? ok(keep(order, name, { fault: reviewing.fault })) : reviewing;
  });
}

function describe(order: Order, input: FetchedInput, result: Reviewed['result']): Reviewed {
  const { key, place, title, version, messageId } = order;
  const review: Review | null = 'review' in result ? result.review : null;
  const wanted = input.items.find((item) => item.ok && item.value.messageId === (messageId ?? input.wanted));
  const first = wanted?.ok ? wanted.value : null;
  return {
    key,
    origin: 'list',
    place,
    title,
    version,
    messageId: messageId ?? input.wanted,
    author: review?.series.author ?? first?.from ?? { name: '', email: '' },
    sentAt: new Date(first?.date ?? order.createdAt),
    total: review?.series.total ?? 0,
    complete: review?.series.complete ?? true,
    beginnings: [],
    subsystems: review?.series.subsystems ?? [],
    result,
  };
}
