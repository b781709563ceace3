import { CallGraph } from './call-graph.ts';
import type { StoredWords } from './column.ts';
import { FactsCache } from './facts-cache.ts';
import { BLOB_BYTES } from './facts-pack.ts';
import { unpackFacts } from './facts-record.ts';
import { type FactsOf, fileSource } from './file-source.ts';
import { GlobalNames, type StoredNames } from './global-names.ts';
import { Symbols } from './symbols.ts';
import { assemble, type IndexCounts, type TreeIndex } from './tree-index.ts';
import type { TransparentCall } from './type-inference.ts';

/** Packed facts that are kept in memory where there is no cache folder. */
export interface FactsInMemory {
  readonly buffers: readonly SharedArrayBuffer[];
  /** For each file: buffer, offset, length; length 0 for a file without facts. */
  readonly places: Int32Array;
}

/** A linked index as plain columns: what is stored, and what threads share. */
export interface IndexTables {
  readonly key: string;
  readonly names: StoredNames;
  readonly symbols: Readonly<Record<string, StoredWords | undefined>>;
  readonly graph: Readonly<Record<string, StoredWords | undefined>>;
  /** 20 bytes a file; zeros for one without facts. */
  readonly blobs: Uint8Array;
  readonly counts: IndexCounts;
  readonly cacheDir: string | null;
  readonly memory: FactsInMemory | null;
  readonly transparent: ReadonlyMap<string, TransparentCall>;
}

/** An index over its columns. Files are decoded when they are first asked for, and forgotten when there are many. */
export function indexOver(tables: IndexTables, close?: () => void): TreeIndex {
  const names = new GlobalNames(tables.names);
  const symbols = new Symbols({ names, tables: tables.symbols });
  const graph = new CallGraph(tables.graph);
  const facts = tables.memory ? factsInMemory(tables.memory) : factsInCache(tables);
  const source = fileSource(symbols, facts.of);
  return assemble(
    tables.key,
    symbols,
    graph,
    source,
    tables.counts,
    tables.blobs,
    tables.transparent,
    close ? [facts.close, close] : [facts.close],
    () => shareable(tables, symbols, graph),
  );
}

function factsInMemory({ buffers, places }: FactsInMemory): { of: FactsOf; close: () => void } {
  const of: FactsOf = (file) => {
    const length = places[file * 3 + 2] ?? 0;
    const buffer = buffers[places[file * 3] as number];
    return length > 0 && buffer ? unpackFacts(new Uint8Array(buffer, places[file * 3 + 1] as number, length)) : null;
  };
  return { of, close: () => {} };
}

/** Opened when the first file is asked for: a summary of an index needs none. */
function factsInCache({ cacheDir, blobs }: IndexTables): { of: FactsOf; close: () => void } {
  let cache: FactsCache | null = null;
  const of: FactsOf = (file) => {
    const blob = blobs.subarray(file * BLOB_BYTES, (file + 1) * BLOB_BYTES);
    if (cacheDir === null || blob.length < BLOB_BYTES || blob.every((byte) => byte === 0)) return null;
    cache ??= new FactsCache(cacheDir);
    return cache.facts(blob);
  };
  return { of, close: () => cache?.close() };
}

/** The tables with every column in memory that threads can share. */
function shareable(tables: IndexTables, symbols: Symbols, graph: CallGraph): IndexTables {
  return {
    ...tables,
    names: shareNames(symbols),
    symbols: shareAll(symbols.stored()),
    graph: shareAll(graph.stored()),
    blobs: share(tables.blobs),
  };
}

/** The columns of the names in memory that threads can share. */
export function shareNames(symbols: Symbols): IndexTables['names'] {
  const { pool, ends, slots } = symbols.names.columns();
  return { pool: share(pool), ends: share(ends), slots: share(slots) };
}

/** Columns of words in memory that threads can share. */
export function shareAll(columns: Readonly<Record<string, Int32Array>>): Record<string, Int32Array> {
  return Object.fromEntries(Object.entries(columns).map(([name, words]) => [name, share(words)]));
}

/** The same content in memory that threads can share; itself when it is so already. */
export function share<A extends Int32Array | Uint8Array>(array: A): A {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy =
    array instanceof Int32Array
      ? new Int32Array(new SharedArrayBuffer(array.byteLength))
      : new Uint8Array(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy as A;
}
