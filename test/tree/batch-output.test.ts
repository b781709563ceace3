import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchOutput } from '../../src/tree/batch-output.ts';

const ID = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

function read(chunks: Uint8Array[], limit = 1000): (number[] | null)[] {
  const objects: (number[] | null)[] = [];
  const output = new BatchOutput(limit, (bytes) => objects.push(bytes && [...bytes]));
  for (const chunk of chunks) output.push(Buffer.from(chunk));
  return objects;
}

describe('the output of git cat-file --batch', () => {
  test('is read the same wherever its chunks end', () => {
    const object = fc.option(fc.uint8Array({ maxLength: 30 }), { nil: null });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 9 })), (objects, sizes) => {
        const all = Buffer.concat(
          objects.map((bytes) =>
            bytes
              ? Buffer.concat([Buffer.from(`${ID} blob ${bytes.length}\n`), bytes, Buffer.from('\n')])
              : Buffer.from(`${ID} missing\n`),
          ),
        );
        const chunks: Uint8Array[] = [];
        for (let at = 0, i = 0; at < all.length; i++) {
          const size = sizes[i % Math.max(1, sizes.length)] ?? all.length;
          chunks.push(all.subarray(at, at + size));
          at += size;
        }
        expect(read(chunks)).toEqual(objects.map((bytes) => bytes && [...bytes]));
      }),
    );
  });

  test('passes over an object above the limit and reads the next', () => {
    expect(read([Buffer.from(`${ID} blob 5\nabcde\n${ID} blob 1\nx\n`)], 4)).toEqual([null, [120]]);
  });

  test('takes a line feed inside an object for content', () => {
    expect(read([Buffer.from(`${ID} blob 2\n\n\n\n${ID} blob 0\n\n`)])).toEqual([[10, 10], []]);
  });
});
