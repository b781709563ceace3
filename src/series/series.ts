import type { MessageId, Person } from '../mail/index.ts';

/** A `Key: value` line of a commit message or cover letter, folded lines joined. */
export interface Trailer {
  readonly key: string;
  readonly value: string;
}

/** One patch of a series, taken from one mail (or from one attachment of it). */
export interface Patch {
  /** Its number in the series, from 1. */
  readonly index: number;
  /** The subject without its tags: the first line of the commit message. */
  readonly title: string;
  readonly subject: string;
  readonly messageId: MessageId | null;
  /** The author of the change: the in-body `From:` when there is one. */
  readonly author: Person;
  readonly date: string | null;
  /** The commit message without its title, trailers included. */
  readonly message: string;
  /** What stands below the `---`: not part of the commit, the diffstat left out. */
  readonly notes: string;
  readonly trailers: readonly Trailer[];
  /** The unified diff as it stands in the mail (empty context lines have their space); empty when the mail has none. */
  readonly diff: string;
  readonly origin: string;
  /** What is wrong with it: the mail's defects, and a diff that is cut off. */
  readonly defects: readonly string[];
}

/** A mail of discussion about a series. */
export interface Reply {
  readonly messageId: MessageId | null;
  readonly inReplyTo: MessageId | null;
  readonly from: Person;
  readonly date: string | null;
  readonly body: string;
  /** The patch it speaks about, or null for the cover letter and so the whole series. */
  readonly patchIndex: number | null;
  /** Tags given in it (`Reviewed-by: …` on a line of its own, not quoted). */
  readonly trailers: readonly Trailer[];
  readonly origin: string;
}

/** The mail `[PATCH 0/n]`. */
export interface Cover {
  readonly subject: string;
  readonly title: string;
  readonly messageId: MessageId | null;
  readonly author: Person;
  readonly date: string | null;
  readonly body: string;
  readonly trailers: readonly Trailer[];
  readonly origin: string;
}

/** What the author says changed between two versions. */
export interface ChangelogSection {
  readonly heading: string;
  /** The older version it compares with, and the newer one; null when it does not say. */
  readonly since: number | null;
  readonly version: number | null;
  readonly bullets: readonly ChangelogBullet[];
  /** The patch under whose `---` it stood, or null for the cover letter. */
  readonly patch: number | null;
}

/** One claim: wrapped lines joined, the patch it speaks of when it names one (or stood in that patch's notes). */
export interface ChangelogBullet {
  readonly text: string;
  readonly patch: number | null;
}

/** One version of a patch series, with the discussion about it. */
export interface Series {
  readonly title: string;
  /** 1 when the subjects name none; `v2.1` gives 2.1. */
  readonly version: number;
  readonly total: number;
  readonly author: Person;
  /** The cover letter's, else the first patch's. */
  readonly messageId: MessageId | null;
  /** The mails outside the series that it was sent in reply to, nearest first: an older version, or a missing cover. */
  readonly answers: readonly MessageId[];
  readonly date: string | null;
  /** `RFC`, `RESEND`, `net-next` and whatever else stands in the brackets, upper case for the first two. */
  readonly tags: readonly string[];
  readonly cover: Cover | null;
  readonly patches: readonly Patch[];
  readonly complete: boolean;
  readonly missing: readonly number[];
  /** Numbers of the patches that stand as in the version before: only the others were sent again, in reply to it. */
  readonly carried: readonly number[];
  readonly replies: readonly Reply[];
  readonly trailers: readonly Trailer[];
  readonly baseCommit: string | null;
  /** The `base-tree:` line: the id of a tree, or words for one. */
  readonly baseTree: string | null;
  readonly changeId: string | null;
  /** `patch-id`, `message-id`, `change-id`, `depends-on` or `based-on`, and its value. */
  readonly prerequisites: readonly Trailer[];
  readonly changelog: readonly ChangelogSection[];
}

/** A mail that belongs to no series, and why. */
export interface Leftover {
  readonly messageId: MessageId | null;
  readonly subject: string;
  readonly origin: string;
  readonly reason: 'not-a-patch' | 'pull-request' | 'duplicate' | 'no-diff';
}

/** One version of a series; `series` is null when it is known only from a link to it. */
export interface LineageVersion {
  readonly series: Series | null;
  readonly version: number;
  readonly messageId: MessageId | null;
  readonly title: string;
  readonly date: string | null;
  /** Why it belongs here, strongest first; empty for a lineage of one. */
  readonly evidence: readonly string[];
  /** The same version sent again, or in parts (`[PATCH v3 RESEND]`). */
  readonly resends: readonly Series[];
}

/** All versions of one series, oldest first. */
export interface Lineage {
  readonly versions: readonly LineageVersion[];
}
