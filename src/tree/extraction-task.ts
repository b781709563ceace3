import { IntVector } from '../csource/index.ts';
import { CallExtraction } from './call-extraction.ts';
import { CallGraph } from './call-graph.ts';
import type { IndexTask } from './index-task.ts';
import type { TreeIndex } from './tree-index.ts';

/** Files `[from, to)` of an index. */
export interface FileRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The calls of the functions of some files, in their order. Slots are numbered as they come up in the batch, so that the
 * result is the same whatever the thread did before.
 */
export interface ExtractedCalls {
  /** Callee words of each function; `~n` is slot n of the batch. */
  readonly counts: Int32Array;
  readonly callees: Int32Array;
  readonly lines: Int32Array;
  /** Tag and field name of each slot; a field `-2 - n` is text n of `texts`: no struct of the index has it. */
  readonly slots: Int32Array;
  /** Slot and function of each target. */
  readonly targets: Int32Array;
  readonly texts: readonly string[];
  readonly callSites: number;
  readonly unresolved: number;
}

/** Reads the calls and slot targets of files out of their facts. */
export const task: IndexTask<null, FileRange, ExtractedCalls> = {
  url: import.meta.url,
  start: (index) => (range) => extract(index, range),
};

function extract(index: TreeIndex, { from, to }: FileRange): ExtractedCalls {
  const { symbols, inference, source } = index;
  const graph = new CallGraph();
  const counts = new IntVector(1024);
  const callees = new IntVector(4096);
  const lines = new IntVector(4096);
  const targets = new IntVector(256);
  const extraction = new CallExtraction(inference, graph, (slot, fn) => {
    targets.push(slot);
    targets.push(fn);
  });
  for (let id = from; id < to; id++) {
    const file = source(id);
    if (!file) continue;
    for (let local = 0; local < file.functionIds.length; local++) {
      const calls = extraction.callsOf(file, local);
      counts.push(calls.callees.length);
      for (const word of calls.callees) callees.push(word);
      for (const line of calls.lines) lines.push(line);
    }
    extraction.initializers(file);
  }
  const texts: string[] = [];
  const known = symbols.names.storedCount;
  const portable = (name: number): number => {
    if (name < known) return name;
    texts.push(symbols.names.text(name));
    return -1 - texts.length; // -2 for the first
  };
  const slots = new Int32Array(graph.slotCount * 2);
  for (let slot = 0; slot < graph.slotCount; slot++) {
    slots[slot * 2] = graph.slotTag.at(slot);
    slots[slot * 2 + 1] = portable(graph.slotField.at(slot));
  }
  return {
    counts: counts.slice(),
    callees: callees.slice(),
    lines: lines.slice(),
    slots,
    targets: targets.slice(),
    texts,
    callSites: extraction.callSites,
    unresolved: extraction.unresolved,
  };
}
