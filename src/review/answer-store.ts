import type { Outcome } from '../outcome/index.ts';

/** What a person answered to a finding; kept, so that nobody has to say it again. */
export interface RememberedAnswer {
  readonly fingerprint: string;
  readonly messageId: string;
  readonly by: string;
  /** ISO 8601, from the mail. */
  readonly date: string | null;
  readonly quote: string;
  /** What the answer decides; null when it only speaks of the finding. */
  readonly verdict: 'false-alarm' | 'known' | 'fixed-elsewhere' | null;
}

/** Where answers are kept between reviews: a file now, a database for the bot. */
export interface AnswerStore {
  /** Everything remembered, in the order in which it came; `damaged` counts what could not be read. */
  readonly load: () => Promise<Outcome<{ readonly answers: readonly RememberedAnswer[]; readonly damaged: number }>>;
  /** Adds answers; what is there already (same finding, same mail) stays as it is. */
  readonly remember: (answers: readonly RememberedAnswer[]) => Promise<Outcome<null>>;
}

/** The answers of a review: those among its mails and those remembered, and what went wrong with the store. */
export interface KnownAnswers {
  readonly answers: readonly RememberedAnswer[];
  readonly notes: readonly string[];
}

/** Remembers the answers among the mails and gives them with those of earlier reviews; a store that fails is a note. */
export async function recallAnswers(
  fresh: readonly RememberedAnswer[],
  store: AnswerStore | null,
): Promise<KnownAnswers> {
  if (store === null) return { answers: fresh, notes: [] };
  const notes: string[] = [];
  const kept = await store.load();
  if (!kept.ok) return { answers: fresh, notes: [`earlier answers are not shown: ${kept.fault.what}`] };
  if (kept.value.damaged > 0) notes.push(`${kept.value.damaged} remembered answers are damaged and not shown`);
  const keys = new Set(kept.value.answers.map(keyOf));
  const added = fresh.filter((answer) => !keys.has(keyOf(answer)));
  if (added.length > 0) {
    const written = await store.remember(added);
    if (!written.ok) notes.push(`answers could not be remembered: ${written.fault.what}`);
  }
  return { answers: [...kept.value.answers, ...added], notes };
}

const keyOf = ({ fingerprint, messageId }: RememberedAnswer): string => `${fingerprint}\n${messageId}`;
