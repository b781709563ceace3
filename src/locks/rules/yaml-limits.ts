import { isNode, isScalar, type YAMLMap } from 'yaml';

/** Deeper nesting than any rule needs: refused before the parser recurses into it. */
export const MAX_DEPTH = 40;

/** The line on which brackets or indentation nest deeper than allowed, or null. Linear in the text. */
export function tooDeep(text: string): number | null {
  let depth = 0;
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    let dashes = 0;
    let indenting = true;
    for (const c of row) {
      if (c === '[' || c === '{') depth++;
      else if (c === ']' || c === '}') depth = Math.max(0, depth - 1);
      else if (indenting && (c === '-' || c === '?')) dashes++;
      else if (indenting && c !== ' ') indenting = false;
      if (depth > MAX_DEPTH || dashes > MAX_DEPTH) return line;
    }
    if (row.length - row.trimStart().length > 4 * MAX_DEPTH) return line;
  }
  return null;
}

/** Tells of keys that come twice, and of one that JavaScript would take for something else. Linear in the keys. */
export function checkKeys(map: YAMLMap, report: (offset: number, what: string, instead: string) => void): void {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    const value = isScalar(key) ? key.value : null;
    const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
    if (typeof value !== 'string')
      report(offset, 'a key that is not a word', 'write plain keys, quoted if they look like numbers');
    else if (value === '__proto__')
      report(offset, 'a key that cannot be a name', 'write the name of a function or macro');
    else if (seen.has(value)) report(offset, 'the same key twice', 'keep one of the two, or merge them');
    seen.add(value);
  }
}
