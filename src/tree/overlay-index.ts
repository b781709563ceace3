import { F, type FileFacts, readFile } from '../csource/index.ts';
import { CallExtraction } from './call-extraction.ts';
import { LinkedFile } from './linked-file.ts';
import type { TreeIndex } from './tree-index.ts';
import { TypeInference } from './type-inference.ts';

/** A tree's index with some files replaced in memory. Functions that keep their name keep their id. */
export interface OverlayIndex extends TreeIndex {
  /** What it lies over. */
  readonly base: TreeIndex;
  /** Functions of the replaced files as they are now. */
  readonly touched: readonly number[];
  /** Functions that were in the replaced files and are no more. */
  readonly removed: readonly number[];
}

/**
 * Links changed files, by their bytes or facts, over an index; its cost is that of the changed files. Null removes a file.
 *
 * @example
 * const after = overlayIndex(index, new Map([['drivers/pci/iov.c', patched]]));
 */
export function overlayIndex(
  base: TreeIndex,
  changes: ReadonlyMap<string, Uint8Array | FileFacts | null>,
): OverlayIndex {
  const symbols = base.symbols.fork();
  const graph = base.graph.fork();
  const fresh = new Map<number, LinkedFile>();
  const pathIds = new Map<string, number>();
  const removed: number[] = [];
  const touched: number[] = [];
  const oldFiles: LinkedFile[] = [];

  const work = [...changes]
    .filter(([path]) => /\.[ch]$/.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, bytes]) => {
      const oldId = base.fileOf(path);
      const old = oldId >= 0 ? base.source(oldId) : null;
      return {
        path,
        oldId,
        old,
        before: old ? functionsByName(old) : new Map<number, number[]>(),
        facts: bytes instanceof Uint8Array ? readFile(bytes) : bytes,
      };
    });
  // A function that goes from one changed file to another keeps its id: moving code changes no order.
  const moved = new Map<number, number[]>();
  const after = work.map(({ path, facts }) =>
    facts ? functionsByName(new LinkedFile(-1, path, facts, symbols.names)) : new Map<number, number[]>(),
  );
  work.forEach(({ before }, i) => {
    for (const [name, fns] of before) {
      const stay = after[i]?.get(name)?.length ?? 0;
      if (fns.length > stay) moved.set(name, [...(moved.get(name) ?? []), ...fns.slice(stay)]);
    }
  });
  for (const { path, oldId, old, before, facts } of work) {
    if (old) {
      symbols.gone.add(oldId);
      oldFiles.push(old);
    }
    pathIds.set(path, -1);
    if (!facts) continue;
    const id = symbols.fileCount;
    const file = new LinkedFile(id, path, facts, symbols.names);
    fresh.set(id, file);
    pathIds.set(path, id);
    symbols.add(file, (name, nth) => before.get(name)?.[nth] ?? moved.get(name)?.shift() ?? -1);
    for (const fn of file.functionIds) touched.push(fn);
  }
  const kept = new Set(touched);
  for (const { before } of work)
    for (const fns of before.values()) for (const fn of fns) if (!kept.has(fn)) removed.push(fn);

  const source = (id: number): LinkedFile | null => fresh.get(id) ?? base.source(id);
  const inference = new TypeInference(symbols, source, base.inference.transparentByName());
  const extraction = new CallExtraction(inference, graph, (slot, fn) => graph.addTarget(slot, fn));

  // What the old versions put into slots goes, what the new ones put there comes.
  const dropping = new CallExtraction(base.inference, graph, (slot, fn) => graph.dropTarget(slot, fn));
  for (const old of oldFiles) {
    dropping.initializers(old);
    for (let local = 0; local < old.functionIds.length; local++) dropping.callsOf(old, local);
  }
  for (const fn of removed) graph.change(fn, [], []);
  for (const file of fresh.values()) {
    for (let local = 0; local < file.functionIds.length; local++) {
      const { callees, lines } = extraction.callsOf(file, local);
      graph.change(file.functionIds[local] as number, callees, lines);
    }
    extraction.initializers(file);
  }
  const fileOf = (path: string): number => pathIds.get(path) ?? base.fileOf(path);
  return {
    key: base.key,
    symbols,
    graph,
    source,
    inference,
    extraction,
    base,
    counts: {
      ...base.counts,
      functions: base.counts.functions + symbols.functionCount - base.symbols.functionCount - removed.length,
      callSites: base.counts.callSites + extraction.callSites - dropping.callSites,
      unresolvedCalls: base.counts.unresolvedCalls + extraction.unresolved - dropping.unresolved,
      slots: graph.slotCount,
    },
    blobs: base.blobs,
    fileOf,
    shared: null,
    touched,
    removed,
    closing: base.closing,
    close: base.close,
  };
}

/** Function ids of a file by global name, in the order in which they stand there. */
function functionsByName(file: LinkedFile): Map<number, number[]> {
  const byName = new Map<number, number[]>();
  file.functionIds.forEach((fn, local) => {
    const name = file.global(file.facts.functions[local * F.WORDS + F.NAME] as number);
    const list = byName.get(name);
    if (list) list.push(fn);
    else byName.set(name, [fn]);
  });
  return byName;
}
