import { type Hunk, parseDiff, pathOf } from '../diff/index.ts';
import type { Series } from '../series/index.ts';
import type { QuotedHunk, WitnessPath } from './review.ts';

/** Lines shown above the one that counts, and changed ones that follow it. */
const ABOVE = 4;
const BELOW = 3;
/** Of a line; what is longer is no line that a person quotes. */
const LONGEST = 400;
/** The two halves of a proof; further paths say nothing more about where it begins. */
const PROOF = 2;

interface Hit {
  readonly file: string;
  readonly hunk: Hunk;
  readonly at: number;
  readonly score: number;
}

/**
 * The lines of the introducing patch that a reviewer would quote: the changed line that names most of what the proof
 * names (the lock call first, then a call of the chain), with a few lines around it. Names and not line numbers decide,
 * because the patch counts lines otherwise than the tree that it was applied to. Null when no patch introduces the
 * finding, or when that patch touches nothing of the proof.
 */
export function quoteHunk(
  paths: readonly WitnessPath[],
  introducedBy: number | null,
  series: Pick<Series, 'patches'>,
): QuotedHunk | null {
  const patch = series.patches.find(({ index }) => index === introducedBy);
  if (!patch || introducedBy === null) return null;
  const worth = namesOf(paths.slice(0, PROOF));
  const files = new Set(paths.flatMap((path) => path.chain.map((step) => step.file)));
  let best: Hit | null = null;
  for (const touched of parseDiff(patch.diff)) {
    const file = pathOf(touched);
    for (const hunk of touched.hunks) {
      const hit = bestLine(hunk, file, worth, files.has(file));
      if (hit && (!best || hit.score > best.score)) best = hit;
    }
  }
  return best ? cut(best, introducedBy) : null;
}

/** What the proof names, and how much a line that names it says. The path that the series adds comes first. */
function namesOf(paths: readonly WitnessPath[]): ReadonlyMap<string, number> {
  const worth = new Map<string, number>();
  const add = (name: string, value: number) => worth.set(name, Math.max(value, worth.get(name) ?? 0));
  paths.forEach((path, i) => {
    const less = i * 3;
    for (const site of [path.acquire, path.wait]) if (site) add(site.call.split('(')[0] ?? '', 10 - less);
    path.chain.forEach((step, n) => {
      add(step.function, (n === path.chain.length - 1 ? 9 : 7) - less);
    });
  });
  worth.delete('');
  return worth;
}

function bestLine(hunk: Hunk, file: string, worth: ReadonlyMap<string, number>, known: boolean): Hit | null {
  let best: Hit | null = null;
  let around = inChain(hunk.section, worth);
  hunk.lines.forEach((line, at) => {
    // The head of a function stands at the left edge, and what follows is in it.
    if (line.kind !== '-' && /^[A-Za-z_][^;]*\(/.test(line.text.slice(0, LONGEST))) around = inChain(line.text, worth);
    if (line.kind === ' ') return;
    const named = Math.max(0, ...words(line.text).map((word) => worth.get(word) ?? 0));
    const score = named + around + (known ? 1 : 0) - (line.kind === '-' ? 1 : 0);
    if (score > 0 && (named > 0 || known) && (!best || score > best.score)) best = { file, hunk, at, score };
  });
  return best;
}

/** The function around a line counts for a little when it stands in the chain: the same call may be made elsewhere too. */
function inChain(head: string, worth: ReadonlyMap<string, number>): number {
  return words(head).some((word) => worth.has(word)) ? 2 : 0;
}

function words(text: string): string[] {
  return text.slice(0, 1000).match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [];
}

function cut({ file, hunk, at }: Hit, patch: number): QuotedHunk {
  let end = at + 1;
  while (end < hunk.lines.length && end - at <= BELOW && hunk.lines[end]?.kind !== ' ') end++;
  const begin = Math.max(0, at - ABOVE);
  const before = hunk.lines.slice(0, at).filter((line) => line.kind !== '-').length;
  const section = hunk.section === '' ? '' : ` ${hunk.section}`;
  return {
    patch,
    file,
    header: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@${section}`,
    line: hunk.lines[at]?.kind === '-' ? 0 : hunk.newStart + before,
    lines: hunk.lines.slice(begin, end).map((line) => `${line.kind}${line.text.slice(0, LONGEST)}`),
  };
}
