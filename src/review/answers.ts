import type { CycleFinding } from '../locks/index.ts';
import type { Series } from '../series/index.ts';
import type { Answer } from './review.ts';

/** Phrases with which authors say that they know and leave something. */
const CONCEDES = /known limitation|pre-?existing|not addressed|known issue|out of scope|separate(?:ly| series| patch)/i;
/** A longer quotation is cut. */
const LONGEST = 600;
/** Words of a lock class or function shorter than this (`lock`, `mutex`, `dev`) name nothing. */
const SHORTEST = 6;

/**
 * What the author already says about a finding: paragraphs of the cover letter that concede something and name one of
 * the finding's functions or locks.
 */
export function answersOf(finding: CycleFinding, series: Series): Answer[] {
  const { cover } = series;
  if (cover === null) return [];
  const names = namesOf(finding);
  return cover.body
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => CONCEDES.test(paragraph) && wordsOf(paragraph).some((word) => names.has(word)))
    .map((paragraph) => ({
      messageId: cover.messageId ?? '',
      by: cover.author.name || cover.author.email,
      quote: paragraph.length > LONGEST ? `${paragraph.slice(0, LONGEST - 1)}…` : paragraph,
    }));
}

function namesOf(finding: CycleFinding): Set<string> {
  const functions = [...finding.paths, ...finding.remaining].flatMap((path) => path.chain.map((s) => s.function));
  const calls = finding.paths.flatMap((path) => [path.acquire?.call ?? '', path.wait?.call ?? '']);
  // `device.mutex` is spoken of as device_lock, which is what the chain calls; `pci_rescan_remove_lock` by its name.
  const locks = finding.locks.flatMap((lock) => [lock, ...lock.split('.')]);
  return new Set([...functions, ...calls.flatMap(wordsOf), ...locks].filter((name) => name.length >= SHORTEST));
}

function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z_][\w.]*\w/g) ?? [];
}
