import type { StoredWords } from './column.ts';
import type { IndexTables } from './index-tables.ts';
import { openSections, type Section, type StoredSections, writeSections } from './section-file.ts';
import type { IndexCounts } from './tree-index.ts';

/** Columns that follow from others, and are worked out when they are read. */
const DERIVED = ['fnFile', 'fnLocal'];

/** Stores the columns of an index. Throws what the file system throws. */
export function writeIndex(path: string, tables: IndexTables): void {
  const sections: Record<string, Section> = {
    namePool: tables.names.pool,
    nameEnds: tables.names.ends,
    nameSlots: tables.names.slots,
    blobs: tables.blobs,
  };
  for (const [name, words] of Object.entries(tables.symbols))
    if (words instanceof Int32Array && !DERIVED.includes(name)) sections[`s.${name}`] = words;
  for (const [name, words] of Object.entries(tables.graph)) if (words) sections[`g.${name}`] = words;
  writeSections(path, { counts: tables.counts }, sections);
}

/** The columns of a stored index, or null when there is none; each is read when it is first asked for. */
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
        .map((name) => [name.slice(prefix.length), { length: stored.length(name), load: () => stored.words(name) }]),
    );
  const symbols = columns('s.');
  const graph = Object.fromEntries(
    Object.entries(columns('g.')).map(([name, words]) => [name, (words as { load: () => Int32Array }).load()]),
  );
  const tables: IndexTables = {
    ...rest,
    names: { pool: stored.blob('namePool'), ends: stored.words('nameEnds'), slots: stored.words('nameSlots') },
    symbols: { ...symbols, ...derived(stored) },
    graph,
    blobs: stored.blob('blobs'),
    counts: (stored.meta as { counts: IndexCounts }).counts,
    memory: null,
  };
  return { tables, close: stored.close };
}

/** Functions stand in the order of their files. */
function derived(stored: StoredSections): Record<string, StoredWords> {
  const length = stored.length('s.fnName');
  const fill = (put: (words: Int32Array, file: number, from: number, count: number) => void) => (): Int32Array => {
    const words = new Int32Array(new SharedArrayBuffer(length * 4));
    const first = stored.words('s.fileFirst');
    const count = stored.words('s.fileCount');
    for (let file = 0; file < first.length; file++) put(words, file, first[file] as number, count[file] as number);
    return words;
  };
  return {
    fnFile: { length, load: fill((words, file, from, count) => words.fill(file, from, from + count)) },
    fnLocal: {
      length,
      load: fill((words, _file, from, count) => {
        for (let i = 0; i < count; i++) words[from + i] = i;
      }),
    },
  };
}
