import { createHash } from 'node:crypto';
import type { Correspondent, Finding, Letter, Review } from '../review/index.ts';
import { mailBody, type PastFinding } from './mail-body.ts';
import { addressHeader, encodeText, header, idToken, recipients, references } from './mail-headers.ts';
import { type Silence, silenceOf, tellable } from './mail-silence.ts';

/** How a reply is addressed, and what is known from before. */
export interface MailOptions {
  /** The sender; null leaves `From:` to whoever sends the draft, as `git send-email` wants it. */
  readonly from: Correspondent | null;
  /** To the author alone, or to everybody who got the patch. */
  readonly mode: 'author' | 'list';
  /** Findings of earlier versions; none when they are not known. */
  readonly past: readonly PastFinding[];
  /** Speak of findings too that somebody has answered. */
  readonly evenAnswered: boolean;
}

/** A reply to one mail of the series, ready to be sent. */
export interface Reply {
  readonly kind: 'mail';
  /** Its own, without angle brackets: the same for the same series version, so that a second one would be dropped. */
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly to: readonly Correspondent[];
  readonly cc: readonly Correspondent[];
  /** The findings it speaks of. */
  readonly fingerprints: readonly string[];
  /** The whole message (RFC 5322), lines ended by LF, without `Date:`, which belongs to the moment of sending. */
  readonly message: string;
}

/**
 * A review as a reply on the list: to the patch that brings the gravest finding, in the manners of the kernel's lists
 * (docs/etiquette.md). Or silence, with its reason: most series get none. The text is composed here and not by a mail
 * library, because a draft has to be the same bytes each time, readable as it stands (no quoted-printable around code),
 * and without a date.
 *
 * @example
 * const reply = renderMail(review, letters, { from: null, mode: 'list', past: [], evenAnswered: false });
 * if (reply.kind === 'mail') process.stdout.write(reply.message);
 */
export function renderMail(review: Review, letters: readonly Letter[], options: MailOptions): Reply | Silence {
  const silence = silenceOf(review, letters, options.evenAnswered);
  if (silence) return silence;
  const findings = bySeverity(tellable(review, options.evenAnswered));
  const letter = answered(findings, letters);
  const inReplyTo = letter && idToken(letter.messageId);
  if (!letter || !inReplyTo)
    return { kind: 'silent', reason: 'no-letter', why: 'the mail of the patch that would be answered is not at hand' };
  const { from, mode, past } = options;
  const own = from ? [from.email] : [];
  const to = recipients([sender(letter, review)], own);
  const cc = mode === 'author' ? [] : recipients([...letter.to, ...letter.cc], [...own, ...to.map((p) => p.email)]);
  if (to.length + cc.length === 0)
    return { kind: 'silent', reason: 'no-letter', why: 'the mail names nobody to answer' };
  const messageId = idOf(review, from);
  const body = mailBody(review, letter, findings, past);
  const ascii = /^[\n\t\x20-\x7e]*$/.test(body);
  const head = [
    from ? addressHeader('From', [from]) : null,
    addressHeader('To', to),
    addressHeader('Cc', cc),
    header('Subject', encodeText(`Re: ${letter.subject}`)),
    `Message-ID: <${messageId}>`,
    `In-Reply-To: ${inReplyTo}`,
    `References: ${references(letter.references, letter.messageId)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${ascii ? '7bit' : '8bit'}`,
    'Auto-Submitted: auto-generated',
    header('X-Abbot-Series', encodeText(`${review.series.messageId} v${review.series.version}`)),
    ...findings.slice(0, 12).map(({ fingerprint }) => header('X-Abbot-Finding', encodeText(fingerprint))),
    header('X-Abbot-Run', encodeText(review.run)),
  ];
  const message = `${head.filter((line) => line !== null).join('\n')}\n\n${body}`;
  const fingerprints = findings.map(({ fingerprint }) => fingerprint);
  return { kind: 'mail', messageId, inReplyTo: letter.messageId, to, cc, fingerprints, message };
}

/** What is introduced before what adds to something old; among equals the order of the review. */
function bySeverity(findings: readonly Finding[]): Finding[] {
  return [
    ...findings.filter(({ verdict }) => verdict === 'introduced'),
    ...findings.filter(({ verdict }) => verdict !== 'introduced'),
  ];
}

/** The mail to answer: the patch that brings the first finding, else the cover letter, else any patch. */
function answered([first]: readonly Finding[], letters: readonly Letter[]): Letter | undefined {
  return (
    letters.find(({ patch }) => patch === first?.introducedBy) ?? letters.find(({ patch }) => patch === 0) ?? letters[0]
  );
}

/** Who sent the patch; where the list's software put its own address there, the author that the patch names. */
function sender({ from }: Letter, { series }: Review): Correspondent {
  return /\bvia\b/i.test(from.name) ? series.author : from;
}

function idOf({ series }: Review, from: Correspondent | null): string {
  const hash = createHash('sha256').update(`${series.messageId}\n${series.version}`).digest('hex').slice(0, 24);
  const domain = from?.email.split('@')[1] ?? 'abbot.invalid';
  return `abbot-${hash}@${domain}`;
}
