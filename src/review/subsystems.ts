import type { Tree } from '../tree/index.ts';
import { matches } from './maintainers.ts';

/** MAINTAINERS of the kernel has 800 kB. */
const MAX_TEXT = 4 << 20;
/** A series that touches more is a sweep over the tree, and belongs to nobody in particular. */
const MOST = 5;

/**
 * The sections of a tree's MAINTAINERS that files belong to: those with the most of the files first, of these the
 * narrowest. A tree without the file has none.
 *
 * @example
 * await subsystemsOf(tree, ['drivers/pci/iov.c']); // ['PCI SUBSYSTEM']
 */
export async function subsystemsOf(tree: Tree, files: readonly string[]): Promise<readonly string[]> {
  const bytes = await tree.read('MAINTAINERS');
  return bytes === null ? [] : readSubsystems(new TextDecoder().decode(bytes.subarray(0, MAX_TEXT)), files);
}

/** The same from the text of MAINTAINERS. The section for all that nobody else has (`F: *`) is none. */
export function readSubsystems(text: string, files: readonly string[]): readonly string[] {
  const found: { name: string; files: number; depth: number }[] = [];
  for (const section of text.split(/\n[ \t]*\n/)) {
    const lines = section.split('\n');
    const values = (letter: string) =>
      lines.filter((line) => line.startsWith(`${letter}:`)).map((line) => line.slice(2).trim());
    const [includes, excludes] = [values('F').filter((pattern) => !/^[*/]+$/.test(pattern)), values('X')];
    const depths = files
      .filter((file) => !excludes.some((pattern) => matches(pattern, file)))
      .map((file) => includes.filter((pattern) => matches(pattern, file)).map((one) => one.split('/').length))
      .filter((fitting) => fitting.length > 0)
      .map((fitting) => Math.max(...fitting));
    const name = lines.find((line) => line.trim() !== '')?.trim() ?? '';
    if (depths.length > 0) found.push({ name: name.slice(0, 100), files: depths.length, depth: Math.max(...depths) });
  }
  return found
    .sort((a, b) => b.files - a.files || b.depth - a.depth || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}
