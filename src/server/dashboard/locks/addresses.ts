import { line } from '../words.ts';

/** Characters of a name in an address that are looked at: no lock class and no path of a tree is longer. */
const MOST = 1000;

/** The page of a lock class. Static locks of a file have a slash in their name, which stays one. */
export function classAddress(name: string, calls = false): string {
  return `/locks/class/${name.split('/').map(encodeURIComponent).join('/')}${calls ? '?calls=1' : ''}`;
}

/** Both orders of two lock classes. */
export function pairAddress(a: string, b: string): string {
  return `/locks/pair?${new URLSearchParams({ a, b })}`;
}

/** The picture of a part of the tree. */
export function graphAddress(area: string): string {
  return `/locks/graph?${new URLSearchParams({ area })}`;
}

/** A line of a file of the tree. */
export function sourceAddress(file: string, at: number): string {
  return `/source?${new URLSearchParams({ file, line: String(at) })}#L${at}`;
}

/** A text of the address: one line of bounded length, without characters that hide or turn what stands beside them. */
export function textOf(search: URLSearchParams, name: string): string {
  return line(search.get(name) ?? '', MOST).trim();
}

/** A line number of the address; 1 when it makes no sense. */
export function lineOf(search: URLSearchParams): number {
  const found = /^[1-9]\d{0,8}$/.exec(search.get('line') ?? '');
  return found ? Number(found[0]) : 1;
}
