import type { Trailer } from './series.ts';

const LINE = /^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{0,3}:[ \t]{0,8}(.*)$/;
/** Keys that make a paragraph one of trailers, and that are read anywhere in a cover letter or reply. */
const KNOWN =
  /^(?:[a-z-]+-by|fixes|closes|link|cc|bugzilla|references|see-also|cve|change-id|gerrit-change-id|supersedes|obsoletes|based-on|depends-on|base-commit|prerequisite-(?:patch|message|change)-id)$/i;
const NOT_A_KEY = /^(?:https?|note|warning|todo|fixme|http)$/i;

/**
 * The trailers of a commit message: the paragraphs at its end that hold nothing else. Folded lines are joined,
 * notes in brackets (`[ij: fixed a typo]`) are passed over.
 *
 * @example
 * readTrailers('Why.\n\nFixes: 1234abcd ("x")\nCc: stable@vger.kernel.org'); // two trailers
 */
export function readTrailers(message: string): Trailer[] {
  const paragraphs = message.trimEnd().split(/\n[ \t]*\n/);
  const found: Trailer[] = [];
  for (let i = paragraphs.length - 1; i > 0 || (i === 0 && paragraphs.length === 1); i--) {
    const trailers = trailerParagraph(paragraphs[i]!);
    if (trailers === null) break;
    found.unshift(...trailers);
  }
  return found;
}

/** Trailers with a known key anywhere in a text, as covers and replies give them; quoted lines do not count. */
export function looseTrailers(text: string): Trailer[] {
  return joinFolded(text.split('\n')).flatMap((line) => {
    const m = LINE.exec(line);
    return m && KNOWN.test(m[1]!) && m[2] !== '' && !/^(?:cc|references)$/i.test(m[1]!)
      ? [{ key: m[1]!, value: m[2]!.trim() }]
      : [];
  });
}

function trailerParagraph(paragraph: string): Trailer[] | null {
  const lines = joinFolded(paragraph.split('\n').map((line) => line.trimEnd()));
  const trailers: Trailer[] = [];
  let known = 0;
  let inNote = false;
  for (const line of lines) {
    if (inNote || line.startsWith('[') || line.startsWith('(')) {
      inNote = !/[\])]$/.test(line);
      continue;
    }
    const m = LINE.exec(line);
    if (!m || NOT_A_KEY.test(m[1]!)) return null;
    if (KNOWN.test(m[1]!)) known++;
    trailers.push({ key: m[1]!, value: m[2]!.trim() });
  }
  return known > 0 ? trailers : null;
}

function joinFolded(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    if (/^[ \t]+\S/.test(line) && last !== undefined && LINE.test(last)) out[out.length - 1] = `${last} ${line.trim()}`;
    else out.push(line);
  }
  return out;
}
