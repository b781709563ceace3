import { samePerson } from './authors.ts';
import type { Series } from './series.ts';

/** How alike two series of one author are, and the words for it; null when they are not versions of one thing. */
export interface Likeness {
  readonly score: number;
  readonly why: string;
}

const YEAR = 366 * 86_400_000;

/**
 * Compares two series by author, titles and files, the weakest evidence for being versions of one series. The higher
 * version must be the later one, within a year.
 */
export function likeness(a: Series, b: Series): Likeness | null {
  if (!samePerson(a.author, b.author) && !shareAuthor(a, b)) return null;
  if (a.date !== null && b.date !== null) {
    const gap = Date.parse(b.date) - Date.parse(a.date);
    if (Math.abs(gap) > YEAR || (a.version < b.version && gap < 0) || (b.version < a.version && gap > 0)) return null;
  }
  const title = wordsAlike(a.title, b.title);
  const files = overlap(filesOf(a), filesOf(b));
  const titles = overlap(
    new Set(a.patches.map((p) => p.title.toLowerCase())),
    new Set(b.patches.map((p) => p.title.toLowerCase())),
  );
  const score = title + titles.share + files.share;
  const alike =
    title >= 0.85 ||
    (title >= 0.5 && (files.share >= 0.5 || titles.share >= 0.3)) ||
    titles.share >= 0.5 ||
    (titles.share > 0 && files.share >= 0.7);
  const contradicted = files.share === 0 && files.both > 0 && title < 0.95 && titles.share < 0.5;
  if (!alike || contradicted) return null;
  return {
    score,
    why: `same author, titles ${Math.round(title * 100)} % alike, ${files.common} of ${files.both} files in common`,
  };
}

/** Share of words that two titles have in common (Dice), 0 to 1. */
export function wordsAlike(a: string, b: string): number {
  const [x, y] = [words(a), words(b)];
  if (x.size + y.size === 0) return 0;
  let common = 0;
  for (const word of x) if (y.has(word)) common++;
  return (2 * common) / (x.size + y.size);
}

function words(text: string): Set<string> {
  return new Set(
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}_]+/u)
      .filter(Boolean),
  );
}

function filesOf(series: Series): Set<string> {
  const files = new Set<string>();
  for (const patch of series.patches)
    for (const m of patch.diff.matchAll(/^(?:\+\+\+ b\/|rename to |--- a\/)(\S+)/gm)) files.add(m[1]!);
  return files;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): { common: number; both: number; share: number } {
  let common = 0;
  for (const x of a) if (b.has(x)) common++;
  const both = a.size + b.size - common;
  const smaller = Math.min(a.size, b.size);
  return { common, both: smaller === 0 ? 0 : both, share: smaller === 0 ? 0 : common / smaller };
}

function shareAuthor(a: Series, b: Series): boolean {
  return a.patches.some((p) => samePerson(p.author, b.author)) && b.patches.some((p) => samePerson(p.author, a.author));
}
