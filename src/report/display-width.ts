/** Blocks whose characters take two columns (UAX #11, W and F). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Columns that a terminal gives to cleaned text: marks take none, East Asian wide characters two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x300) width += 1;
    else if (!/\p{M}/u.test(char)) width += WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
  }
  return width;
}

/** Fills up with blanks to `columns`; longer text stays as it is. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/**
 * Breaks cleaned prose into lines of at most `columns`, at blanks; a word that is longer has a line of its own.
 *
 * @example
 * wrap('one two three', 8); // ['one two', 'three']
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const word of text.split(' ')) {
    const more = displayWidth(word);
    if (word === '') continue;
    if (width > 0 && width + 1 + more > columns) {
      lines.push(line);
      line = word;
      width = more;
    } else {
      line = width > 0 ? `${line} ${word}` : word;
      width += width > 0 ? more + 1 : more;
    }
  }
  if (width > 0 || lines.length === 0) lines.push(line);
  return lines;
}
