import { clean } from './clean.ts';

const ASCII: Readonly<Record<string, string>> = {
  '→': '->',
  '⇄': 'and',
  '…': '...',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '–': '-',
  '·': '-',
};

/** Our own sentences for a mail: without the signs that a terminal shows and a list's readers do not type. */
export function plain(text: string, max = 2000): string {
  return clean(text, max).replace(/[→⇄…“”‘’–·]/g, (sign) => ASCII[sign] ?? sign);
}
