import { CallExtraction } from './call-extraction.ts';
import type { CallGraph } from './call-graph.ts';
import type { IndexTables } from './index-tables.ts';
import type { Symbols } from './symbols.ts';
import { type FileSource, type TransparentCall, TypeInference } from './type-inference.ts';

/** What the linked index counted while it was built. */
export interface IndexCounts {
  readonly files: number;
  readonly unreadable: number;
  readonly functions: number;
  readonly callSites: number;
  readonly unresolvedCalls: number;
  readonly slots: number;
  /** Lines where an `#if` arm was dropped, over all files. */
  readonly dropped: number;
  readonly bytes: number;
}

/** A tree's declarations and calls, linked: what a review searches in. */
export interface TreeIndex {
  readonly key: string;
  readonly symbols: Symbols;
  readonly graph: CallGraph;
  readonly source: FileSource;
  readonly inference: TypeInference;
  readonly extraction: CallExtraction;
  readonly counts: IndexCounts;
  /** 20 bytes a file: the blob id of what was read. */
  readonly blobs: Uint8Array;
  /** File ids by path. */
  readonly fileOf: (path: string) => number;
  /** The columns in memory that threads can share; null for an overlay. */
  readonly shared: (() => IndexTables) | null;
  /** What is closed with it. */
  readonly closing: (() => void)[];
  close(): void;
}

/** Puts the parts of an index together. */
export function assemble(
  key: string,
  symbols: Symbols,
  graph: CallGraph,
  source: FileSource,
  counts: IndexCounts,
  blobs: Uint8Array,
  transparent: ReadonlyMap<string, TransparentCall>,
  closing: (() => void)[],
  shared: () => IndexTables,
): TreeIndex {
  const inference = new TypeInference(symbols, source, transparent);
  const extraction = new CallExtraction(inference, graph, (slot, fn) => graph.addTarget(slot, fn));
  const close = (): void => {
    for (const one of closing.splice(0)) one();
  };
  let paths: Map<number, number> | null = null;
  const fileOf = (path: string): number => {
    if (!paths) {
      paths = new Map();
      for (let id = 0; id < symbols.fileCount; id++) paths.set(symbols.t.filePath.at(id), id);
    }
    const name = symbols.names.find(path);
    return name < 0 ? -1 : (paths.get(name) ?? -1);
  };
  return { key, symbols, graph, source, inference, extraction, counts, blobs, fileOf, shared, closing, close };
}
