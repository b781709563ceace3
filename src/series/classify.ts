import type { Mail, MessageId, Person } from '../mail/index.ts';
import { sender } from './authors.ts';
import { type PatchText, readPatchText } from './patch-text.ts';
import type { Leftover } from './series.ts';
import { parseSubject, type Subject } from './subject.ts';

/** A mail (or an attachment of one) that is a part of a series: its cover letter or one of its patches. */
export interface Part {
  readonly kind: 'cover' | 'patch';
  readonly mail: Mail;
  readonly subject: Subject;
  readonly sender: Person;
  readonly text: PatchText;
  /** Mails it answers, nearest first. */
  readonly parents: readonly MessageId[];
  /** The whole text, with what stands after the diff. */
  readonly body: string;
}

/** What a mail is for a series. */
export type Role =
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'talk'; readonly subject: Subject; readonly reason: Leftover['reason'] };

/** Mails that a mail answers, nearest first: In-Reply-To, then References from the last to the first. */
export function parentsOf(mail: Mail): MessageId[] {
  const ids = new Set([...mail.inReplyTo, ...[...mail.references].reverse()]);
  if (mail.messageId) ids.delete(mail.messageId);
  return [...ids];
}

/**
 * Decides from subject and content whether a mail is a cover letter, a patch or talk. A reply (`Re:`) is talk even
 * when it holds a diff; a tagged subject is a part even when it was sent as a reply; a diff without any tag is a patch
 * only when its mail answers nothing.
 */
export function classify(mail: Mail): Role {
  const subject = parseSubject(mail.subject);
  if (subject.pull) return { kind: 'talk', subject, reason: 'pull-request' };
  if (subject.reply) return { kind: 'talk', subject, reason: 'not-a-patch' };
  const part = (kind: Part['kind'], text: PatchText, body: string, own = subject): Part => ({
    kind,
    mail,
    subject: own,
    sender: sender(mail),
    text,
    parents: parentsOf(mail),
    body,
  });
  const attached = mail.attachments.flatMap((a) =>
    a.text === null ? [] : [{ text: readPatchText(a.text), body: a.text }],
  );
  const patches = attached.filter((a) => a.text.diff !== '');
  const text = readPatchText(mail.body);
  const marked = subject.tagged || (subject.numbered && subject.version !== null);
  if (subject.index === 0 && (marked || (subject.numbered && subject.tags.includes('RFC')))) {
    const enclosed = patches.map((a, i) => {
      const own = parseSubject(a.text.subject ?? subject.title);
      return part('patch', a.text, a.body, {
        ...own,
        version: subject.version,
        index: own.index ?? i + 1,
        total: subject.total,
      });
    });
    return { kind: 'parts', parts: [part('cover', text, mail.body), ...enclosed] };
  }
  if (text.diff !== '') {
    const alone =
      subject.tagged ||
      subject.numbered ||
      subject.tags.includes('RFC') ||
      mail.inReplyTo.length + mail.references.length === 0;
    return alone
      ? { kind: 'parts', parts: [part('patch', text, mail.body)] }
      : { kind: 'talk', subject, reason: 'not-a-patch' };
  }
  if (patches.length > 0 && (marked || subject.numbered)) {
    const [first] = patches;
    const message = first!.text.message || text.message;
    const merged = {
      ...first!.text,
      message,
      trailers: first!.text.trailers.length > 0 ? first!.text.trailers : text.trailers,
      diff: patches.map((p) => p.text.diff).join(''),
    };
    return { kind: 'parts', parts: [part('patch', merged, `${mail.body}\n${first!.body}`)] };
  }
  // An answer whose mailer left out the `Re:` quotes what it answers.
  if (/^>/m.test(mail.body) && mail.inReplyTo.length + mail.references.length > 0)
    return { kind: 'talk', subject, reason: 'not-a-patch' };
  // A numbered patch without a diff (too large for the list, or a bare mode change) keeps its place in the series.
  if (subject.tagged && subject.index !== null) return { kind: 'parts', parts: [part('patch', text, mail.body)] };
  return { kind: 'talk', subject, reason: subject.tagged ? 'no-diff' : 'not-a-patch' };
}
