import { header, type Mail } from '../mail/index.ts';
import type { RememberedAnswer } from './answer-store.ts';

/** How a finding is named in text: kind, lock classes, and for kinds with one lock its function. */
const FINGERPRINT =
  /\b(?:abba|self-deadlock|missing-unlock|double-unlock|unlock-not-held|irq-inversion|sleep-in-atomic|wait-under-lock|forbidden-call):[\w.:/-]{1,200}/g;
const LONGEST_BODY = 200_000;
const LONGEST_QUOTE = 600;

const VERDICTS: readonly [RegExp, NonNullable<RememberedAnswer['verdict']>][] = [
  [
    /\bfalse[- ](?:positive|alarm)s?\b|\bbogus\b|\b(?:not|isn't|no) (?:a |an )?(?:real|actual|true) (?:bug|deadlock|problem|issue)\b|\b(?:cannot|can't|can not|never) (?:really |actually )?(?:happen|deadlock)\b/i,
    'false-alarm',
  ],
  [
    /\b(?:fixed|addressed|solved|handled|resolved)\b.{0,40}\b(?:by|in|with|elsewhere|separately|upstream)\b/i,
    'fixed-elsewhere',
  ],
  [/\bknown (?:issue|limitation|problem|bug)\b|\bpre-?existing\b|\balready known\b/i, 'known'],
];
const DENIED =
  /\b(?:not|isn't|no|never|hardly|don't think (?:this|it)(?: is|'s)) (?:a |an |really |necessarily |any )*(?:false|bogus|known|pre-?existing|fixed|addressed|solved|handled|resolved)\b/i;

/**
 * What people answered to findings, read from the mails: answers to abbot's own mails (their `X-Abbot-Finding` names the
 * findings), directly or further down the thread, and mails that name a finding. Programs do not answer.
 */
export function readAnswers(mails: readonly Mail[]): RememberedAnswer[] {
  const own = new Map<string, string[]>();
  for (const mail of mails) {
    const named = allHeaders(mail, 'x-abbot-finding').flatMap(fingerprintsIn);
    if (mail.messageId !== null && named.length > 0) own.set(mail.messageId, [...new Set(named)]);
  }
  const byId = new Map(mails.flatMap((mail) => (mail.messageId ? [[mail.messageId as string, mail] as const] : [])));
  return mails.flatMap((mail) => {
    if (mail.messageId === null || isProgram(mail)) return [];
    const body = mail.body.slice(0, LONGEST_BODY);
    const asked = askedAbout(mail, own, byId);
    const named = fingerprintsIn(body).filter((f) => asked.length === 0 || asked.includes(f));
    // To a mail with several findings, an answer that names none of them is shown with each, but decides none.
    const about = named.length > 0 ? named : asked;
    if (about.length === 0) return [];
    const text = ownText(body);
    if (!/\w{2}/.test(text)) return [];
    const { verdict, quote } = judge(text);
    const by = mail.from?.name || mail.from?.email || '';
    return about.map((fingerprint) => ({
      fingerprint,
      messageId: mail.messageId as string,
      by,
      date: mail.date,
      quote,
      verdict: about.length === 1 ? verdict : null,
    }));
  });
}

/** The findings of the nearest mail of abbot's above this one. */
function askedAbout(mail: Mail, own: ReadonlyMap<string, string[]>, byId: ReadonlyMap<string, Mail>): string[] {
  const seen = new Set<string>();
  let queue: string[] = [...mail.inReplyTo, ...[...mail.references].reverse()];
  for (let i = 0; i < queue.length && i < 200; i++) {
    const id = queue[i]!;
    if (seen.has(id)) continue;
    seen.add(id);
    const found = own.get(id);
    if (found) return found;
    const parent = byId.get(id);
    if (parent) queue = [...queue, ...parent.inReplyTo];
  }
  return [];
}

function isProgram(mail: Mail): boolean {
  const automatic = header(mail, 'auto-submitted');
  return (
    (automatic !== null && automatic.trim().toLowerCase() !== 'no') ||
    header(mail, 'x-abbot-series') !== null ||
    header(mail, 'x-abbot-finding') !== null
  );
}

function fingerprintsIn(text: string): string[] {
  return [...new Set((text.match(FINGERPRINT) ?? []).map((f) => f.replace(/[.:/-]+$/, '')))];
}

/** What the person wrote: no quotations, no signature, no line that only introduces a quotation. */
function ownText(body: string): string {
  const end = body.search(/^-- ?$/m);
  return (end < 0 ? body : body.slice(0, end))
    .split('\n')
    .filter((line) => !/^\s{0,3}>/.test(line) && !/(?:wrote|writes):\s*$/.test(line))
    .join('\n')
    .trim();
}

/** The first sentence that decides, and what it decides; questions and denials decide nothing. */
function judge(text: string): Pick<RememberedAnswer, 'verdict' | 'quote'> {
  const sentences = text.replace(/\s+/g, ' ').split(/(?<=[.!?])\s/);
  for (const sentence of sentences) {
    if (sentence.endsWith('?') || DENIED.test(sentence.slice(0, 2000))) continue;
    const found = VERDICTS.find(([words]) => words.test(sentence.slice(0, 2000)));
    if (found) return { verdict: found[1], quote: cut(sentence) };
  }
  return { verdict: null, quote: cut(sentences.slice(0, 3).join(' ')) };
}

const cut = (text: string): string => (text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text);

function allHeaders(mail: Mail, name: string): string[] {
  return mail.headers.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
}
