import type { ComparableReply } from './review-comments.ts';

/** A `Key: value` line of a commit message. */
export interface TrailerLine {
  readonly key: string;
  readonly value: string;
}

/** What a comparison needs of a patch; the `Patch` of the series room is one. */
export interface ComparablePatch {
  /** Its number in the series, from 1. */
  readonly index: number;
  readonly title: string;
  readonly author?: { readonly name: string; readonly email: string };
  /** The commit message without its title. */
  readonly message: string;
  readonly trailers: readonly TrailerLine[];
  readonly diff: string;
}

/** One claim of a changelog, and the patch it names or stood under. */
export interface ClaimedChange {
  readonly text: string;
  readonly patch: number | null;
}

/** A section of a changelog: the versions it compares, as far as known. */
export interface ClaimedSection {
  readonly since: number | null;
  readonly version: number | null;
  readonly bullets: readonly ClaimedChange[];
}

/** What a comparison needs of a version; the `Series` of the series room is one. */
export interface ComparableSeries {
  readonly version: number;
  readonly messageId: string | null;
  readonly patches: readonly ComparablePatch[];
  readonly changelog: readonly ClaimedSection[];
  /** What was said about it; nothing when left out. */
  readonly replies?: readonly ComparableReply[];
}
