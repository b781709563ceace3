import { F, readFile } from '../csource/index.ts';
import { CallExtraction } from './call-extraction.ts';
import { LinkedFile } from './linked-file.ts';
import type { TreeIndex } from './tree-index.ts';
import { TypeInference } from './type-inference.ts';

/** A tree's index with some files replaced in memory. Functions that keep their name keep their id. */
export interface OverlayIndex extends TreeIndex {
  /** Functions of the replaced files as they are now. */
  readonly touched: readonly number[];
  /** Functions that were in the replaced files and are no more. */
  readonly removed: readonly number[];
}

/**
 * Links changed files over an index; its cost is that of the changed files. `null` bytes remove a file.
 *
 * @example
 * const after = overlayIndex(index, new Map([['drivers/pci/iov.c', patched]]));
 */
export function overlayIndex(base: TreeIndex, changes: ReadonlyMap<string, Uint8Array | null>): OverlayIndex {
  const symbols = base.symbols.fork();
  const graph = base.graph.fork();
  const fresh = new Map<number, LinkedFile>();
  const pathIds = new Map<string, number>();
  const removed: number[] = [];
  const touched: number[] = [];
  const oldFiles: LinkedFile[] = [];

  for (const [path, bytes] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/\.[ch]$/.test(path)) continue;
    const oldId = base.fileOf(path);
    const old = oldId >= 0 ? base.source(oldId) : null;
    const before = new Map<number, number[]>();
    if (old) {
      symbols.gone.add(oldId);
      oldFiles.push(old);
      old.functionIds.forEach((fn, local) => {
        const name = old.global(old.facts.functions[local * F.WORDS + F.NAME] as number);
        const list = before.get(name);
        if (list) list.push(fn);
        else before.set(name, [fn]);
      });
    }
    pathIds.set(path, -1);
    const kept = new Set<number>();
    if (bytes) {
      const id = symbols.fileCount;
      const file = new LinkedFile(id, path, readFile(bytes), symbols.names);
      fresh.set(id, file);
      pathIds.set(path, id);
      symbols.add(file, (name, nth) => {
        const fn = before.get(name)?.[nth] ?? -1;
        if (fn >= 0) kept.add(fn);
        return fn;
      });
      for (const fn of file.functionIds) touched.push(fn);
    }
    for (const list of before.values()) for (const fn of list) if (!kept.has(fn)) removed.push(fn);
  }

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
    counts: base.counts,
    fileOf,
    touched,
    removed,
    close: () => {},
  };
}
