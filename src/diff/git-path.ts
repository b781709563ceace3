const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** Reads one C-quoted name (`"a/\303\244.c"`) at the start of `text`; null when it is not one, or never closes. */
export function unquotePath(text: string): { path: string; rest: string } | null {
  if (!text.startsWith('"')) return null;
  const bytes: number[] = [];
  for (let i = 1; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') return { path: Buffer.from(bytes).toString('utf8'), rest: text.slice(i + 1) };
    if (c !== '\\') {
      bytes.push(...Buffer.from(String.fromCodePoint(text.codePointAt(i)!), 'utf8'));
      if (text.codePointAt(i)! > 0xffff) i++;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1, i + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8));
      i += 3;
      continue;
    }
    const byte = ESCAPES[text[i + 1] ?? ''];
    if (byte === undefined) return null;
    bytes.push(byte);
    i++;
  }
  return null;
}

/** The name on a `---` or `+++` line: unquoted, or cut at the tab before a timestamp. */
export function nameOf(text: string): string {
  const quoted = unquotePath(text);
  if (quoted) return quoted.path;
  const tab = text.indexOf('\t');
  return (tab < 0 ? text : text.slice(0, tab)).replace(/\r$/, '');
}

/** Both names of a `diff --git` line, needed when no `---`/`+++` follow; null when the line is ambiguous. */
export function namesOfGitHeader(rest: string): { from: string; to: string } | null {
  const line = rest.replace(/\r$/, '');
  const first = unquotePath(line);
  if (first) {
    const to = first.rest.replace(/^ /, '');
    return { from: first.path, to: unquotePath(to)?.path ?? to };
  }
  const quote = line.indexOf(' "');
  if (quote >= 0) {
    const second = unquotePath(line.slice(quote + 1));
    if (second) return { from: line.slice(0, quote), to: second.path };
  }
  // Unquoted names may hold spaces: git relies on both being the same after their prefix, so each is half of the line.
  const middle = (line.length - 1) / 2;
  if (Number.isInteger(middle) && line[middle] === ' ') {
    const from = line.slice(0, middle);
    const to = line.slice(middle + 1);
    if (from.slice(from.indexOf('/')) === to.slice(to.indexOf('/'))) return { from, to };
  }
  const parts = line.split(' ');
  return parts.length === 2 ? { from: parts[0]!, to: parts[1]! } : null;
}

const PREFIX = /^[abciow12]\//;

/**
 * Takes the `a/` and `b/` off a pair of names, whatever tool wrote them: git's prefixes, none at all
 * (`--no-prefix`), or the two directories of `diff -ur old new`. A side that is `/dev/null` becomes null.
 */
export function stripPrefixes(from: string, to: string): { oldPath: string | null; newPath: string | null } {
  const oldNull = from === '/dev/null';
  const newNull = to === '/dev/null';
  const strip = (name: string): string => name.replace(PREFIX, '');
  if (oldNull || newNull) return { oldPath: oldNull ? null : strip(from), newPath: newNull ? null : strip(to) };
  if (PREFIX.test(from) && PREFIX.test(to)) return { oldPath: strip(from), newPath: strip(to) };
  if (from === to) return { oldPath: from, newPath: to };
  const tail = (name: string): string => name.slice(name.indexOf('/') + 1);
  if (!from.startsWith('/') && tail(from) === tail(to)) return { oldPath: tail(from), newPath: tail(to) };
  return { oldPath: from, newPath: to };
}

/** Why a path may not be joined to a tree, or null when it may. */
export function unsafePath(path: string): string | null {
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it contains a NUL';
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'it is absolute';
  const parts = path.split(/[\\/]/);
  if (parts.includes('..')) return 'it climbs out of the tree';
  if (parts.some((part) => part.toLowerCase() === '.git')) return 'it points into the repository itself';
  return null;
}
