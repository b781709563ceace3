import type { Outcome } from '../outcome/index.ts';
import type { AnswerStore, ExplainRequest, Explanation, Review, ReviewRequest } from '../review/index.ts';

/** What a review is asked for by a job: everything is data, so that another process can do it. */
export type ReviewOrder = Omit<ReviewRequest, 'onProgress' | 'stdin' | 'answers'>;

/** The paths of a pair of locks, asked for by a job. */
export type ExplainOrder = Omit<ExplainRequest, 'onProgress'>;

/**
 * Does reviews beside the web server, which must answer within milliseconds whatever a review costs. A review whose
 * process dies or is stopped is the fault `job/review-died`, which is worth another try.
 */
export interface Reviewer {
  /** `answers` is read before and added to afterwards; aborting stops the review for good. */
  readonly review: (order: ReviewOrder, answers: AnswerStore, signal: AbortSignal) => Promise<Outcome<Review>>;
  readonly explain: (order: ExplainOrder, signal: AbortSignal) => Promise<Outcome<Explanation>>;
  /** Ends the processes. */
  readonly close: () => Promise<void>;
}
