import { type Outcome, ok } from '../outcome/index.ts';
import { type Explanation, type RememberedAnswer, type Review, runExplain, runReview } from '../review/index.ts';
import type { ExplainOrder, ReviewOrder } from './reviewer.ts';

/** What is asked of the process that reviews. */
export type Task =
  | {
      readonly kind: 'review';
      readonly order: ReviewOrder;
      /** Answers of earlier reviews, or why there are none. */
      readonly known: Outcome<{ readonly answers: readonly RememberedAnswer[]; readonly damaged: number }>;
    }
  | { readonly kind: 'explain'; readonly order: ExplainOrder };

/** What it gives back. */
export interface TaskResult {
  readonly outcome: Outcome<Review | Explanation>;
  /** Answers that were not known before. */
  readonly fresh: readonly RememberedAnswer[];
}

/** Does what is asked; everything that goes in and out is plain data. */
export async function doTask(task: Task): Promise<TaskResult> {
  const onProgress = () => {};
  if (task.kind === 'explain') return { outcome: await runExplain({ ...task.order, onProgress }), fresh: [] };
  const fresh: RememberedAnswer[] = [];
  const answers = {
    load: async () => task.known,
    remember: async (added: readonly RememberedAnswer[]) => {
      fresh.push(...added);
      return ok(null);
    },
  };
  return { outcome: await runReview({ ...task.order, answers, onProgress }), fresh };
}
