/**
 * Answers to lists: whether a reviewed series is answered, the outbox of mails and patchwork checks, and its senders. The
 * rules are pure functions (decide.ts, and report/ for what the review and its mails say); docs/etiquette.md gives them
 * in words.
 */
export { type DraftFacts, decideDraft, decideSending, type SendingFacts } from './decide.ts';
export { mailPart } from './mail-part.ts';
export { type CheckParcel, checkParcel, type MailParcel, mailParcel } from './parcels.ts';
export { type SentCheck, sendNextCheck } from './send-check.ts';
export { type SentMail, sendNextMail } from './send-mail.ts';
export type { MailSettings } from './settings.ts';
