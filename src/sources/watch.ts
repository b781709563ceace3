import type { Mail, MessageId, ReadItem } from '../mail/index.ts';
import type { Fault, Outcome } from '../outcome/index.ts';

/** A list that is watched. */
export interface Watched {
  /** The address as it was added, which is its name too. */
  readonly place: string;
  readonly source:
    | { readonly kind: 'atom'; readonly inbox: string; readonly list: string }
    | { readonly kind: 'epoch'; readonly folder: string }
    /** The git archive of a server, fetched into a folder of ours before each reading. */
    | { readonly kind: 'mirror'; readonly inbox: string; readonly list: string; readonly folder: string };
  /** Minutes of quiet after which a complete series is reviewed, and an incomplete one is called so. */
  readonly settle: number;
  /** ISO 8601; what the archive received before is left alone. */
  readonly since: string;
}

/** How far a list has been read. */
export type Cursor =
  /** The newest time the feed told, and the mails that were seen lately. */
  | { readonly kind: 'atom'; readonly updated: string; readonly seen: readonly MessageId[] }
  /** Of each epoch the last commit that was read. */
  | { readonly kind: 'epoch'; readonly commits: Readonly<Record<string, string>> };

/** A mail of a watched list. */
export interface SpooledMail {
  /** When the archive received it, in milliseconds. */
  readonly at: number;
  /** When it was read from there, in milliseconds: how long it is kept counts from then. */
  readonly read: number;
  readonly mail: Mail;
}

/** The review of one series version, or why there is none. */
export interface WatchRecord {
  readonly place: string;
  readonly title: string;
  readonly version: number;
  readonly messageId: MessageId | null;
  /** The message-ids of its patches: what tells that it has been reviewed. */
  readonly patches: readonly MessageId[];
  readonly review: unknown;
  readonly fault: Fault | null;
}

/** What watching remembers, behind an interface small enough for a folder or a database; fails with `watch/state`. */
export interface WatchStore {
  readonly folder: string;
  readonly lists: () => Promise<Outcome<readonly Watched[]>>;
  readonly saveLists: (lists: readonly Watched[]) => Promise<Outcome<void>>;
  readonly cursor: (place: string) => Promise<Outcome<Cursor | null>>;
  readonly saveCursor: (place: string, cursor: Cursor) => Promise<Outcome<void>>;
  /** Forgets cursor and mails of a list; reviews stay. */
  readonly forget: (place: string) => Promise<Outcome<void>>;
  /** Keeps a mail; once, however often it comes. */
  readonly putMail: (place: string, mail: SpooledMail) => Promise<Outcome<void>>;
  readonly dropMail: (place: string, mail: Mail) => Promise<Outcome<void>>;
  readonly mails: (place: string) => Promise<Outcome<readonly SpooledMail[]>>;
  /** Whether there is a review of just these patches. */
  readonly reviewed: (patches: readonly MessageId[]) => Promise<Outcome<boolean>>;
  /** Keeps a review unless there is one of the same patches; `first` tells which. */
  readonly record: (record: WatchRecord) => Promise<Outcome<{ readonly file: string; readonly first: boolean }>>;
}

/** Reviews a series from its mails; `wanted` is a mail of the version that is meant. */
export type WatchReview = (given: {
  readonly items: readonly ReadItem[];
  readonly notes: readonly string[];
  readonly wanted: MessageId;
}) => Promise<Outcome<unknown>>;
