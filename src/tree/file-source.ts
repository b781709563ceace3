import type { FileFacts } from '../csource/index.ts';
import { LinkedFile } from './linked-file.ts';
import type { Symbols } from './symbols.ts';
import type { FileSource } from './type-inference.ts';

export type FactsOf = (file: number) => FileFacts | null;

/** Words of facts that are kept decoded, half of it for certain: 96 MB. */
const KEPT_WORDS = 24 << 20;

/** Gives the files of an index, decoded; keeps those that were asked for lately. */
export function fileSource(symbols: Symbols, facts: FactsOf, kept = KEPT_WORDS): FileSource {
  let young = new Map<number, LinkedFile | null>();
  let old = new Map<number, LinkedFile | null>();
  let words = 0;
  return (id) => {
    const known = young.get(id);
    if (known !== undefined) return known;
    let file = old.get(id);
    if (file === undefined) file = linked(symbols, id, id < 0 ? null : facts(id));
    if (words > kept / 2) {
      old = young;
      young = new Map();
      words = 0;
    }
    young.set(id, file);
    words += file ? sizeOf(file.facts) : 1;
    return file;
  };
}

function linked(symbols: Symbols, id: number, facts: FileFacts | null): LinkedFile | null {
  if (!facts) return null;
  const file = new LinkedFile(id, symbols.path(id), facts, symbols.names);
  const first = symbols.t.fileFirst.at(id);
  for (let local = 0; local < file.functionIds.length; local++) file.functionIds[local] = first + local;
  return file;
}

function sizeOf(facts: FileFacts): number {
  return (
    facts.code.length + facts.exprs.length + facts.functions.length + facts.vars.length + facts.nameEnds.length * 5
  );
}
