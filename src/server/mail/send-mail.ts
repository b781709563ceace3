import { fail, type Outcome, ok } from '../../outcome/index.ts';
import {
  answersTo,
  attemptsAt,
  beginAttempt,
  type ClaimedParcel,
  claimParcel,
  consentFor,
  delivered,
  endAttempt,
  foundDelivered,
  givenUp,
  heldBack,
  lineageReplies,
  mailsOfADay,
  postponed,
  replyOfParcel,
  type Store,
  stopped,
  suppressionsAt,
  transact,
} from '../../store/index.ts';
import { decideSending, type SendingDecision } from './decide.ts';
import { type MailParcel, mailParcel } from './parcels.ts';
import type { MailSettings } from './settings.ts';
import { type Handed, handOver } from './smtp.ts';

/** Seconds of a claim: longer than a server may take for all it does. */
const LEASE = 600;
/** Seconds until a server that said "later" is asked again, and how often. */
const AGAIN = 900;
const TRIES = 8;

/** What came of one parcel, for the log. */
export type SentMail = { readonly id: number; readonly messageId: string } & (
  | { readonly act: 'sent'; readonly refused: readonly string[] }
  | { readonly act: 'held' | 'dropped' | 'waits' | 'failed'; readonly reason: string }
);

/**
 * Sends the next mail that is due, or decides otherwise; null when none is due. Never twice: the attempt is recorded
 * before the server gets anything, and a mail whose attempt has no end is held for a person.
 */
export async function sendNextMail(
  store: Store,
  worker: string,
  settings: MailSettings,
  now: () => number,
): Promise<Outcome<SentMail | null>> {
  const claimed = await transact(store, (tx) => claimParcel(tx, 'mail', worker, LEASE));
  if (!claimed.ok) return claimed;
  const parcel = claimed.value;
  if (parcel === null) return ok(null);
  const read = mailParcel.safeParse(parcel.payload);
  if (!read.success) {
    const { fault } = fail('mail/parcel', 'a mail of the outbox cannot be read', read.error.issues[0]?.message);
    const ended = await transact(store, (tx) => givenUp(tx, parcel.id, worker, 'failed', fault));
    return ended.ok ? ok({ id: parcel.id, messageId: '', act: 'failed', reason: 'unreadable' }) : ended;
  }
  const mail = read.data;
  const from = mail.from ?? settings.from?.email ?? null;
  const url = settings.smtpUrl;
  const begun = await transact(store, (tx) => begin(tx, parcel, mail, worker, settings, url !== null && from !== null));
  if (!begun.ok) return begun;
  const named = { id: parcel.id, messageId: mail.messageId };
  if (begun.value.act === 'hold') return ok({ ...named, act: 'held', reason: begun.value.reason });
  if (begun.value.act === 'drop') return ok({ ...named, act: 'dropped', reason: begun.value.reason });
  if (begun.value.act === 'wait') return ok({ ...named, act: 'waits', reason: begun.value.reason });
  if (url === null || from === null) throw new Error('a mail was begun without a server');
  const message = `Date: ${new Date(now()).toUTCString().replace('GMT', '+0000')}\n${mail.message}`;
  const handed = await handOver(url, { from, recipients: mail.recipients, message });
  const ended = await transact(store, (tx) => end(tx, parcel, worker, handed));
  return ended.ok ? ok({ ...named, ...ended.value }) : ended;
}

/** Decides, and records either the attempt or what else becomes of the parcel: both in one transaction. */
async function begin(
  tx: Store,
  parcel: ClaimedParcel,
  mail: MailParcel,
  worker: string,
  settings: MailSettings,
  canSend: boolean,
): Promise<SendingDecision> {
  const decided: SendingDecision = canSend
    ? decideSending(await factsOf(tx, parcel, mail, settings))
    : { act: 'hold', reason: 'no-server' };
  const act =
    decided.act === 'send' && !(await beginAttempt(tx, parcel.id))
      ? ({ act: 'hold', reason: 'unknown' } as const)
      : decided;
  if (act.act === 'hold')
    await heldBack(tx, parcel.id, worker, fail('mail/held', WORDS[act.reason] ?? act.reason).fault);
  if (act.act === 'drop')
    await givenUp(tx, parcel.id, worker, 'dropped', fail('mail/dropped', WORDS[act.reason] ?? act.reason).fault);
  if (act.act === 'wait')
    await postponed(tx, parcel.id, worker, fail('mail/waits', WORDS[act.reason] ?? act.reason).fault, act.seconds);
  return act;
}

const WORDS: Readonly<Record<string, string>> = {
  unknown: 'an attempt was cut off, and nobody knows whether the mail went out',
  'sent-before': 'the mail went out before',
  'no-server': 'no mail server or no sender is configured',
  'no-consent': 'the list has not agreed to mail of this kind',
  'said-already': 'this version of the series has its mail',
  'newer-version': 'a newer version of the series is there',
  answered: 'people have answered what it asks',
  stopped: 'sending is stopped',
  'list-cap': 'the list has had its mails of the day',
  'author-cap': 'the author has had the mails of the day',
};

async function factsOf(tx: Store, parcel: ClaimedParcel, mail: MailParcel, settings: MailSettings) {
  const attempts = await attemptsAt(tx, parcel.id);
  const reply = await replyOfParcel(tx, parcel.id);
  const authorEmail = reply?.authorEmail ?? '';
  const others = await lineageReplies(tx, mail.reviewId);
  const day = await mailsOfADay(tx, mail.place, authorEmail);
  const consents = new Set<'author' | 'list'>();
  for (const mode of ['author', 'list'] as const) if (await consentFor(tx, mail.place, mode)) consents.add(mode);
  return {
    stopped: (await stopped(tx, 'mail')) !== null,
    mode: mail.mode,
    consents,
    openAttempt: attempts.some(({ endedAt }) => endedAt === null),
    accepted: attempts.some(({ outcome }) => outcome === 'accepted' || outcome === 'unknown'),
    sameVersionSent: others.sameVersion,
    newerVersion: others.newerVersion,
    settledMeanwhile: await settled(tx, mail.place, reply?.fingerprints ?? []),
    ...day,
    perList: settings.perList,
    perAuthor: settings.perAuthor,
  };
}

async function settled(tx: Store, place: string, fingerprints: readonly string[]): Promise<boolean> {
  const suppressed = await suppressionsAt(tx, place);
  const open = fingerprints.filter((one) => !suppressed.has(one));
  if (fingerprints.length === 0) return false;
  for (const one of open) if (!(await answersTo(tx, one)).some(({ verdict }) => verdict !== null)) return false;
  return true;
}

type End =
  | { readonly act: 'sent'; readonly refused: readonly string[] }
  | { readonly act: 'held' | 'waits' | 'failed'; readonly reason: string };

/** Records what the server said, also when the claim was taken from this process meanwhile. */
async function end(tx: Store, parcel: ClaimedParcel, worker: string, handed: Handed): Promise<End> {
  if (handed.outcome === 'unknown') {
    // The attempt keeps its open end: it is what keeps the mail from being sent again.
    await heldBack(tx, parcel.id, worker, fail('mail/held', WORDS['unknown'] ?? '', handed.answer).fault);
    return { act: 'held', reason: 'unknown' };
  }
  await endAttempt(tx, parcel.id, handed.outcome, handed.answer);
  if (handed.outcome === 'accepted') {
    const result = { answer: handed.answer, refused: handed.refused };
    if (!(await delivered(tx, parcel.id, worker, result))) await foundDelivered(tx, parcel.id, result);
    return { act: 'sent', refused: handed.refused };
  }
  const { fault } = fail('mail/refused', 'the mail server did not take a mail', handed.answer);
  const tries = (await attemptsAt(tx, parcel.id)).length;
  if (handed.again && tries < TRIES) {
    await postponed(tx, parcel.id, worker, fault, AGAIN);
    return { act: 'waits', reason: handed.answer };
  }
  await givenUp(tx, parcel.id, worker, 'failed', fault);
  return { act: 'failed', reason: handed.answer };
}
