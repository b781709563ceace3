import type { MessageId } from '../mail/index.ts';
import type { Edge } from './evidence.ts';
import type { Series } from './series.ts';

/** Corrections by hand, as pairs of message-ids: of a cover letter or of any patch of the series that is meant. */
export interface Overrule {
  /** The two are versions of one series, whatever the mails say. */
  readonly link: readonly (readonly [string, string])[];
  /** The two are not, whatever the mails say. */
  readonly unlink: readonly (readonly [string, string])[];
}

export const NOTHING: Overrule = { link: [], unlink: [] };

/** The strength of a link by hand, above that of everything found in mails. */
export const BY_HAND = 10;

/** The links of an `Overrule`, and whether two clusters of series must stay apart because of it. */
export function byHand(
  series: readonly Series[],
  overrule: Overrule,
): { links: Edge[]; apart: (a: readonly number[], b: readonly number[]) => boolean } {
  const places = new Map<string, number>();
  if (overrule.link.length + overrule.unlink.length > 0) {
    series.forEach((s, i) => {
      const own = s.patches.filter((patch) => !s.carried.includes(patch.index)).map((patch) => patch.messageId);
      for (const id of [s.messageId, ...own]) if (id !== null && !places.has(id)) places.set(id, i);
    });
  }
  const pairs = (named: Overrule['link']): [number, number][] =>
    named.flatMap(([one, other]) => {
      const [a, b] = [places.get(bare(one)), places.get(bare(other))];
      return a === undefined || b === undefined || a === b ? [] : [[Math.min(a, b), Math.max(a, b)]];
    });
  const separate = pairs(overrule.unlink);
  return {
    links: pairs(overrule.link).map(([a, b]) => ({ a, b, strength: BY_HAND, evidence: 'linked by hand' })),
    apart: (a, b) => separate.some(([x, y]) => (a.includes(x) && b.includes(y)) || (a.includes(y) && b.includes(x))),
  };
}

/** Names of an `Overrule` that no series at hand has, so that a slip of the pen does not go unnoticed. */
export function unknownNames(series: readonly Series[], overrule: Overrule): string[] {
  const known = new Set<MessageId | null>(series.flatMap((s) => [s.messageId, ...s.patches.map((p) => p.messageId)]));
  const named = [...overrule.link, ...overrule.unlink].flat().map(bare);
  return [...new Set(named)].filter((id) => !known.has(id as MessageId));
}

function bare(id: string): string {
  return id.trim().replace(/^<|>$/g, '');
}
