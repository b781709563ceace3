import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFile } from '../../src/csource/index.ts';
import { blobBytes } from '../../src/tree/blob-id.ts';
import { evict } from '../../src/tree/evict.ts';
import { FactsCache } from '../../src/tree/facts-cache.ts';
import { packFacts } from '../../src/tree/facts-record.ts';
import { boxFile } from './many-files.ts';
import { temporaryFolder } from './repository.ts';

const sources = Array.from({ length: 5 }, (_, i) => new TextEncoder().encode(boxFile(i, 5)));
const records = sources.map((source) => ({ blob: blobBytes(source), record: packFacts(readFile(source)) }));

function fill(folder: string, which: readonly number[], close = true): string {
  const writer = new FactsCache(folder).writer();
  for (const i of which)
    writer.add((records[i] as (typeof records)[0]).blob, (records[i] as (typeof records)[0]).record);
  if (close) writer.close();
  return writer.path;
}

/** Which of the sources the cache has facts of. */
function known(folder: string): number[] {
  const cache = new FactsCache(folder);
  const found = records.flatMap(({ blob }, i) => (cache.facts(blob) ? [i] : []));
  cache.close();
  return found;
}

describe('the facts cache', () => {
  test('finds what several writers put there, by blob id', () => {
    const folder = temporaryFolder();
    fill(folder, [0, 1]);
    fill(folder, [1, 2]);
    expect(known(folder)).toEqual([0, 1, 2]);
  });

  test('reads a pack without an index by its records', () => {
    const folder = temporaryFolder();
    const pack = fill(folder, [0, 1, 2]);
    rmSync(`${pack}.idx`);
    expect(known(folder)).toEqual([0, 1, 2]);
  });

  test('loses only the last record of a pack that breaks off', () => {
    const folder = temporaryFolder();
    const pack = fill(folder, [0, 1, 2]);
    rmSync(`${pack}.idx`);
    truncateSync(pack, statSync(pack).size - 1);
    expect(known(folder)).toEqual([0, 1]);
  });

  test('has nothing of a writer that was stopped before it wrote', () => {
    const folder = temporaryFolder();
    fill(folder, [0], false);
    expect(known(folder)).toEqual([]);
  });

  test('never believes a record whose checksum is wrong, wherever the damage is', () => {
    const folder = temporaryFolder();
    const pack = fill(folder, [0]);
    const whole = readFileSync(pack);
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 0x55;
      writeFileSync(pack, damaged);
      expect(known(folder)).toEqual([]);
    }
  });

  test('reads the records when the index is damaged', () => {
    const folder = temporaryFolder();
    const pack = fill(folder, [3, 4]);
    const index = readFileSync(`${pack}.idx`);
    index[20] = (index[20] as number) ^ 1;
    writeFileSync(`${pack}.idx`, index);
    expect(known(folder)).toEqual([3, 4]);
  });

  test('takes one damaged pack for what another has whole', () => {
    const folder = temporaryFolder();
    const pack = fill(folder, [0]);
    fill(folder, [0]);
    writeFileSync(pack, Buffer.alloc(statSync(pack).size));
    expect(known(folder)).toEqual([0]);
  });
});

describe('eviction', () => {
  test('takes what was used longest ago, until the folder is small enough', () => {
    const folder = temporaryFolder();
    const first = fill(folder, [0]);
    const second = fill(folder, [1]);
    const now = Date.now();
    new FactsCache(folder).touch(now - 10_000);
    rmSync(`${first}.idx`);
    rmSync(`${second}.idx`);
    const cache = new FactsCache(folder);
    cache.touch(now - 5000);
    cache.close();
    fill(folder, [2]);
    const size = statSync(first).size + statSync(second).size;
    expect(evict(folder, 1, now - 1000)).toBe(size);
    expect(known(folder)).toEqual([2]);
  });

  test('leaves what is in use, however large it is', () => {
    const folder = temporaryFolder();
    fill(folder, [0, 1]);
    expect(evict(folder, 1, Date.now() - 60_000)).toBe(0);
    expect(known(folder)).toEqual([0, 1]);
  });

  test('leaves a folder alone that is small enough, and one that is not there', () => {
    const folder = temporaryFolder();
    fill(folder, [0]);
    expect(evict(folder, 1 << 20, Date.now() + 1000)).toBe(0);
    expect(evict(join(folder, 'none'), 1, 0)).toBe(0);
    expect(readdirSync(folder)).toEqual(['facts']);
  });
});
