import type { MessageId } from '../mail/index.ts';
import { samePerson } from './authors.ts';
import { likeness, wordsAlike } from './likeness.ts';
import type { Series } from './series.ts';
import { findVersionLinks, type VersionLink } from './version-links.ts';

/** A reason to believe that two series (by their place in the list) are versions of one. */
export interface Edge {
  readonly a: number;
  readonly b: number;
  /** 5 link with version, 4 change-id, 3 thread, 2 supersedes, below 1 likeness. */
  readonly strength: number;
  readonly evidence: string;
}

/** A version that some series links to and that is not at hand. */
export interface UnseenVersion {
  readonly by: number;
  readonly version: number;
  readonly messageId: MessageId;
  readonly evidence: string;
}

/** Collects all evidence, strongest first; of equal strength, nearer versions first. */
export function edgesBetween(series: readonly Series[]): { edges: Edge[]; unseen: UnseenVersion[] } {
  const edges: Edge[] = [];
  const unseen: UnseenVersion[] = [];
  const byId = idsOf(series);
  const add = (a: number, b: number, strength: number, evidence: string): void => {
    if (a !== b) edges.push({ a: Math.min(a, b), b: Math.max(a, b), strength, evidence });
  };
  const namedBy = new Map<string, number>();
  series.forEach((s, i) => {
    for (const link of linksOf(s)) {
      const target = byId.get(link.messageId);
      const quote = link.quote.length > 160 ? `${link.quote.slice(0, 157)}...` : link.quote;
      if (target === i) continue;
      if (target !== undefined) {
        const other = series[target]!;
        if (link.version === null && !akin(s, other)) continue;
        if (link.version !== null && link.version !== other.version && !akin(s, other)) continue;
        if (link.version !== null && link.version > s.version && !akin(s, other)) continue;
        add(
          i,
          target,
          link.how === 'supersedes' ? 2 : link.version === other.version ? 5 : 2.5,
          `v${s.version} says: ${quote}`,
        );
      } else if (link.version !== null) {
        unseen.push({
          by: i,
          version: link.version,
          messageId: link.messageId,
          evidence: `v${s.version} says: ${quote}`,
        });
        const key = `${link.version} ${link.messageId}`;
        const earlier = namedBy.get(key);
        if (earlier === undefined) namedBy.set(key, i);
        else add(earlier, i, 5, `both name the same v${link.version}: ${quote}`);
      }
    }
    for (const id of s.answers) {
      const target = byId.get(id);
      if (target !== undefined && akin(s, series[target]!)) add(i, target, 3, threadEvidence(s, series[target]!));
    }
  });
  sameKey(
    series,
    (s) => (s.changeId ? [s.changeId] : []),
    (a, b, id) => add(a, b, 4, `same change-id ${id}`),
  );
  sameKey(
    series,
    (s) => s.answers.slice(-1),
    (a, b) => {
      if (akin(series[a]!, series[b]!)) add(a, b, 3, `both were sent in one thread`);
    },
  );
  alikePairs(series, add);
  const near = (e: Edge) => Math.abs(series[e.a]!.version - series[e.b]!.version);
  return {
    edges: edges.sort((x, y) => y.strength - x.strength || near(x) - near(y) || x.a - y.a || x.b - y.b),
    unseen,
  };
}

function threadEvidence(s: Series, older: Series): string {
  if (s.carried.length === 0) return `v${s.version} was sent in the thread of v${older.version}`;
  const sent = s.patches.filter((p) => !s.carried.includes(p.index)).map((p) => p.index);
  return `v${s.version} sends only patch ${sent.join(', ')} again, in reply to v${older.version}`;
}

/** Message-ids of everything that belongs to a series; of a missing cover letter too. */
function idsOf(series: readonly Series[]): Map<MessageId, number> {
  const ids = new Map<MessageId, number>();
  const put = (id: MessageId | null, i: number) => {
    if (id !== null && !ids.has(id)) ids.set(id, i);
  };
  series.forEach((s, i) => {
    put(s.messageId, i);
    for (const p of s.patches) if (!s.carried.includes(p.index)) put(p.messageId, i);
  });
  series.forEach((s, i) => {
    if (s.cover === null && s.total > 0 && s.patches.some((p) => /\d\s?\/\s?\d/.test(p.subject)))
      put(s.answers[0] ?? null, i);
  });
  return ids;
}

function linksOf(series: Series): VersionLink[] {
  const texts = [series.cover?.body ?? '', ...series.patches.flatMap((p) => [p.notes, series.cover ? '' : p.message])];
  return texts.flatMap(findVersionLinks);
}

/** Weak relation that a thread or an unnumbered link needs besides: one author, or one title. */
function akin(a: Series, b: Series): boolean {
  const alike = wordsAlike(a.title, b.title);
  const shared = a.patches.some((p) => b.patches.some((q) => q.title.toLowerCase() === p.title.toLowerCase()));
  return samePerson(a.author, b.author) ? alike >= 0.2 || shared : alike >= 0.8;
}

function sameKey(
  series: readonly Series[],
  keys: (s: Series) => readonly string[],
  add: (a: number, b: number, key: string) => void,
): void {
  const last = new Map<string, number>();
  series.forEach((s, i) => {
    for (const key of keys(s)) {
      const before = last.get(key);
      if (before !== undefined) add(before, i, key);
      last.set(key, i);
    }
  });
}

/** Compares only series that share an author's address or name, so that an archive does not cost its square. */
function alikePairs(
  series: readonly Series[],
  add: (a: number, b: number, strength: number, evidence: string) => void,
): void {
  const byAuthor = new Map<string, number[]>();
  series.forEach((s, i) => {
    for (const key of new Set([s.author.email.toLowerCase(), s.author.name.toLowerCase().replace(/\s*\(.*$/, '')])) {
      if (key === '') continue;
      const list = byAuthor.get(key);
      if (list) list.push(i);
      else byAuthor.set(key, [i]);
    }
  });
  const done = new Set<string>();
  for (const list of byAuthor.values()) {
    list.forEach((a, at) => {
      // A very busy author: only the nearest in time are compared.
      for (const b of list.slice(at + 1, at + 400)) {
        if (done.has(`${a} ${b}`)) continue;
        done.add(`${a} ${b}`);
        const like = likeness(series[a]!, series[b]!);
        if (like) add(a, b, like.score / 4, like.why);
      }
    });
  }
}
