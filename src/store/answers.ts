import type { AnswerStore, RememberedAnswer } from '../review/index.ts';
import { attempt, type Store } from './store.ts';

/**
 * People's answers to findings, in the database: what the file of `answerFile` is for the command line.
 *
 * @example
 * const review = await engine.runReview({ ...request, answers: answerTable(store) });
 */
export function answerTable(store: Store): AnswerStore {
  return {
    load: () =>
      attempt(store, async () => {
        const rows = await store.db
          .selectFrom('answers')
          .select(['fingerprint', 'messageId', 'by', 'date', 'quote', 'verdict'])
          .orderBy('id')
          .execute();
        return { answers: rows as RememberedAnswer[], damaged: 0 };
      }),
    remember: (answers) =>
      attempt(store, async () => {
        if (answers.length === 0) return null;
        await store.db
          .insertInto('answers')
          .values([...answers])
          .onConflict((conflict) => conflict.columns(['fingerprint', 'messageId']).doNothing())
          .execute();
        return null;
      }),
  };
}

/** What people said about one finding, in the order in which it came. */
export async function answersTo(store: Store, fingerprint: string): Promise<readonly RememberedAnswer[]> {
  const rows = await store.db
    .selectFrom('answers')
    .select(['fingerprint', 'messageId', 'by', 'date', 'quote', 'verdict'])
    .where('fingerprint', '=', fingerprint)
    .orderBy('id')
    .execute();
  return rows as RememberedAnswer[];
}
