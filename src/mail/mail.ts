/** A message-id without its angle brackets. */
export type MessageId = string & { readonly __brand: 'MessageId' };

/** A mail address; `name` is empty when the mail gives only the address. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** A part of a mail that is not its text: a patch file, a signature, a picture. */
export interface Attachment {
  readonly name: string;
  /** Lower-case media type (`text/x-patch`). */
  readonly type: string;
  /** The decoded text, lines ended by LF; null when the part is not text. */
  readonly text: string | null;
}

/** One mail, decoded. Plain data; nothing in it has been trusted or followed. */
export interface Mail {
  readonly messageId: MessageId | null;
  /** Unfolded and decoded, as the sender wrote it (with its tags and reply prefixes). */
  readonly subject: string;
  readonly from: Person;
  /** ISO 8601 in UTC (`2026-02-19T17:09:04.000Z`), or null when it is missing or cannot be read. */
  readonly date: string | null;
  readonly inReplyTo: readonly MessageId[];
  readonly references: readonly MessageId[];
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  /** All headers in their order, names as written, values unfolded and decoded. */
  readonly headers: readonly (readonly [string, string])[];
  /** The text/plain content, lines ended by LF, format=flowed undone where the text really is flowed. */
  readonly body: string;
  readonly attachments: readonly Attachment[];
  /** Where it was read: the file, and for an mbox the number of the mail in it (`a.mbox#3`). */
  readonly origin: string;
  /** What was wrong and how it was survived, one line each. */
  readonly defects: readonly string[];
}

/** The value of the first header of that name (any case), or null. */
export function header(mail: Pick<Mail, 'headers'>, name: string): string | null {
  const wanted = name.toLowerCase();
  return mail.headers.find(([key]) => key.toLowerCase() === wanted)?.[1] ?? null;
}
