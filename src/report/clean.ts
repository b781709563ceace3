/**
 * Makes one line of text from a mail or a source file safe to show: control characters (terminal escapes among them),
 * direction overrides, invisible and unassigned ones become U+FFFD, white space becomes a blank, and what is longer
 * than `max` UTF-16 units ends in `…`.
 *
 * @example
 * clean('PATCH\u001b[31m'); // 'PATCH\ufffd[31m'
 */
export function clean(text: string, max = 400): string {
  const short = text.length > max ? `${text.slice(0, max - 1)}…` : text;
  return short.replace(/[\t\r\n\v\f\u0085\u2028\u2029]/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, '\ufffd');
}

/** The same for text of several lines, such as a range-diff: tabs become blanks up to the next multiple of eight. */
export function cleanLines(text: string, max = 4000): string[] {
  return text
    .split('\n')
    .slice(0, max)
    .map((line) => clean(expandTabs(line.replace(/\r$/, ''))));
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  return line.split('\t').reduce((done, part) => done.padEnd(done.length + 8 - (done.length % 8)) + part);
}
