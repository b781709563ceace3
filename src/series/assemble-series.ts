import type { MessageId } from '../mail/index.ts';
import { readChangelog } from './changelog.ts';
import type { Part } from './classify.ts';
import { type Draft, slotOf } from './drafts.ts';
import { readMetadata } from './metadata.ts';
import { inBodyHeaders } from './patch-text.ts';
import type { Cover, Patch, Reply, Series } from './series.ts';
import { looseTrailers } from './trailers.ts';

/** Makes the finished value of a draft. */
export function assembleSeries(draft: Draft, replies: readonly Reply[]): Series {
  const bySlot = (a: Part, b: Part): number => slotOf(a) - slotOf(b);
  const parts = [...draft.slots.values()].sort(bySlot);
  const patches = [...parts, ...draft.carried.values()].sort(bySlot).map(toPatch);
  const cover = draft.cover ? toCover(draft.cover) : null;
  const lead = draft.cover ?? parts[0]!;
  const total = draft.total || Math.max(0, ...draft.slots.keys());
  const version = agreedVersion(draft, parts);
  const missing = Array.from({ length: Math.min(total, 9999) }, (_, i) => i + 1).filter(
    (i) => !draft.slots.has(i) && !draft.carried.has(i),
  );
  const own = new Set<MessageId | null>([lead, ...parts].map((p) => p.mail.messageId));
  const bodies = [...(draft.cover ? [draft.cover.body] : []), ...parts.map((p) => p.body)];
  return {
    title: cover?.title ?? titleOf(draft.base) ?? patches[0]!.title,
    version,
    total,
    author: cover?.author ?? toPatch(lead).author,
    messageId: lead.mail.messageId,
    answers: lead.parents.filter((id) => !own.has(id)),
    date: lead.mail.date,
    tags: [...new Set([...(draft.cover ? [draft.cover] : []), ...parts].flatMap((p) => p.subject.tags))],
    cover,
    patches,
    complete: missing.length === 0 && patches.length > 0,
    missing,
    carried: [...draft.carried.keys()].sort((a, b) => a - b),
    replies: [...replies].sort((a, b) =>
      (a.date ?? '') < (b.date ?? '') ? -1 : (a.date ?? '') > (b.date ?? '') ? 1 : 0,
    ),
    trailers: cover?.trailers ?? [],
    ...readMetadata(bodies),
    changelog: [
      ...(cover ? readChangelog(cover.body, version, null) : []),
      ...parts.map(toPatch).flatMap((p) => readChangelog(p.notes || changelogInMessage(p), version, p.index)),
    ],
  };
}

/** A partial re-roll keeps the title of the series it belongs to. */
function titleOf(base: Draft | null): string | null {
  return base === null ? null : (base.cover?.subject.title ?? titleOf(base.base) ?? base.opener.subject.title);
}

/** Some authors write the changelog into the commit message; it is read there only when nothing stands below `---`. */
function changelogInMessage(patch: Patch): string {
  return patch.message.slice(0, 20_000);
}

/** The version most parts name; the cover's when they are even. */
function agreedVersion(draft: Draft, parts: readonly Part[]): number {
  const votes = new Map<number, number>();
  for (const part of [...(draft.cover ? [draft.cover] : []), ...parts]) {
    const { version } = part.subject;
    if (version !== null) votes.set(version, (votes.get(version) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  return best?.[0] ?? 1;
}

function toPatch(part: Part): Patch {
  const { text, mail, subject } = part;
  const own = text.subject ?? '';
  return {
    index: slotOf(part),
    title: own !== '' && subject.title === '' ? own : subject.title,
    subject: mail.subject,
    messageId: mail.messageId,
    author: text.from ?? part.sender,
    date: mail.date,
    message: text.message,
    notes: text.notes,
    trailers: text.trailers,
    diff: text.diff,
    origin: mail.origin,
    defects: [...mail.defects, ...(text.defect ? [text.defect] : []), ...(text.diff === '' ? ['no diff'] : [])],
  };
}

function toCover(part: Part): Cover {
  const { from, rest } = inBodyHeaders(part.mail.body.split('\n'));
  const body = rest.join('\n');
  return {
    subject: part.mail.subject,
    title: part.subject.title,
    messageId: part.mail.messageId,
    author: from ?? part.sender,
    date: part.mail.date,
    body,
    trailers: looseTrailers(body),
    origin: part.mail.origin,
  };
}
