/** A mail of discussion as far as a comparison reads it; the `Reply` of the series room is one. */
export interface ComparableReply {
  readonly messageId: string | null;
  readonly from: { readonly name: string; readonly email: string };
  readonly body: string;
  /** The patch it answers, or null for the whole series. */
  readonly patchIndex: number | null;
}

/** What a reviewer wrote below lines that they quoted. */
export interface ReviewComment {
  readonly messageId: string | null;
  readonly by: string;
  readonly patchIndex: number | null;
  /** The quoted lines just above, without their marks, oldest first; at most `LONGEST_QUOTE`. */
  readonly quoted: readonly string[];
  /** The text, lines joined by newlines, without tags, greeting rules and signature. */
  readonly text: string;
}

/** So many quoted lines above a comment are looked at. */
const LONGEST_QUOTE = 40;
/** A reply longer than this (in lines) is read so far. */
const LONGEST_REPLY = 20_000;
/** Further comments of one reply are left out. */
const MOST_COMMENTS = 200;

const QUOTE = /^(?:>[ \t]?)+/;
const ELISION =
  /^[ \t]*(?:\[?\s?(?:\.{2,6}|…|snip|cut|trimmed)\s?\]?|<\/?snip>|[-=]{1,4} ?(?:8<|>8|snip)[- 8<>=]{0,9}|-{3,}|={3,}|_{3,})[ \t]*$/i;
const ATTRIBUTION = /(?:wrote|writes|a écrit|schrieb):\s*$/;
const TAG = /^\s*[A-Z][A-Za-z-]{1,30}-(?:by|By|BY): \S/;
/** Words that agree and ask for nothing. */
const AGREES =
  /\b(?:feel free to add|looks? (?:good|goot|fine|sane|ok|okay|correct|reasonable)|lgtm|sounds good|makes sense|nice|thanks|thank you|good catch|applied|queued|ack)\b/i;

/**
 * Reads a reply as the comments it makes: each run of own text with the quoted lines above it. Text that stands above all
 * quotations, mere agreement and the sentence before a `Reviewed-by:` are no comments.
 */
export function readComments(reply: ComparableReply): ReviewComment[] {
  const out: ReviewComment[] = [];
  let quoted: string[] = [];
  let own: string[] = [];
  const finish = (beforeTag: boolean): void => {
    const text = tidy(own, reply.from.name);
    own = [];
    if (quoted.length === 0 || !/[A-Za-z]{2}/.test(text)) return;
    const { messageId, from, patchIndex } = reply;
    if (!agrees(text, beforeTag) && out.length < MOST_COMMENTS)
      out.push({ messageId, by: from.name || from.email, patchIndex, quoted: quoted.slice(-LONGEST_QUOTE), text });
    quoted = [];
  };
  for (const line of reply.body.split('\n', LONGEST_REPLY)) {
    if (line === '-- ' || line === '--') break;
    const mark = QUOTE.exec(line);
    if (mark) {
      if (own.length > 0) finish(false);
      quoted.push(line.slice(mark[0].length).trimEnd());
    } else if (TAG.test(line)) finish(true);
    else if (ELISION.test(line) || ATTRIBUTION.test(line)) own.push('');
    else own.push(line.trimEnd());
  }
  finish(false);
  return out;
}

function tidy(lines: readonly string[], by: string): string {
  const text = lines
    .join('\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim();
  // A closing formula with the name below it says nothing about the code.
  return text
    .replace(
      /(?:^|\n)(?:thanks|thank you|thx|regards|best regards|cheers|br|kind regards)[,.!]?(?:\n{1,2}.{1,60}){0,2}$/i,
      '',
    )
    .trim()
    .replace(/\n(.{1,40})$/, (line, name: string) => (by.split(' ').includes(name.replace(/^-+ ?/, '')) ? '' : line))
    .trim();
}

function agrees(text: string, beforeTag: boolean): boolean {
  if (text.includes('?')) return false;
  return AGREES.test(text) && (beforeTag || text.length < 80);
}
