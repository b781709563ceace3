/** Words that lists and pages share, so that a verdict is called the same everywhere. */
export type Tone = 'bad' | 'warn' | 'good' | 'calm';

const VERDICTS: Readonly<Record<string, readonly [string, Tone]>> = {
  introduced: ['introduced', 'bad'],
  'new-path': ['new path', 'bad'],
  transient: ['transient', 'warn'],
  gated: ['gated', 'calm'],
  narrowed: ['narrowed', 'good'],
  fixed: ['fixed', 'good'],
  'pre-existing': ['pre-existing', 'calm'],
  clean: ['nothing found', 'calm'],
  failed: ['not analysed', 'warn'],
};

/** How a verdict is called, and how it looks. */
export function verdictWords(verdict: string): readonly [string, Tone] {
  return VERDICTS[verdict] ?? [verdict, 'calm'];
}

/** The verdicts that the inbox can be narrowed to, gravest first. */
export const VERDICT_NAMES: readonly string[] = Object.keys(VERDICTS);

const STATES: Readonly<Record<string, (since: number) => string>> = {
  new: () => 'new in this version',
  still: (since) => `still there since v${since}`,
  fixed: (since) => `fixed in v${since}`,
  back: (since) => `back since v${since}`,
};

/** Where a finding stands among the versions, in words; null when it does not count against the series. */
export function stateWords(state: string | null, since: number | null): string | null {
  return state === null ? null : (STATES[state]?.(since ?? 0) ?? state);
}

/** A day, as it is written everywhere (`2026-04-22`). */
export function day(date: Date | string | null): string {
  if (date === null) return '';
  const at = typeof date === 'string' ? new Date(date) : date;
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(0, 10);
}

/** The name by which a place is known: the list of an address, or the repository. */
export function placeName(place: string): string {
  return /^https?:\/\//.test(place) ? (place.replace(/\/+$/, '').split('/').at(-1) ?? place) : place;
}

/** Text of others as one line of bounded length: no control characters, no marks that turn the direction of writing. */
export function line(text: string, most = 300): string {
  const plain = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '');
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}
