import type { MessageId } from '../mail/index.ts';
import { samePerson } from './authors.ts';
import type { Part } from './classify.ts';
import { type Draft, slotOf } from './drafts.ts';

/** How far up a thread is looked for the patch that a new one replaces. */
const MAX_CLIMB = 200;

/**
 * Fills up partial re-rolls: `[PATCH v2 3/7]` sent in reply to 3/7 makes a v2 whose other patches are those of v1. The
 * new patch must answer, directly or over the discussion, the patch of its own number and author in an older version
 * with as many patches; so a v2 of which only some mails are at hand is not taken for one.
 *
 * `parentsOf` gives what any mail answers, nearest first. Several patches of one new version that each answer their own
 * are put into one draft; the drafts that are left come back.
 */
export function carryPatches(
  drafts: readonly Draft[],
  parentsOf: (id: MessageId) => readonly MessageId[],
): readonly Draft[] {
  const owners = new Map<MessageId, { draft: Draft; slot: number }>();
  for (const draft of drafts)
    for (const [slot, part] of draft.slots) if (part.mail.messageId) owners.set(part.mail.messageId, { draft, slot });

  const root = new Map<Draft, Draft>();
  const joined = new Set<Draft>();
  const rootOf = (draft: Draft): Draft => root.get(draft) ?? draft;
  const partial = drafts.filter(isPartial).sort((a, b) => a.version - b.version || byDate(a.opener, b.opener));
  for (const draft of partial) {
    const answered = [...draft.slots.values()].map((part) => replaced(part, draft, owners, parentsOf));
    const [first] = answered;
    if (first === undefined || first === null || answered.some((a) => a === null || rootOf(a) !== rootOf(first)))
      continue;
    const older = drafts.filter((d) => d !== draft && rootOf(d) === rootOf(first));
    const sibling = older.find((d) => d.version === draft.version && root.has(d));
    if (sibling !== undefined && [...draft.slots.keys()].every((slot) => !sibling.slots.has(slot))) {
      for (const [slot, part] of draft.slots) {
        sibling.slots.set(slot, part);
        sibling.carried.delete(slot);
      }
      joined.add(draft);
      continue;
    }
    const base = older.filter((d) => d.version < draft.version).sort((a, b) => b.version - a.version)[0] ?? first;
    root.set(draft, rootOf(first));
    draft.base = base;
    for (const [slot, part] of new Map([...base.carried, ...base.slots]))
      if (!draft.slots.has(slot)) draft.carried.set(slot, part);
  }
  return drafts.filter((draft) => !joined.has(draft));
}

/** A draft without a cover letter, of which patches are missing. */
function isPartial(draft: Draft): boolean {
  return (
    draft.cover === null &&
    draft.total !== null &&
    draft.total > 1 &&
    draft.slots.size < draft.total &&
    [...draft.slots.values()].every((part) => part.subject.index !== null)
  );
}

/** The older version whose patch of the same number this one answers; null when there is none. */
function replaced(
  part: Part,
  draft: Draft,
  owners: ReadonlyMap<MessageId, { draft: Draft; slot: number }>,
  parentsOf: (id: MessageId) => readonly MessageId[],
): Draft | null {
  const seen = new Set<MessageId>();
  const queue = [...part.parents];
  for (let i = 0; i < queue.length && i < MAX_CLIMB; i++) {
    const id = queue[i]!;
    if (seen.has(id)) continue;
    seen.add(id);
    const owner = owners.get(id);
    if (owner === undefined) queue.push(...parentsOf(id));
    else if (owner.draft !== draft && fits(owner.draft, owner.slot)) return owner.draft;
  }
  return null;

  function fits(older: Draft, slot: number): boolean {
    return (
      slot === slotOf(part) &&
      older.total === draft.total &&
      older.version < draft.version &&
      samePerson(older.opener.sender, part.sender)
    );
  }
}

function byDate(a: Part, b: Part): number {
  const [x, y] = [a.mail.date ?? '', b.mail.date ?? ''];
  return x < y ? -1 : x > y ? 1 : 0;
}
