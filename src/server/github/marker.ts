/**
 * Marks the one comment of abbot on a pull request. It is frozen: comments that older versions wrote are found by it, so
 * it never changes, whatever else of a comment does.
 */
export const STICKY_MARKER = '<!-- abbot:sticky -->';

/** GitHub takes 65,536 characters for a comment; one less leaves nothing to count. */
export const MAX_COMMENT = 65_535;

/** The comment as it is sent: the marker, then the text, never longer than GitHub takes. */
export function withMarker(text: string, marker: string = STICKY_MARKER): string {
  const whole = `${marker}\n${text}`;
  if (whole.length <= MAX_COMMENT) return whole;
  const rest = '\n\n_The rest does not fit into a comment._\n';
  return `${whole.slice(0, MAX_COMMENT - rest.length).replace(/[\ud800-\udbff]$/, '')}${rest}`;
}

/** Whether a comment is the one: it begins with the marker, so that a quotation of it is not taken for it. */
export function hasMarker(body: string, marker: string = STICKY_MARKER): boolean {
  return body.startsWith(marker);
}

/** The comment that answers a command, found again by the command's own comment: it is written once. */
export function answerMarker(comment: number): string {
  return `<!-- abbot:answer:${comment} -->`;
}

/** The list of commands for somebody who used an unknown one: once on a pull request is enough. */
export const HELP_MARKER = '<!-- abbot:help -->';
