import type { Person } from '../mail/index.ts';
import { cutDiff } from './diff-text.ts';
import type { Trailer } from './series.ts';
import { readTrailers } from './trailers.ts';

/** The text of a patch mail taken apart as `git am` does it. */
export interface PatchText {
  /** The in-body `From:`; with several, the first one counts, as for git. */
  readonly from: Person | null;
  readonly subject: string | null;
  readonly message: string;
  readonly notes: string;
  readonly trailers: readonly Trailer[];
  readonly diff: string;
  readonly defect: string | null;
}

const IN_BODY =
  /^(From|Subject|Date|To|Cc|Content-Type|Message-I[dD]|MIME-Version|Content-Transfer-Encoding):[ \t]*(.*)$/i;
const SCISSORS = /^(?:-+ *(?:8<|>8|%<|>%) *)(?:-| |8<|>8|cut here)*$/i;
const DIFFSTAT =
  /^ (?:\S.{0,500} \| +(?:\d+ ?[+-]*|Bin\b.{0,80}|Unk.{0,20})|\d+ files? changed\b.*|(?:create|delete) mode \d+ .*|mode change \d+ .*|(?:rename|copy|rewrite) .*\(\d+%\))$/;

/** Splits the text of a patch mail into message, notes, trailers and diff. */
export function readPatchText(text: string): PatchText {
  const cut = cutDiff(text.replace(/^\n+/, ''));
  const { from, subject, rest } = inBodyHeaders(afterScissors(cut.before.split('\n')));
  const separator = rest.findIndex((line) => /^---\s*$/.test(line));
  const message = (separator < 0 ? rest : rest.slice(0, separator)).join('\n').trim();
  const notes = separator < 0 ? [] : rest.slice(separator + 1).filter((line) => !/^---\s*$/.test(line));
  return {
    from,
    subject,
    message: separator < 0 ? withoutDiffstat(message.split('\n')) : message,
    notes: withoutDiffstat(notes),
    trailers: readTrailers(separator < 0 ? withoutDiffstat(message.split('\n')) : message),
    diff: cut.diff,
    defect: cut.defect,
  };
}

/** Reads and removes the headers at the start of a body (`From:`, once or several times, `Subject:`, …). */
export function inBodyHeaders(lines: readonly string[]): {
  from: Person | null;
  subject: string | null;
  rest: string[];
} {
  let from: Person | null = null;
  let subject: string | null = null;
  let at = 0;
  let last: 'subject' | 'other' = 'other';
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.trim() === '') {
      // Blank lines between two headers are passed over; one before the text ends them.
      last = 'other';
      continue;
    }
    const m = IN_BODY.exec(line);
    if (m) {
      const key = m[1]!.toLowerCase();
      last = key === 'subject' ? 'subject' : 'other';
      if (key === 'from') from ??= readPerson(m[2]!);
      if (key === 'subject') subject ??= m[2]!.trim();
    } else if (/^[ \t]/.test(line) && last === 'subject' && subject !== null) subject += ` ${line.trim()}`;
    else if (at > 0 && /^From [0-9a-f]{40} /.test(line)) continue;
    else if (at === 0 && /^From [0-9a-f]{40,64} /.test(line)) continue;
    else break;
  }
  return { from, subject, rest: lines.slice(at) };
}

/** `Name <a@b>` or `a@b`. */
export function readPerson(text: string): Person {
  const m = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+)>/.exec(text.slice(0, 500));
  return m ? { name: m[1]!.trim(), email: m[2]! } : { name: '', email: text.trim() };
}

/** A diffstat is removed: what it says stands in the diff. */
export function withoutDiffstat(lines: readonly string[]): string {
  return lines
    .filter((line) => !DIFFSTAT.test(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function afterScissors(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => SCISSORS.test(line));
  return at < 0 ? [...lines] : lines.slice(at + 1);
}
