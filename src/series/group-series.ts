import type { Mail, MessageId } from '../mail/index.ts';
import { assembleSeries } from './assemble-series.ts';
import { classify, type Part, parentsOf } from './classify.ts';
import { draftSeries } from './drafts.ts';
import { carryPatches } from './partial-rerolls.ts';
import { attachReplies, type Talk } from './replies.ts';
import type { Leftover, Series } from './series.ts';

/**
 * Groups mails into series. Every mail goes somewhere: into a series as its cover, patch or reply, or among the
 * leftovers with the reason. The order of the mails does not matter; series come out by date.
 *
 * @example
 * const { series, leftovers } = groupSeries(mails);
 * for (const s of series) console.log(`v${s.version}`, s.title, s.complete ? 'complete' : `misses ${s.missing}`);
 */
export function groupSeries(mails: Iterable<Mail>): { series: Series[]; leftovers: Leftover[] } {
  const leftovers: Leftover[] = [];
  const parts: Part[] = [];
  const talk: Talk[] = [];
  const seen = new Set<MessageId>();
  const parents = new Map<MessageId, readonly MessageId[]>();
  for (const mail of mails) {
    if (mail.messageId !== null && seen.has(mail.messageId)) {
      leftovers.push(leftover(mail, 'duplicate'));
      continue;
    }
    if (mail.messageId !== null) {
      seen.add(mail.messageId);
      parents.set(mail.messageId, parentsOf(mail));
    }
    const role = classify(mail);
    if (role.kind === 'parts') parts.push(...role.parts);
    else talk.push({ mail, subject: role.subject, reason: role.reason });
  }
  const drafts = carryPatches(draftSeries(parts), (id) => parents.get(id) ?? []);
  const { replies, homeless } = attachReplies(drafts, talk);
  leftovers.push(...homeless.map(({ mail, reason }) => leftover(mail, reason)));
  const series = drafts.map((draft) => assembleSeries(draft, replies.get(draft) ?? []));
  return { series: series.sort(bySeriesDate), leftovers };
}

function leftover(mail: Mail, reason: Leftover['reason']): Leftover {
  return { messageId: mail.messageId, subject: mail.subject, origin: mail.origin, reason };
}

function bySeriesDate(a: Series, b: Series): number {
  const key = (s: Series) => `${s.date ?? ''} ${s.title} ${String(s.version).padStart(6, '0')} ${s.messageId ?? ''}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}
