import type { Mail, Person, ReadItem } from '../mail/index.ts';
import type { Review } from './review.ts';

/** Someone a mail is from or to; `name` is empty when the mail gives only the address. */
export type Correspondent = Person;

/** What has to be known of a mail of the series to answer it. Plain data; ids stand without angle brackets. */
export interface Letter {
  /** Number of the patch, or 0 for the cover letter. */
  readonly patch: number;
  readonly messageId: string;
  readonly subject: string;
  /** Who sent it, which is not always who wrote the patch. */
  readonly from: Correspondent;
  readonly to: readonly Correspondent[];
  readonly cc: readonly Correspondent[];
  /** ISO 8601 in UTC, or null when the mail has none. */
  readonly date: string | null;
  readonly references: readonly string[];
  /** Headers that say whether a program may answer, by lower-case name: see `TELLING`. */
  readonly telling: Readonly<Record<string, string>>;
}

/** Headers by which a sender, or a program, says what is not to be answered. */
const TELLING: ReadonlySet<string> = new Set([
  'auto-submitted',
  'precedence',
  'x-abbot',
  'x-auto-response-suppress',
  'x-autoreply',
  'x-patchwork-hint',
]);

/**
 * The mails of the series under review, cover letter first, as far as they are among those that were read.
 *
 * @example
 * const letters = lettersOf(fetched.items, review);
 */
export function lettersOf(items: readonly ReadItem[], review: Pick<Review, 'series'>): readonly Letter[] {
  const mails = new Map<string, Mail>();
  for (const item of items) {
    if (item.ok && item.value.messageId !== null && !mails.has(item.value.messageId))
      mails.set(item.value.messageId, item.value);
  }
  const { series } = review;
  const ids = new Map(series.patches.map((patch) => [patch.messageId, patch.index] as const));
  if (!ids.has(series.messageId)) ids.set(series.messageId, 0);
  return [...ids]
    .sort(([, a], [, b]) => a - b)
    .flatMap(([id, patch]) => {
      const mail = mails.get(id);
      return mail ? [letterOf(mail, patch)] : [];
    });
}

function letterOf(mail: Mail, patch: number): Letter {
  const { messageId, subject, from, to, cc, date, references } = mail;
  const telling: Record<string, string> = {};
  for (const [key, value] of mail.headers) {
    const name = key.toLowerCase();
    // Given twice, both count: neither may hide the other.
    if (TELLING.has(name)) telling[name] = [telling[name] ?? [], value.trim()].flat().join(', ');
  }
  return { patch, messageId: messageId ?? '', subject, from, to, cc, date, references, telling };
}
