import { describe, expect, test } from 'vitest';
import { openTree, type Tree } from '../../src/tree/index.ts';
import { linuxTree } from './data.ts';

const linux = linuxTree('6.12');

describe.skipIf(linux === null)('the source of Linux 6.12', () => {
  async function opened(): Promise<Tree> {
    const tree = await openTree(linux ?? '');
    if (!tree.ok) throw new Error(tree.fault.what);
    return tree.value;
  }

  test('is listed completely, with nothing unreadable and no link among its files', async () => {
    const tree = await opened();
    const entries = await tree.list();
    const leftOut = await tree.leftOut();
    expect(entries.filter((entry) => /\.[ch]$/.test(entry.path)).length).toBeGreaterThan(59_000);
    expect(leftOut.unreadable).toEqual([]);
    expect(leftOut.tooLarge).toEqual([]);
    expect(leftOut.symlinks).toContain('include/dt-bindings/input/linux-event-codes.h');
    expect(entries.some((entry) => leftOut.symlinks.includes(entry.path))).toBe(false);
  });

  test('reads every file of drivers/pci in the order asked for', async () => {
    const tree = await opened();
    const entries = (await tree.list()).filter((entry) => entry.path.startsWith('drivers/pci/'));
    const read: string[] = [];
    for await (const { path, bytes } of tree.readMany(entries.map((entry) => entry.path))) {
      read.push(path);
      expect(bytes?.length).toBe(entries[read.length - 1]?.size);
    }
    expect(read).toEqual(entries.map((entry) => entry.path));
    expect(read.length).toBeGreaterThan(200);
  });
});
