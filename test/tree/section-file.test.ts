import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedFile, openSections, writeSections } from '../../src/tree/section-file.ts';
import { temporaryFolder } from './repository.ts';

test('columns come back as they were written, whatever their values need', () => {
  const path = join(temporaryFolder(), 'a.index');
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1, max: 300 })),
      fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      fc.array(fc.integer({ min: -1, max: 70_000 })),
      fc.uint8Array(),
      (small, any, middle, bytes) => {
        const columns = { small: Int32Array.from(small), any: Int32Array.from(any), middle: Int32Array.from(middle) };
        writeSections(path, { n: 1 }, { ...columns, bytes });
        const stored = openSections(path);
        expect(stored?.meta).toEqual({ n: 1 });
        for (const [name, words] of Object.entries(columns))
          expect([...(stored?.words(name).all() ?? [])]).toEqual([...words]);
        expect([...(stored?.blob('bytes').all() ?? [])]).toEqual([...bytes]);
        expect(stored?.length('none')).toBe(0);
        stored?.close();
      },
    ),
    { numRuns: 50 },
  );
});

test('a damaged column is removed with its file, and never given out', () => {
  const path = join(temporaryFolder(), 'a.index');
  writeSections(path, {}, { one: Int32Array.of(1, 2, 3, 100_000), two: Uint8Array.of(9) });
  const whole = readFileSync(path);
  const at = whole.length - 12; // in the last word of `one`
  whole[at] = (whole[at] as number) ^ 1;
  writeFileSync(path, whole);
  const stored = openSections(path);
  expect(() => stored?.words('one').at(3)).toThrow(DamagedFile);
  stored?.close();
  expect(openSections(path)).toBeNull();
});

test('a file that is cut off, of another version, or not there, is none', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a.index');
  writeSections(path, {}, { one: Int32Array.of(1, 2, 3) });
  const whole = readFileSync(path);
  for (const bytes of [
    whole.subarray(0, -1),
    whole.subarray(0, 10),
    Buffer.from('abbot.sections/2\nold'),
    Buffer.alloc(0),
  ]) {
    writeFileSync(path, bytes);
    expect(openSections(path)).toBeNull();
  }
  expect(openSections(join(folder, 'none'))).toBeNull();
});
