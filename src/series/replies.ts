import type { Mail, MessageId } from '../mail/index.ts';
import { sender } from './authors.ts';
import { parentsOf } from './classify.ts';
import type { Draft } from './drafts.ts';
import type { Leftover, Reply } from './series.ts';
import { parseSubject, type Subject } from './subject.ts';
import { looseTrailers } from './trailers.ts';

/** A mail that is not a part of a series itself. */
export interface Talk {
  readonly mail: Mail;
  readonly subject: Subject;
  readonly reason: Leftover['reason'];
}

interface Place {
  readonly draft: Draft;
  readonly patchIndex: number | null;
}

/**
 * Attaches each reply to the series and the patch it speaks about: through its parents, also over other replies; and
 * when the thread is broken by its subject, if exactly one series has such a part.
 */
export function attachReplies(
  drafts: readonly Draft[],
  talk: readonly Talk[],
): { replies: Map<Draft, Reply[]>; homeless: Talk[] } {
  const places = new Map<MessageId, Place>();
  const titles = new Map<string, Place[]>();
  for (const draft of drafts) {
    const known: [Place, Mail, Subject][] = [...draft.slots].map(([patchIndex, p]) => [
      { draft, patchIndex },
      p.mail,
      p.subject,
    ]);
    if (draft.cover) known.unshift([{ draft, patchIndex: null }, draft.cover.mail, draft.cover.subject]);
    for (const [place, mail, subject] of known) {
      if (mail.messageId && !places.has(mail.messageId)) places.set(mail.messageId, place);
      titles.set(titleKey(subject), [...(titles.get(titleKey(subject)) ?? []), place]);
    }
  }
  // A missing cover letter is answered too: its id is what the patches name as their parent.
  for (const draft of drafts) {
    const parent = draft.cover === null ? draft.opener.parents[0] : undefined;
    if (parent !== undefined && !places.has(parent) && draft.opener.subject.total !== null)
      places.set(parent, { draft, patchIndex: null });
  }
  const byId = new Map(talk.flatMap((t) => (t.mail.messageId ? [[t.mail.messageId, t] as const] : [])));
  const replies = new Map<Draft, Reply[]>();
  const homeless: Talk[] = [];
  for (const item of talk) {
    const place = throughParents(item, places, byId) ?? bySubject(item.subject, titles);
    if (place === null) homeless.push(item);
    else {
      const list = replies.get(place.draft) ?? [];
      list.push(toReply(item.mail, place));
      replies.set(place.draft, list);
    }
  }
  return { replies, homeless };
}

function throughParents(
  item: Talk,
  places: ReadonlyMap<MessageId, Place>,
  byId: ReadonlyMap<MessageId, Talk>,
): Place | null {
  const seen = new Set<MessageId>();
  const queue = [...parentsOf(item.mail)];
  for (let i = 0; i < queue.length && i < 1000; i++) {
    const id = queue[i]!;
    if (seen.has(id)) continue;
    seen.add(id);
    const place = places.get(id);
    if (place) return namedPatch(item.subject, place, i === 0);
    const next = byId.get(id);
    if (next) queue.splice(i + 1, 0, ...parentsOf(next.mail));
  }
  return null;
}

/** When the nearest mail is not at hand, the number in the subject says which patch of the series is meant. */
function namedPatch(subject: Subject, place: Place, direct: boolean): Place {
  const { index } = subject;
  if (direct || place.patchIndex !== null || index === null || index === 0) return place;
  return { ...place, patchIndex: index };
}

function bySubject(subject: Subject, titles: ReadonlyMap<string, Place[]>): Place | null {
  if (!subject.reply || !(subject.tagged || subject.numbered)) return null;
  const places = titles.get(titleKey(subject)) ?? [];
  return places.length === 1 ? places[0]! : null;
}

function titleKey(subject: Subject): string {
  return `${subject.version ?? 1} ${subject.index ?? ''}/${subject.total ?? ''} ${subject.title.toLowerCase().replace(/\s+/g, ' ')}`;
}

function toReply(mail: Mail, place: Place): Reply {
  return {
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo[0] ?? mail.references.at(-1) ?? null,
    from: sender(mail),
    date: mail.date,
    body: mail.body,
    patchIndex: place.patchIndex,
    trailers: parseSubject(mail.subject).reply ? looseTrailers(mail.body) : [],
    origin: mail.origin,
  };
}
