import type { MessageId } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Lineage, LineageVersion, Series } from '../series/index.ts';

/** The version under review, the lineage it stands in, and the version before it that is at hand. */
export interface Picked {
  readonly lineage: Lineage;
  readonly series: Series;
  readonly previous: Series | null;
  /** Said when there was something to choose from. */
  readonly notes: readonly string[];
}

type Entry = LineageVersion & { readonly series: Series };

/**
 * Chooses what to review: of several lineages that of the most recent mail, in it the version asked for or the last one
 * with patches. When a mail is `wanted`, its lineage is meant, and its version unless another one is asked for. Fails
 * with `input/no-such-version` when `pick` is not at hand.
 *
 * @example
 * const picked = pickVersion(lineages, null);
 * if (picked.ok) console.log(picked.value.series.version);
 */
export function pickVersion(
  lineages: readonly Lineage[],
  pick: number | null,
  wanted: MessageId | null = null,
): Outcome<Picked> {
  const meant = wanted === null ? [] : lineages.filter((lineage) => atHand(lineage).some((e) => holds(e, wanted)));
  const candidates = (meant.length > 0 ? meant : lineages).flatMap((lineage) => {
    const entries = atHand(lineage).filter((entry) => pick === null || entry.version === pick);
    const named = pick === null && wanted !== null ? entries.find((e) => holds(e, wanted)) : undefined;
    const entry = named ?? entries.at(-1);
    return entry ? [{ lineage, entry }] : [];
  });
  const [first] = candidates;
  if (!first) {
    const versions = lineages.flatMap((lineage) => atHand(lineage).map((entry) => `v${entry.version}`));
    const known = [...new Set(versions)].join(', ');
    return fail('input/no-such-version', `version ${pick} is not in the input`, `it holds ${known || 'no patches'}`);
  }
  // Of equal dates the first in the input, so that the order of the input and nothing else decides.
  const chosen = candidates.reduce((best, next) => (latest(next.lineage) > latest(best.lineage) ? next : best), first);
  const { lineage, entry } = chosen;
  const before = atHand(lineage);
  const previous = before[before.indexOf(entry) - 1]?.series ?? null;
  const notes =
    candidates.length > 1
      ? [`the input holds ${candidates.length} series; this is the most recent one, '${entry.series.title}'`]
      : [];
  return ok({ lineage, series: entry.series, previous, notes });
}

/** The versions whose patches can be read, oldest first. */
export function atHand(lineage: Lineage): Entry[] {
  return lineage.versions.filter(
    (entry): entry is Entry => entry.series?.patches.some((patch) => patch.diff !== '') === true,
  );
}

function holds({ series, resends }: Entry, id: MessageId): boolean {
  return [series, ...resends].some(
    ({ messageId, cover, patches, replies }) =>
      messageId === id || cover?.messageId === id || [...patches, ...replies].some((part) => part.messageId === id),
  );
}

function latest(lineage: Lineage): string {
  return atHand(lineage).reduce((last, { date }) => (date !== null && date > last ? date : last), '');
}
