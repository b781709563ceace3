import type { CycleFinding, OrderPath, RuleSet } from '../locks/index.ts';
import type { Series } from '../series/index.ts';
import type { RememberedAnswer } from './answer-store.ts';
import type { Answer } from './review.ts';

/** Phrases with which authors say that they know and leave something. */
const CONCEDES = /known limitation|pre-?existing|not addressed|known issue|out of scope|separate(?:ly| series| patch)/i;
/** A longer quotation is cut. */
const LONGEST = 600;

/**
 * What the author already says about a finding: paragraphs of the cover letter that concede something and speak of this
 * cycle, by all of its locks or, when they name no lock at all, by one of its functions.
 */
export function answersOf(finding: CycleFinding, series: Series, rules: RuleSet): Answer[] {
  const { cover } = series;
  if (cover === null) return [];
  const locks = finding.locks.map((lock) => namesOf(lock, finding.paths, rules));
  const functions = new Set(
    [...finding.paths, ...finding.remaining].flatMap((path) => path.chain.map((step) => step.function)),
  );
  const speaksOf = (paragraph: string): boolean => {
    const words = wordsOf(paragraph);
    const named = locks.filter((names) => words.some((word) => names.has(word))).length;
    if (named > 0 || words.some((word) => /_lock$|mutex/.test(word))) return named === locks.length;
    return words.some((word) => functions.has(word));
  };
  return cover.body
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => CONCEDES.test(paragraph) && speaksOf(paragraph))
    .map((paragraph) => ({
      messageId: cover.messageId ?? '',
      by: cover.author.name || cover.author.email,
      verdict: 'known' as const,
      quote: paragraph.length > LONGEST ? `${paragraph.slice(0, LONGEST - 1)}…` : paragraph,
    }));
}

/** What people answered to a finding of this name, in this review or an earlier one, by date. */
export function answersTo(fingerprint: string, answers: readonly RememberedAnswer[]): Answer[] {
  return answers
    .filter((answer) => answer.fingerprint === fingerprint)
    .sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? -1 : (a.date ?? '') > (b.date ?? '') ? 1 : 0))
    .map(({ messageId, by, quote, verdict }) => ({ messageId, by, quote, verdict }));
}

/** What people call a lock: its class, and the wrappers that take it (`device_lock` for `device.mutex`). */
function namesOf(lock: string, paths: readonly OrderPath[], rules: RuleSet): Set<string> {
  const names = new Set([lock]);
  for (const path of paths) {
    const calls = [
      path.holds === lock ? path.acquire?.call : undefined,
      path.waits === lock ? (path.wait?.call ?? path.chain.at(-1)?.function) : undefined,
    ];
    for (const call of calls) for (const word of wordsOf(call ?? '')) if (!rules.locks.has(word)) names.add(word);
  }
  return names;
}

function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z_][\w.]*\w/g) ?? [];
}
