/** What is decided about a mail: nothing is said, a draft waits for a person, or it is to be sent after so many seconds. */
export type DraftDecision =
  | { readonly decision: 'silent' | 'held'; readonly reason: string }
  | { readonly decision: 'queued'; readonly reason: string; readonly seconds: number };

/** What is known when a review was kept. */
export interface DraftFacts {
  /** Why the review itself gives nothing to say (report/mail-silence.ts), or null. */
  readonly silence: string | null;
  /** The analysis had a tree; of a diff alone less is sure than a mail should say. */
  readonly hadTree: boolean;
  readonly sameVersion: boolean;
  readonly newerVersion: boolean;
  /** The whole bot may send mail: a server and a sender are configured, and nobody has stopped it. */
  readonly canSend: boolean;
  readonly stopped: boolean;
  /** How the list agreed to get mail, or null. */
  readonly consent: 'author' | 'list' | null;
  /** Seconds that pass before a mail goes out, so that people, and newer versions, come first. */
  readonly settle: number;
}

/**
 * Decides about answering a series. Silence where nothing should be said, a draft where nobody has agreed to more, and
 * only then a mail.
 *
 * @example
 * decideDraft(facts); // { decision: 'held', reason: 'no-consent' }
 */
export function decideDraft(facts: DraftFacts): DraftDecision {
  if (facts.silence !== null) return { decision: 'silent', reason: facts.silence };
  if (!facts.hadTree) return { decision: 'silent', reason: 'no-tree' };
  if (facts.sameVersion) return { decision: 'silent', reason: 'said-already' };
  if (facts.newerVersion) return { decision: 'silent', reason: 'newer-version' };
  if (facts.consent === null) return { decision: 'held', reason: 'no-consent' };
  if (!facts.canSend) return { decision: 'held', reason: 'no-server' };
  if (facts.stopped) return { decision: 'held', reason: 'stopped' };
  return { decision: 'queued', reason: `consent-${facts.consent}`, seconds: facts.settle };
}

/** What is decided about a mail that is due. */
export type SendingDecision =
  | { readonly act: 'send' }
  | { readonly act: 'hold' | 'drop'; readonly reason: string }
  | { readonly act: 'wait'; readonly reason: string; readonly seconds: number };

/** What is known when a mail is due. */
export interface SendingFacts {
  readonly stopped: boolean;
  /** How the mail is addressed. */
  readonly mode: 'author' | 'list';
  /** Which ways of mail the list agrees to now. */
  readonly consents: ReadonlySet<'author' | 'list'>;
  /** An attempt has no end: nobody knows whether it went out. */
  readonly openAttempt: boolean;
  /** An attempt ended with the server's yes. */
  readonly accepted: boolean;
  readonly sameVersionSent: boolean;
  readonly newerVersion: boolean;
  /** Every finding it speaks of was answered or suppressed in the meantime. */
  readonly settledMeanwhile: boolean;
  readonly toPlace: number;
  readonly toAuthor: number;
  readonly perList: number;
  readonly perAuthor: number;
}

/** Seconds until what waits is looked at again. */
const STOP_WAIT = 600;
const CAP_WAIT = 3600;

/** Decides about a mail that is due: everything may have changed since it was written. */
export function decideSending(facts: SendingFacts): SendingDecision {
  if (facts.openAttempt) return { act: 'hold', reason: 'unknown' };
  if (facts.accepted) return { act: 'hold', reason: 'sent-before' };
  if (facts.sameVersionSent) return { act: 'drop', reason: 'said-already' };
  if (facts.newerVersion) return { act: 'drop', reason: 'newer-version' };
  if (facts.settledMeanwhile) return { act: 'drop', reason: 'answered' };
  // Consent to mail on the list is no consent for a mail beside it, and the other way round.
  if (!facts.consents.has(facts.mode)) return { act: 'hold', reason: 'no-consent' };
  if (facts.stopped) return { act: 'wait', reason: 'stopped', seconds: STOP_WAIT };
  if (facts.toPlace >= facts.perList) return { act: 'wait', reason: 'list-cap', seconds: CAP_WAIT };
  if (facts.toAuthor >= facts.perAuthor) return { act: 'wait', reason: 'author-cap', seconds: CAP_WAIT };
  return { act: 'send' };
}
