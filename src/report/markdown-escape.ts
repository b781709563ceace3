import { clean } from './clean.ts';

/** Joins without a visible mark; breaks what GitHub would otherwise turn into a mention, a reference or a link. */
const JOINER = '\u2060';

/**
 * Text of a mail or patch as inert Markdown prose: no mention, no issue or commit reference, no closing keyword, no link,
 * image, HTML, emoji code, emphasis or list comes alive in it.
 *
 * @example
 * inert('Fixes #1, thanks @you'); // 'Fixes #\u20601, thanks @\u2060you'
 */
export function inert(text: string, max = 600): string {
  return clean(text, max)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()!|~$+-]/g, '\\$&')
    .replace(/@(?=[\w-])/g, `@${JOINER}`)
    .replace(/#(?=\w)/g, `#${JOINER}`)
    .replace(/:(?=[^\s])/g, `:${JOINER}`)
    .replace(/\bGH(?=\\-\d)/gi, `GH${JOINER}`)
    .replace(/www(?=\.)/gi, `www${JOINER}`)
    .replace(/\b[0-9a-f]{7,64}\b/gi, (sha) => sha.replace(/.{5}(?=.)/g, `$&${JOINER}`))
    .replace(/^(\s*)(#|=|\d+(?=\.))/, `$1${JOINER}$2`);
}

/** Text as a code span; backticks inside make its fence longer. Nothing is live in a code span. */
export function code(text: string, max = 600): string {
  const inside = clean(text, max);
  const fence = '`'.repeat(longestRun(inside) + 1);
  const gap = inside.startsWith('`') || inside.endsWith('`') || inside.trim() === '' ? ' ' : '';
  return `${fence}${gap}${inside}${gap}${fence}`;
}

/** Lines as a fenced block that nothing inside can close. */
export function block(lines: readonly string[], language = 'text'): string {
  const inside = lines.map((line) => clean(line, 2000));
  const fence = '`'.repeat(Math.max(3, ...inside.map((line) => longestRun(line) + 1)));
  return `${fence}${language}\n${inside.join('\n')}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
