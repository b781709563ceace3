import type { MessageId } from '../mail/index.ts';
import { samePerson } from './authors.ts';
import type { Part } from './classify.ts';

/** A series in the making: parts that belong together, each patch in its slot. */
export interface Draft {
  cover: Part | null;
  readonly slots: Map<number, Part>;
  readonly version: number;
  total: number | null;
  readonly opener: Part;
  /** Patches of an older version that a partial re-roll leaves as they were, and the version they were taken from. */
  readonly carried: Map<number, Part>;
  base: Draft | null;
}

const HOUR = 3_600_000;
const versionOf = (part: Part): number => part.subject.version ?? 1;

/**
 * Puts covers and patches together: by thread and tags first; where threading is broken, by author, numbering and
 * time. A slot is never filled twice: a second 1/2 of the same version starts a series of its own (a resend).
 */
export function draftSeries(parts: readonly Part[]): Draft[] {
  const drafts: Draft[] = [];
  const owner = new Map<MessageId, Draft>();
  const claim = (draft: Draft, part: Part): void => {
    if (part.mail.messageId) owner.set(part.mail.messageId, draft);
  };
  const open = (part: Part): Draft => {
    const draft: Draft = {
      cover: part.kind === 'cover' ? part : null,
      slots: new Map(),
      version: versionOf(part),
      total: part.subject.total,
      opener: part,
      carried: new Map(),
      base: null,
    };
    if (part.kind === 'patch') draft.slots.set(slotOf(part), part);
    drafts.push(draft);
    claim(draft, part);
    return draft;
  };
  const put = (draft: Draft, part: Part): void => {
    draft.slots.set(slotOf(part), part);
    draft.total ??= part.subject.total;
    claim(draft, part);
  };

  for (const part of parts) if (part.kind === 'cover') open(part);
  const patches = parts.filter((p) => p.kind === 'patch').sort((a, b) => slotOf(a) - slotOf(b) || byDate(a, b));
  const late: Part[] = [];
  for (const part of patches) {
    const draft = ancestors(part, owner).find(
      (d) => d.cover !== null && fits(d, part) && versionOf(part) === d.version,
    );
    if (draft) put(draft, part);
    else late.push(part);
  }
  // What is left has no cover at hand, disagrees with it on the version, or is not threaded.
  const rest: Part[] = [];
  for (const part of late) {
    const draft = ancestors(part, owner).find(
      (d) =>
        d.cover !== null &&
        part.subject.index !== null &&
        fits(d, part) &&
        samePerson(d.cover.sender, part.sender) &&
        apart(d.cover, part) < HOUR,
    );
    if (draft) put(draft, part);
    else rest.push(part);
  }
  const byKey = new Map<string, Draft[]>();
  for (const draft of drafts) for (const key of looseKeys(draft.opener)) push(byKey, key, draft);
  for (const part of rest) {
    const numbered = part.subject.index !== null;
    const near = numbered ? looseKeys(part).flatMap((key) => byKey.get(key) ?? []) : [];
    // A patch that answers another patch of its own numbering belongs to it, however late it comes.
    const answered = numbered ? ancestors(part, owner).filter((d) => samePerson(d.opener.sender, part.sender)) : [];
    const same = (d: Draft): boolean => fits(d, part) && d.version === versionOf(part);
    const draft = answered.find((d) => d.cover === null && same(d)) ?? near.find((d) => same(d) && belongs(d, part));
    if (draft) put(draft, part);
    else {
      const opened = open(part);
      for (const key of looseKeys(part)) push(byKey, key, opened);
    }
  }
  return drafts;
}

/** The slot of a patch; one without a number is the only one. */
export function slotOf(part: Part): number {
  return part.subject.index ?? 1;
}

function fits(draft: Draft, part: Part): boolean {
  if (draft.slots.has(slotOf(part))) return false;
  if (part.subject.total === null) return draft.total === 1;
  return draft.total === null || draft.total === part.subject.total;
}

function ancestors(part: Part, owner: ReadonlyMap<MessageId, Draft>): Draft[] {
  const found = part.parents.flatMap((id) => owner.get(id) ?? []);
  // The patches that a cover letter carries as attachments belong to the same mail.
  const own = part.mail.messageId ? owner.get(part.mail.messageId) : undefined;
  return own ? [own, ...found] : found;
}

/** Keys under which parts of one broken series meet: a mail they all answer, the stem of their message-ids, their author, their file. */
function looseKeys(part: Part): string[] {
  const numbers = `${versionOf(part)}/${part.subject.total}`;
  const id = part.mail.messageId;
  const place = part.mail.origin.replace(/#\d+$|[^/]*$/, '');
  const keys = part.parents.map((parent) => `thread ${parent} ${numbers}`);
  if (id) keys.push(`thread ${id} ${numbers}`, `author ${part.sender.email.toLowerCase()} ${numbers}`);
  else keys.push(`file ${place} ${numbers}`);
  const stem = id && stemOf(id);
  if (stem) keys.unshift(`stem ${stem} ${numbers}`);
  return keys;
}

/** The part that the message-ids of one `git send-email` run share: `20260214193235.262219-5-a@b` without its number. */
function stemOf(id: MessageId): string | null {
  const m =
    /^(\d{14}\.\d+)-\d+-(.+)$/.exec(id) ??
    /^(\d{8}-.+-v\d+)-\d+-([0-9a-f]+@.+)$/.exec(id) ??
    /^(?:cover|[0-9a-f]{40})\.(\d+)\.git\.(.+)$/.exec(id);
  return m ? `${m[1]} ${m[2]}` : null;
}

function belongs(draft: Draft, part: Part): boolean {
  const other = draft.opener;
  if (part.mail.messageId === null || other.mail.messageId === null)
    return part.mail.messageId === other.mail.messageId;
  if (!samePerson(other.sender, part.sender)) return false;
  const stems = [stemOf(other.mail.messageId), stemOf(part.mail.messageId)];
  return (
    (stems[0] !== null && stems[0] === stems[1]) ||
    apart(other, part) < HOUR ||
    other.parents.some((id) => part.parents.includes(id) && draft.cover === null)
  );
}

function apart(a: Part, b: Part): number {
  if (a.mail.date === null || b.mail.date === null) return 0;
  return Math.abs(Date.parse(a.mail.date) - Date.parse(b.mail.date));
}

function byDate(a: Part, b: Part): number {
  const [x, y] = [a.mail.date ?? '', b.mail.date ?? ''];
  return x < y ? -1 : x > y ? 1 : 0;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
