/** How the `From ` lines inside the bodies of an mbox were protected: `>From ` only (mboxo), any depth (mboxrd), or not. */
export type Quoting = 'mboxo' | 'mboxrd' | 'none';

const ENVELOPE = /^From \S{1,320} {1,3}(?:[A-Z][a-z]{2} ){2} ?\d{1,2} \d{2}:\d{2}(?::\d{2})? .{0,40}$/;
const GIT_ENVELOPE = /^From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001$/;
const FIELD = /^(?:[A-Za-z][A-Za-z0-9_.-]{0,76}[ \t]{0,4}:|>From )/;

/** Which protection the writer of this `From ` line uses. */
export function quotingOf(envelope: string): Quoting {
  if (GIT_ENVELOPE.test(envelope) || envelope.startsWith('From git@z ')) return 'none';
  return envelope.startsWith('From mboxrd@') ? 'mboxrd' : 'mboxo';
}

/**
 * Whether a `From ` line starts the next mail: it stands after an empty line (or at the start), reads like an envelope
 * (or repeats the file's first one, `first`), and a header follows. Everything else is text of a body.
 */
export function isSeparator(line: string, next: string, first: string | null): boolean {
  return (ENVELOPE.test(line) || GIT_ENVELOPE.test(line) || (first !== null && line === first)) && FIELD.test(next);
}

/** Takes away the protection of `From ` lines in one mail of an mbox. */
export function unquoteFrom(bytes: Buffer, quoting: Quoting): Buffer {
  if (quoting === 'none' || !bytes.includes('>From ')) return bytes;
  const lines = bytes.toString('latin1').split('\n');
  const quoted = quoting === 'mboxrd' ? /^>+From / : /^>From /;
  return Buffer.from(lines.map((line) => (quoted.test(line) ? line.slice(1) : line)).join('\n'), 'latin1');
}
