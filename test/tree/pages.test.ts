import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Column } from '../../src/tree/column.ts';
import { PAGE, Pages, pagesOf } from '../../src/tree/pages.ts';
import { DamagedFile, openSections, writeSections } from '../../src/tree/section-file.ts';
import { temporaryFolder } from './repository.ts';

test('a page is filled when it is first asked for, once, and no other', () => {
  const filled: number[] = [];
  const pages = Pages.words(3 * PAGE + 5, (page, from, to, data) => {
    filled.push(page);
    for (let i = from; i < to; i++) data[i] = i * 2;
  });
  expect(pages.at(PAGE + 1)).toBe(2 * PAGE + 2);
  expect(pages.at(PAGE + 2)).toBe(2 * PAGE + 4);
  expect(filled).toEqual([1]);
  pages.need(2 * PAGE - 1, 3 * PAGE + 1);
  expect(filled).toEqual([1, 2, 3]);
  expect(pages.all().at(-1)).toBe(2 * (3 * PAGE + 4));
  expect(filled).toEqual([1, 2, 3, 0]);
});

test('a column over pages reads, forks and stores as one over words', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2 * PAGE), fc.nat(1000)), { maxLength: 20 }),
      fc.array(fc.nat(2 * PAGE), { maxLength: 20 }),
      (puts, asked) => {
        const words = Int32Array.from({ length: PAGE + 100 }, (_, i) => i ^ 5);
        const whole = new Column(words.slice());
        const paged = new Column(
          Pages.words(words.length, (_, from, to, data) => data.set(words.subarray(from, to), from)),
        );
        for (const [index, value] of puts) {
          whole.put(index, value);
          paged.put(index, value);
        }
        for (const index of asked) expect(paged.find(index)).toBe(whole.find(index));
        expect(paged.fork().stored()).toEqual(whole.fork().stored());
      },
    ),
    { numRuns: 30 },
  );
});

test('only the page that is damaged is refused', () => {
  const path = join(temporaryFolder(), 'a.index');
  const words = Int32Array.from({ length: 2 * PAGE }, (_, i) => i * 3);
  writeSections(path, {}, { words });
  const bytes = readFileSync(path);
  const at = bytes.length - 4; // in the second page
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
  const stored = openSections(path);
  const pages = stored?.words('words');
  expect(pages?.at(7)).toBe(21);
  expect(() => pages?.at(2 * PAGE - 1)).toThrow(DamagedFile);
  stored?.close();
  expect(() => pages?.at(PAGE)).toThrow('closed');
  expect(pagesOf(2 * PAGE + 1)).toBe(3);
});
