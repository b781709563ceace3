import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLUMNS, type FileFacts, readFile } from '../../src/csource/index.ts';
import { packFacts, unpackFacts } from '../../src/tree/facts-record.ts';
import { boxFile, manyFiles } from './many-files.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain = (facts: FileFacts | null): unknown =>
  facts && [...COLUMNS, 'nameBytes' as const].map((column) => [column, [...facts[column]]]);

test('facts come back as they were packed', () => {
  for (const text of ['', 'int x;', boxFile(3, 9), manyFiles(1)['include/linux/box.h'] as string]) {
    const facts = readFile(bytes(text));
    expect(plain(unpackFacts(packFacts(facts)))).toEqual(plain(facts));
  }
});

test('facts of any pieces of C come back as they were packed', () => {
  const pieces = boxFile(1, 5).split(/(\s+|[{}()[\];,])/);
  const text = fc.array(
    fc.oneof(fc.constantFrom(...pieces, 'switch (x) {', 'case 1:', 'default:', '#if A', '#endif'), fc.string()),
  );
  fc.assert(
    fc.property(text, (parts) => {
      const facts = readFile(bytes(parts.join(' ')));
      expect(plain(unpackFacts(packFacts(facts)))).toEqual(plain(facts));
    }),
    { numRuns: 200 },
  );
});

test('a record that is damaged gives nothing, or facts, and never throws', () => {
  const record = packFacts(readFile(bytes(boxFile(1, 5))));
  fc.assert(
    fc.property(fc.nat(record.length - 1), fc.nat(255), (at, value) => {
      const damaged = record.slice();
      damaged[at] = value;
      unpackFacts(damaged);
      unpackFacts(record.subarray(0, at));
    }),
    { numRuns: 300 },
  );
  expect(unpackFacts(bytes('no record at all'))).toBeNull();
});
