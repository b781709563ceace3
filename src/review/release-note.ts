import { baseWords, type Series } from '../series/index.ts';
import type { Tree } from '../tree/index.ts';

/** Whether a plain directory is the release that the series names in words; null when it names none. */
export async function releaseNote(tree: Tree, series: Series): Promise<string | null> {
  const words = baseWords(series).flatMap(({ names, quote }) =>
    names.flatMap((name) => {
      const release = /^(?:v|linux-)(\d+\.\d+)/.exec(name)?.[1];
      return release === undefined ? [] : [{ release, quote }];
    }),
  );
  const [word] = words;
  if (word === undefined) return null;
  const bytes = await tree.read('Makefile');
  const here = bytes === null ? null : releaseOf(new TextDecoder().decode(bytes.subarray(0, 2000)));
  if (here === null) return `it says "${word.quote}", and the directory does not say which release it is`;
  const same = here === word.release || here.startsWith(`${word.release}.`) || here.startsWith(`${word.release}-`);
  return same
    ? `it is Linux ${here}, as the series says ("${word.quote}")`
    : `it is Linux ${here}, and the series says "${word.quote}"`;
}

/** The release that the kernel's Makefile names (`6.12.117`, `6.13.0-rc2`), or null. */
export function releaseOf(makefile: string): string | null {
  const value = (name: string): string => new RegExp(`^${name} = ?(\\S*)$`, 'm').exec(makefile)?.[1] ?? '';
  const version = value('VERSION');
  const level = value('PATCHLEVEL');
  if (version === '' || level === '') return null;
  return `${version}.${level}${value('SUBLEVEL') ? `.${value('SUBLEVEL')}` : ''}${value('EXTRAVERSION')}`;
}
