import { describe, expect, test } from 'vitest';
import { blobId, overlay } from '../../src/tree/index.ts';
import { collect, opened, paths, text } from './opened.ts';
import { temporaryFolder, temporaryRepository } from './repository.ts';

const bytes = (content: string) => new TextEncoder().encode(content);
const TREE = { 'a.c': 'int a;\n', 'b.c': 'int b;\n', Makefile: 'all:\n' };

describe('an overlay', () => {
  test('shows changed, added and removed files, and the rest of its base', async () => {
    const tree = overlay(
      await opened(temporaryRepository(TREE)),
      new Map([
        ['a.c', bytes('int changed;\n')],
        ['b.c', null],
        ['c.c', bytes('int c;\n')],
        ['Kconfig', bytes('')],
      ]),
    );
    expect(await paths(tree)).toEqual(['a.c', 'c.c']);
    expect(await collect(tree.readMany(['c.c', 'Makefile', 'b.c', 'a.c', 'none']))).toEqual([
      ['c.c', 'int c;\n'],
      ['Makefile', 'all:\n'],
      ['b.c', null],
      ['a.c', 'int changed;\n'],
      ['none', null],
    ]);
    expect([await tree.has('b.c'), await tree.has('Kconfig'), await tree.has('Makefile')]).toEqual([false, true, true]);
  });

  test('knows the blob ids of new content', async () => {
    const tree = overlay(
      await opened(temporaryFolder(TREE)),
      new Map([
        ['a.c', bytes('x')],
        ['b.c', null],
      ]),
    );
    expect(await tree.list()).toEqual([{ path: 'a.c', blob: blobId(bytes('x')), size: 1 }]);
    expect(await tree.blobId('b.c')).toBeNull();
    expect(await tree.blobId('Makefile')).toBe(blobId(bytes('all:\n')));
  });

  test('gives changed files at once, and undefined for what it does not touch', async () => {
    const tree = overlay(
      await opened(temporaryFolder(TREE)),
      new Map([
        ['b.c', null],
        ['a.c', bytes('x')],
      ]),
    );
    expect(tree.changed).toEqual(['a.c', 'b.c']);
    expect([tree.get('a.c'), tree.get('b.c'), tree.get('Makefile')]).toEqual([bytes('x'), null, undefined]);
  });

  test('has an id that depends on the base and the changes, not on their order', async () => {
    const base = await opened(temporaryFolder(TREE));
    const one = overlay(
      base,
      new Map([
        ['a.c', bytes('x')],
        ['b.c', null],
      ]),
    );
    const two = overlay(
      base,
      new Map([
        ['b.c', null],
        ['a.c', bytes('x')],
      ]),
    );
    const other = overlay(
      base,
      new Map([
        ['a.c', bytes('y')],
        ['b.c', null],
      ]),
    );
    expect(two.id).toBe(one.id);
    expect(new Set([base.id, one.id, other.id]).size).toBe(3);
  });

  test('can lie on another overlay', async () => {
    const first = overlay(await opened(temporaryFolder(TREE)), new Map([['a.c', bytes('1')]]));
    const second = overlay(first, new Map([['b.c', bytes('2')]]));
    expect([await text(second, 'a.c'), await text(second, 'b.c'), await text(first, 'b.c')]).toEqual([
      '1',
      '2',
      'int b;\n',
    ]);
  });
});
