import type { StoredWords } from './column.ts';
import type { IndexTables } from './index-tables.ts';
import { Pages } from './pages.ts';
import { openSections, type Section, type StoredSections, writeSections } from './section-file.ts';
import type { IndexCounts } from './tree-index.ts';

/** Columns that follow from others, and are worked out when they are read. */
const DERIVED = ['fnFile', 'fnLocal'];

/** Stores the columns of an index. Throws what the file system throws. */
export function writeIndex(path: string, tables: IndexTables): void {
  const sections: Record<string, Section> = {
    namePool: Pages.of(tables.names.pool).all(),
    nameEnds: Pages.of(tables.names.ends).all(),
    nameSlots: Pages.of(tables.names.slots).all(),
    blobs: tables.blobs,
  };
  for (const [name, words] of Object.entries(tables.symbols))
    if (words instanceof Int32Array && !DERIVED.includes(name)) sections[`s.${name}`] = words;
  for (const [name, words] of Object.entries(tables.graph))
    if (words instanceof Int32Array) sections[`g.${name}`] = words;
  writeSections(path, { counts: tables.counts }, sections);
}

/** The columns of a stored index, or null when there is none; read page by page as they are asked for. */
export function readIndex(
  path: string,
  rest: Pick<IndexTables, 'key' | 'cacheDir' | 'transparent'>,
): { tables: IndexTables; close: () => void } | null {
  const stored = openSections(path);
  if (!stored) return null;
  const columns = (prefix: string): Record<string, StoredWords> =>
    Object.fromEntries(
      stored.names
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), stored.words(name)]),
    );
  const tables: IndexTables = {
    ...rest,
    names: { pool: stored.blob('namePool'), ends: stored.words('nameEnds'), slots: stored.words('nameSlots') },
    symbols: { ...columns('s.'), ...derived(stored) },
    graph: columns('g.'),
    blobs: stored.blob('blobs').all(),
    counts: (stored.meta as { counts: IndexCounts }).counts,
    memory: null,
  };
  return { tables, close: stored.close };
}

/** Functions stand in the order of their files. */
function derived(stored: StoredSections): Record<string, StoredWords> {
  const length = stored.length('s.fnName');
  const first = stored.words('s.fileFirst').all();
  const count = stored.words('s.fileCount').all();
  const fill = (put: (words: Int32Array, file: number, from: number, to: number) => void): Pages =>
    Pages.words(length, (_page, from, to, words) => {
      for (let file = lastUpTo(first, from); file < first.length; file++) {
        const start = first[file] as number;
        if (start >= to) break;
        put(words, file, Math.max(from, start), Math.min(to, start + (count[file] as number)));
      }
    });
  return {
    fnFile: fill((words, file, from, to) => {
      if (from < to) words.fill(file, from, to);
    }),
    fnLocal: fill((words, file, from, to) => {
      for (let fn = from; fn < to; fn++) words[fn] = fn - (first[file] as number);
    }),
  };
}

/** Position of the last value that is not above `value` in a column that does not fall; 0 when all are. */
function lastUpTo(column: Int32Array, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((column[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
