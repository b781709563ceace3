/** How the terminal surfaces are coloured: by meaning, so that a surface never names a colour. */
export interface Paint {
  readonly title: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly note: (text: string) => string;
}

const sgr = (code: number, end: number) => (text: string) => `\u001b[${code}m${text}\u001b[${end}m`;
const plain = (text: string): string => text;

/** Colours, or none: the caller has looked at NO_COLOR and the terminal. */
export function paint(color: boolean): Paint {
  if (!color) return { title: plain, quiet: plain, good: plain, bad: plain, note: plain };
  return { title: sgr(1, 22), quiet: sgr(2, 22), good: sgr(32, 39), bad: sgr(31, 39), note: sgr(33, 39) };
}
