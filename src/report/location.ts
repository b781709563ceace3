import type { Finding, Review, WitnessPath } from '../review/index.ts';

/** A line of the tree after the series; `line` is 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly function: string | null;
}

/**
 * Where a finding is shown when only one line can be: the call of its first path that stands in a file of the patch that
 * introduces it, nearest to the lock that is waited for; else the quoted line; else where the first path waits. Null when
 * no line is known.
 */
export function placeOf(finding: Finding, series: Review['series']): Place | null {
  const patch = series.patches.find(({ index }) => index === finding.introducedBy);
  const files = new Set(patch?.files ?? series.patches.flatMap((p) => p.files));
  for (const path of finding.paths) {
    const inside = placesOf(path).filter(({ file }) => files.has(file));
    const at = inside.findLast((place) => place.file === finding.quote?.file) ?? inside.at(-1);
    if (at) return at;
  }
  const { quote } = finding;
  if (quote && quote.line > 0) return { file: quote.file, line: quote.line, function: null };
  return finding.paths.flatMap((path) => placesOf(path).slice(-1)).at(0) ?? null;
}

/** The lines of a path in the order of its calls, without those that are not known. */
export function placesOf(path: WitnessPath): Place[] {
  return path.chain.flatMap((step) =>
    step.line > 0 ? [{ file: step.file, line: step.line, function: step.function }] : [],
  );
}
