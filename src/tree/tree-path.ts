/**
 * Whether a path names something inside a tree: relative, `/` between parts, no empty, `.` or `..` part, no NUL.
 *
 * @example
 * isTreePath('drivers/pci/iov.c'); // true
 * isTreePath('../etc/passwd'); // false
 */
export function isTreePath(path: string): boolean {
  if (path === '' || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

const C_LIKE = new Set(['c', 'h', 'cc', 'cpp', 'cxx', 'hh', 'hpp', 'hxx', 'inc']);

/** Whether the front end has a use for the file: C and what is written like it, and the list of maintainers. */
export function isListed(path: string): boolean {
  return isCLike(path) || path === 'MAINTAINERS';
}

/** Whether the name says C, C++, or a part that one of them includes (`.inc`, QEMU's `.c.inc`). */
export function isCLike(path: string): boolean {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') && C_LIKE.has(path.slice(dot + 1));
}

/** Orders paths by code units: the same on every machine, whatever its locale. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
