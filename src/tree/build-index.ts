import { type CallGraph, CallGraphBuilder } from './call-graph.ts';
import { type ExtractedCalls, task as extraction, type FileRange } from './extraction-task.ts';
import { decodeFacts } from './facts-codec.ts';
import { BLOB_BYTES } from './facts-pack.ts';
import type { ReadResult } from './facts-reader.ts';
import type { IndexOptions } from './index-options.ts';
import { type FactsInMemory, type IndexTables, shareAll, shareNames } from './index-tables.ts';
import { IndexThreads } from './index-threads.ts';
import { LinkedFile } from './linked-file.ts';
import { type FileToRead, readBatches } from './read-batches.ts';
import { Symbols } from './symbols.ts';
import type { Tree } from './tree.ts';

/** Files of which the calls are read at once. */
const FILES_A_BATCH = 128;

/**
 * Reads all files of a tree and links them. Nothing holds the facts of all files at once: they go into the cache (or,
 * packed, into shared memory) batch by batch, the declarations of each batch into the tables; then the threads read
 * every file's calls over the finished tables. Throws when the cache cannot be written.
 */
export async function buildIndex(
  tree: Tree,
  files: readonly FileToRead[],
  options: IndexOptions,
): Promise<Omit<IndexTables, 'key'>> {
  const threads = new IndexThreads(options.workers);
  try {
    const read = await readDeclarations(tree, files, options, threads);
    const { symbols } = read;
    const tables = {
      key: '',
      names: shareNames(symbols),
      symbols: shareAll(symbols.stored()),
      graph: {},
      blobs: read.blobs,
      counts: { ...read.counts, functions: symbols.functionCount, callSites: 0, unresolvedCalls: 0, slots: 0 },
      cacheDir: options.cacheDir,
      memory: read.memory,
      transparent: options.transparent,
    };
    await threads.attach(tables);
    const linked = await linkCalls(symbols, files.length, options, threads);
    return {
      ...tables,
      names: shareNames(symbols),
      graph: shareAll(linked.graph.stored()),
      counts: {
        ...tables.counts,
        callSites: linked.callSites,
        unresolvedCalls: linked.unresolved,
        slots: linked.graph.slotCount,
      },
    };
  } finally {
    await threads.close();
  }
}

interface Declarations {
  readonly symbols: Symbols;
  readonly blobs: Uint8Array;
  readonly memory: FactsInMemory | null;
  readonly counts: { files: number; unreadable: number; dropped: number; bytes: number };
}

async function readDeclarations(
  tree: Tree,
  files: readonly FileToRead[],
  options: IndexOptions,
  threads: IndexThreads,
): Promise<Declarations> {
  const symbols = new Symbols();
  const blobs = new Uint8Array(new SharedArrayBuffer(files.length * BLOB_BYTES));
  const buffers: SharedArrayBuffer[] = [];
  const places = new Int32Array(new SharedArrayBuffer(files.length * 12));
  const counts = { files: files.length, unreadable: 0, dropped: 0, bytes: 0 };
  let id = 0;
  const onResult = (result: ReadResult): void => {
    let at = 0;
    let recordAt = 0;
    if (result.records) buffers.push(result.records);
    blobs.set(result.blobs, id * BLOB_BYTES);
    for (let i = 0; i < result.lengths.length; i++, id++) {
      const { path, size } = files[id] as FileToRead;
      const length = result.lengths[i] as number;
      const facts = length < 0 ? null : decodeFacts(result.facts.subarray(at, at + length));
      if (length > 0) at += length;
      places.set([buffers.length - 1, recordAt, result.recordLengths[i] as number], id * 3);
      recordAt += result.recordLengths[i] as number;
      if (!facts) {
        counts.unreadable++;
        blobs.fill(0, id * BLOB_BYTES, (id + 1) * BLOB_BYTES);
        symbols.addUnreadable(id, path);
        continue;
      }
      counts.bytes += size;
      counts.dropped += facts.dropped.length;
      symbols.add(new LinkedFile(id, path, facts, symbols.names));
    }
    options.onProgress({ phase: 'reading', done: id, total: files.length, bytes: counts.bytes });
  };
  await threads.read(options.cacheDir, readBatches(tree, files, options.cacheDir), onResult);
  return { symbols, blobs, memory: options.cacheDir === null ? { buffers, places } : null, counts };
}

async function linkCalls(
  symbols: Symbols,
  files: number,
  options: IndexOptions,
  threads: IndexThreads,
): Promise<{ graph: CallGraph; callSites: number; unresolved: number }> {
  await threads.start(extraction, null);
  const builder = new CallGraphBuilder();
  const ranges: FileRange[] = [];
  for (let from = 0; from < files; from += FILES_A_BATCH)
    ranges.push({ from, to: Math.min(files, from + FILES_A_BATCH) });
  let callSites = 0;
  let unresolved = 0;
  let fn = 0;
  await threads.run<FileRange, ExtractedCalls>(ranges, (calls, i) => {
    const slots = new Int32Array(calls.slots.length >> 1);
    for (let slot = 0; slot < slots.length; slot++) {
      const field = calls.slots[slot * 2 + 1] as number;
      const name = field >= 0 ? field : symbols.names.internString(calls.texts[-2 - field] as string);
      slots[slot] = builder.graph.slot(calls.slots[slot * 2] as number, name);
    }
    let at = 0;
    for (const count of calls.counts) {
      builder.addCalls(fn++, calls.callees, calls.lines, at, at + count, slots);
      at += count;
    }
    for (let t = 0; t < calls.targets.length; t += 2)
      builder.addTarget(slots[calls.targets[t] as number] as number, calls.targets[t + 1] as number);
    callSites += calls.callSites;
    unresolved += calls.unresolved;
    options.onProgress({ phase: 'linking', done: (ranges[i] as FileRange).to, total: files });
  });
  return { graph: builder.finish(symbols.functionCount), callSites, unresolved };
}
