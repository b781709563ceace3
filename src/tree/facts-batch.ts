import { readFile } from '../csource/index.ts';
import { encodeFacts } from './facts-codec.ts';

/** Facts of several files one behind the other, and their lengths in bytes; -1 for a file that could not be read. */
export interface FactsBatch {
  readonly facts: Uint8Array<ArrayBuffer>;
  readonly lengths: number[];
}

/** Reads a batch of files into facts. */
export function readBatch(files: readonly (Uint8Array | null)[]): FactsBatch {
  const parts: Uint8Array[] = [];
  const lengths: number[] = [];
  let total = 0;
  for (const bytes of files) {
    if (!bytes) {
      lengths.push(-1);
      continue;
    }
    const encoded = encodeFacts(readFile(bytes));
    parts.push(encoded);
    lengths.push(encoded.length);
    total += encoded.length;
  }
  const facts = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    facts.set(part, at);
    at += part.length;
  }
  return { facts, lengths };
}
