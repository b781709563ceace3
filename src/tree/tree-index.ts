import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type FileFacts, FRONT_END_VERSION } from '../csource/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { CallExtraction } from './call-extraction.ts';
import { CallGraph, CallGraphBuilder } from './call-graph.ts';
import { decodeFacts } from './facts-codec.ts';
import { type FileToRead, readFacts } from './facts-pool.ts';
import { GlobalNames } from './global-names.ts';
import { LinkedFile } from './linked-file.ts';
import { readSections, type Section, writeSections } from './section-file.ts';
import { Symbols } from './symbols.ts';
import type { Tree } from './tree.ts';
import { type FileSource, type TransparentCall, TypeInference } from './type-inference.ts';

/** Changes whenever the same facts may be linked differently. */
const LINK_VERSION = 2;

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
  /** File ids by path. */
  readonly fileOf: (path: string) => number;
  close(): void;
}

export interface IndexOptions {
  /** Folder for facts and indexes; null keeps them in memory. */
  readonly cacheDir: string | null;
  readonly workers: number;
  readonly transparent: ReadonlyMap<string, TransparentCall>;
  readonly onProgress: (event: { phase: string; done: number; total: number | null }) => void;
}

/**
 * Opens the linked index of a tree, building it (and the facts of its files) when the cache does not have it.
 *
 * @example
 * const index = await openIndex(tree, { cacheDir, workers: 2, transparent: rules.transparent, onProgress: () => {} });
 */
export async function openIndex(tree: Tree, options: IndexOptions): Promise<Outcome<TreeIndex>> {
  const key = createHash('sha256')
    .update(`${FRONT_END_VERSION}.${LINK_VERSION} ${tree.id} ${JSON.stringify([...options.transparent.entries()])}`)
    .digest('hex')
    .slice(0, 32);
  const base = options.cacheDir ? join(options.cacheDir, 'trees', key) : null;
  if (base) {
    const stored = readStored(key, base, options);
    if (stored) return ok(stored);
  }
  const built = await build(tree, options);
  if (!built.ok) return built;
  const { symbols, graph, facts, counts } = built.value;
  if (base) {
    try {
      writeSections(`${base}.facts`, {}, { facts: facts.all() });
      const names = symbols.names.stored();
      const sections: Record<string, Section> = { namePool: names.pool, nameEnds: names.ends, nameSlots: names.slots };
      for (const [name, data] of Object.entries(symbols.stored())) sections[`s.${name}`] = data;
      for (const [name, data] of Object.entries(graph.stored())) sections[`g.${name}`] = data;
      writeSections(`${base}.index`, { counts }, sections);
    } catch (error) {
      return fail(
        'cache/unwritable',
        `the index of ${tree.root} could not be stored in ${options.cacheDir}`,
        (error as Error).message,
      );
    }
  }
  return ok(
    assemble(
      key,
      symbols,
      graph,
      (id) => facts.facts(id),
      counts,
      options,
      () => {},
    ),
  );
}

function readStored(key: string, base: string, options: IndexOptions): TreeIndex | null {
  const stored = readSections(`${base}.index`);
  if (!stored) return null;
  const words = (prefix: string): Record<string, Int32Array> =>
    Object.fromEntries(
      Object.entries(stored.sections)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, data]) => [name.slice(prefix.length), data as Int32Array]),
    );
  const names = new GlobalNames({
    pool: stored.sections['namePool'] as Uint8Array,
    ends: stored.sections['nameEnds'] as Int32Array,
    slots: stored.sections['nameSlots'] as Int32Array,
  });
  const symbols = new Symbols({ names, tables: words('s.') });
  const graph = new CallGraph(words('g.'));
  let fd: number;
  let start: number;
  try {
    fd = openSync(`${base}.facts`, 'r');
    start = dataStart(fd);
  } catch {
    return null;
  }
  const read = (id: number): FileFacts | null => {
    const length = symbols.t.fileLength.at(id) * 4;
    if (length <= 0) return null;
    const bytes = new Uint8Array(length);
    readSync(fd, bytes, 0, length, start + symbols.t.fileAt.at(id) * 4);
    return decodeFacts(bytes);
  };
  return assemble(key, symbols, graph, read, (stored.meta as { counts: IndexCounts }).counts, options, () =>
    closeSync(fd),
  );
}

/** Where the data of a file with one section begins. */
function dataStart(fd: number): number {
  const head = Buffer.alloc(64);
  readSync(fd, head, 0, 64, 0);
  const magic = head.indexOf(10) + 1;
  return (magic + 4 + head.readUInt32LE(magic) + 7) & ~7;
}

/** Puts the parts of an index together; files are read when they are first asked for. */
export function assemble(
  key: string,
  symbols: Symbols,
  graph: CallGraph,
  read: (id: number) => FileFacts | null,
  counts: IndexCounts,
  options: IndexOptions,
  close: () => void,
): TreeIndex {
  const files = new Map<number, LinkedFile | null>();
  const source: FileSource = (id) => {
    let file = files.get(id);
    if (file === undefined) {
      const facts = id < 0 ? null : read(id);
      file = facts ? new LinkedFile(id, symbols.path(id), facts, symbols.names) : null;
      if (file)
        for (let local = 0; local < file.functionIds.length; local++)
          file.functionIds[local] = symbols.t.fileFirst.at(id) + local;
      files.set(id, file);
    }
    return file;
  };
  const inference = new TypeInference(symbols, source, options.transparent);
  const extraction = new CallExtraction(inference, graph, (slot, fn) => graph.addTarget(slot, fn));
  let paths: Map<number, number> | null = null;
  const fileOf = (path: string): number => {
    if (!paths) {
      paths = new Map();
      for (let id = 0; id < symbols.fileCount; id++) paths.set(symbols.t.filePath.at(id), id);
    }
    const name = symbols.names.find(path);
    return name < 0 ? -1 : (paths.get(name) ?? -1);
  };
  return { key, symbols, graph, source, inference, extraction, counts, fileOf, close };
}

/** The facts of all files, while an index is built and after it when nothing is stored. */
class FactsHeap {
  private readonly chunks: { bytes: Uint8Array; at: number; length: number }[] = [];

  put(id: number, bytes: Uint8Array, at: number, length: number): void {
    this.chunks[id] = { bytes, at, length };
  }

  facts(id: number): FileFacts | null {
    const chunk = this.chunks[id];
    return chunk ? decodeFacts(chunk.bytes.subarray(chunk.at, chunk.at + chunk.length)) : null;
  }

  /** In bytes; 0 for a file that could not be read. */
  length(id: number): number {
    return this.chunks[id]?.length ?? 0;
  }

  /** All facts one behind the other, in the order of file ids. */
  all(): Uint8Array {
    let total = 0;
    for (const chunk of this.chunks) if (chunk) total += chunk.length;
    const out = new Uint8Array(total);
    let at = 0;
    for (const chunk of this.chunks) {
      if (!chunk) continue;
      out.set(chunk.bytes.subarray(chunk.at, chunk.at + chunk.length), at);
      at += chunk.length;
    }
    return out;
  }
}

async function build(
  tree: Tree,
  options: IndexOptions,
): Promise<Outcome<{ symbols: Symbols; graph: CallGraph; facts: FactsHeap; counts: IndexCounts }>> {
  const files: FileToRead[] = (await tree.list()).filter((entry) => /\.[ch]$/.test(entry.path));
  if (files.length === 0) return fail('tree/not-a-tree', `${tree.root} holds no C source`);
  const facts = new FactsHeap();
  let done = 0;
  let unreadable = 0;
  let bytes = 0;
  await readFacts(tree, files, options.workers, ({ first, batch }) => {
    let at = 0;
    batch.lengths.forEach((length, i) => {
      if (length < 0) unreadable++;
      else {
        facts.put(first + i, batch.facts, at, length);
        at += length;
        bytes += length;
      }
    });
    done += batch.lengths.length;
    options.onProgress({ phase: 'reading', done, total: files.length });
  });

  const symbols = new Symbols();
  const linked: (LinkedFile | null)[] = [];
  let fileAt = 0;
  let dropped = 0;
  files.forEach(({ path }, id) => {
    const read = facts.facts(id);
    const file = read ? new LinkedFile(id, path, read, symbols.names) : null;
    linked.push(file);
    symbols.t.fileAt.put(id, fileAt);
    const words = facts.length(id) >> 2;
    symbols.t.fileLength.put(id, words);
    fileAt += words;
    if (file) symbols.add(file);
    else symbols.t.filePath.put(id, symbols.names.internString(path));
    dropped += read?.dropped.length ?? 0;
    if ((id & 255) === 0) options.onProgress({ phase: 'linking', done: id, total: files.length * 2 });
  });
  const inference = new TypeInference(symbols, (id) => linked[id] ?? null, options.transparent);
  const builder = new CallGraphBuilder();
  const extraction = new CallExtraction(inference, builder.graph, (slot, fn) => builder.addTarget(slot, fn));
  linked.forEach((file, id) => {
    if (!file) return;
    for (let local = 0; local < file.functionIds.length; local++) {
      const { callees, lines } = extraction.callsOf(file, local);
      builder.addCalls(file.functionIds[local] as number, callees, lines);
    }
    extraction.initializers(file);
    if ((id & 255) === 0) options.onProgress({ phase: 'linking', done: files.length + id, total: files.length * 2 });
  });
  const graph = builder.finish(symbols.functionCount);
  options.onProgress({ phase: 'linking', done: files.length * 2, total: files.length * 2 });
  return ok({
    symbols,
    graph,
    facts,
    counts: {
      files: files.length,
      unreadable,
      functions: symbols.functionCount,
      callSites: extraction.callSites,
      unresolvedCalls: extraction.unresolved,
      slots: graph.slotCount,
      dropped,
      bytes,
    },
  });
}
