import type { Correspondent, Finding, Letter, Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { ALARMING } from './text-finding.ts';

/** Why no mail is written, as a word for a program and a phrase for a person. */
export interface Silence {
  readonly kind: 'silent';
  readonly reason:
    | 'incomplete'
    | 'does-not-apply'
    | 'nothing-worse'
    | 'answered'
    | 'no-letter'
    | 'bot'
    | 'reply'
    | 'auto-submitted'
    | 'asked-not-to';
  readonly why: string;
}

/** Senders that nobody reads: the first part of an address, in words. */
const PROGRAMS: ReadonlySet<string> = new Set([
  'bot',
  'robot',
  'syzbot',
  'buildbot',
  'dependabot',
  'autobot',
  'noreply',
  'donotreply',
  'lkp',
  'kernelci',
  'mailer',
  'daemon',
  'postmaster',
]);

/** Findings that a mail may speak of: worse by this series, above the threshold, and not answered by anybody yet. */
export function tellable(review: Review, evenAnswered: boolean): Finding[] {
  return review.findings.filter(
    (finding) =>
      finding.reported &&
      ALARMING.has(finding.verdict) &&
      (evenAnswered || finding.answered.every((answer) => answer.verdict === null)),
  );
}

/**
 * Why a series gets no mail, by its review and its own mails; null when there is something to say. Consent, pace and what
 * was sent before are not known here.
 *
 * @example
 * const silence = silenceOf(review, letters, false);
 * if (silence) console.error(silence.why);
 */
export function silenceOf(review: Review, letters: readonly Letter[], evenAnswered: boolean): Silence | null {
  const { series, base } = review;
  if (!series.complete || series.patches.length < series.total)
    return silent('incomplete', `the series is not complete: ${series.patches.length} of ${series.total} patches`);
  const failed = base.applied.filter((hunk) => hunk.outcome === 'failed').length;
  if (failed > 0) return silent('does-not-apply', `the series does not apply: ${failed} hunks failed`);
  const [worst] = tellable(review, true);
  if (!worst) return silent('nothing-worse', 'the series makes nothing worse that is above the threshold');
  if (tellable(review, evenAnswered).length === 0)
    return silent('answered', 'people have answered every finding already');
  for (const letter of letters) {
    const silence = forbidden(letter);
    if (silence) return silence;
  }
  if (isProgram(series.author)) return silent('bot', `${clean(series.author.email, 100)} is a program`);
  return letters.length === 0 ? silent('no-letter', 'the mails of the series are not at hand') : null;
}

/** What the mail itself says against an answer (RFC 3834 §2, and the marks of patchwork and of abbot). */
function forbidden({ from, subject, telling }: Letter): Silence | null {
  if (isProgram(from)) return silent('bot', `${clean(from.email, 100)} is a program`);
  if (/^\s{0,9}(?:re|aw|wg|fwd?|sv|vs|antw|回复|答复)\s{0,3}(?:\[\d{1,3}\])?\s{0,3}[:：]/i.test(subject))
    return silent('reply', `“${clean(subject, 100)}” is itself a reply`);
  const auto = telling['auto-submitted'];
  // The keyword may be followed by parameters or a comment: `no; type=x`, `no (sent by hand)`.
  if (auto !== undefined && !/^no(?:\s{0,9}[;(]|$)/i.test(auto))
    return silent('auto-submitted', `the mail was sent by a program (Auto-Submitted: ${clean(auto, 60)})`);
  if (/\b(?:auto_reply|junk)\b/i.test(telling['precedence'] ?? '') || telling['x-autoreply'] !== undefined)
    return silent('auto-submitted', 'the mail is an automatic answer');
  const suppress = telling['x-auto-response-suppress'];
  if (suppress !== undefined && !/^none$/i.test(suppress))
    return silent('asked-not-to', 'X-Auto-Response-Suppress asks for no automatic answer');
  for (const name of ['x-abbot', 'x-patchwork-hint'])
    if (/\bignore\b/i.test(telling[name] ?? '')) return silent('asked-not-to', `${name}: ignore asks for no answer`);
  return null;
}

/** A sender that is a program, by the words of its address; names like Talbot are people's. */
export function isProgram({ name, email }: Correspondent): boolean {
  const local = (email.split('@')[0] ?? '').toLowerCase();
  if (/no-?_?reply|do-?_?not-?_?reply/.test(local)) return true;
  if (local.split(/[^a-z]+/).some((word) => PROGRAMS.has(word))) return true;
  return /\[bot\]|\b(?:test robot|syzbot)\b|-bot\d?(?![a-z])/i.test(name);
}

function silent(reason: Silence['reason'], why: string): Silence {
  return { kind: 'silent', reason, why };
}
