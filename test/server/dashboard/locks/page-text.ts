import { Parser } from 'htmlparser2';

const BLOCKS = new Set([
  'p',
  'h1',
  'h2',
  'h3',
  'li',
  'tr',
  'form',
  'section',
  'ol',
  'ul',
  'table',
  'summary',
  'caption',
  'nav',
  'div',
  'pre',
  'footer',
  'details',
]);

/** The content of a page as text: a line for each block, links with their address. */
export function pageText(html: string): string {
  const lines: string[] = [];
  let text = '';
  let depth = 0;
  let isPre = false;
  const end = (): void => {
    const line = isPre ? text : text.replace(/\s+/g, ' ').trim();
    if (line.trim() !== '') lines.push(line);
    text = '';
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'main') depth++;
      if (depth === 0) return;
      if (name === 'pre') isPre = true;
      if (BLOCKS.has(name) || (isPre && name === 'a')) end();
      if (name === 'td' || name === 'th') text += '| ';
      if (name === 'path' && attributes['marker-end']) text += `(${attributes['class']}) `;
      if (attributes['class'] === 'here') text += '> ';
      if (name === 'a' && !isPre) text += `[${attributes['href']}] `;
      if (name === 'input') text += `{${attributes['name']}=${attributes['value']}} `;
    },
    ontext(part) {
      if (depth > 0) text += part;
    },
    onclosetag(name) {
      if (name === 'main') depth--;
      if (BLOCKS.has(name) || (isPre && name === 'a')) end();
      if (name === 'pre') isPre = false;
      if (name === 'i') text += ' ';
    },
  });
  parser.end(html);
  return `${lines.join('\n')}\n`;
}
