import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FilePlaces, WORLD } from '../../src/tree/file-places.ts';

/** What nearness means, told with the paths themselves. */
function nearnessOfPaths(a: string, b: string): number {
  let i = 0;
  let slash = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) {
    if (a[i] === '/') slash = i + 1;
    i++;
  }
  return slash * 4 + (a.startsWith('include/') ? 3 : a.startsWith('arch/x86/') ? 2 : a.startsWith('tools/') ? 0 : 1);
}

const part = fc.constantFrom('include', 'arch', 'x86', 'arm', 'tools', 'drivers', 'pci', 'in', 'a');
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `${parts.join('/')}.c`);

describe('file places', () => {
  test('nearness is the length of the common folder, and a bonus for headers for everybody', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 2, maxLength: 6 }), (paths) => {
        const places = new FilePlaces((file) => paths[file] as string);
        for (let a = 0; a < paths.length; a++)
          for (let b = 0; b < paths.length; b++)
            expect(places.nearness(a, b)).toBe(nearnessOfPaths(paths[a] as string, paths[b] as string));
      }),
    );
  });

  test('an architecture, the tools and the scripts are worlds of their own', () => {
    const paths = ['arch/x86/a.c', 'arch/x86/kvm/b.c', 'arch/arm/a.c', 'tools/perf/a.c', 'scripts/a.c', 'mm/a.c'];
    const places = new FilePlaces((file) => paths[file] as string);
    const worlds = paths.map((_, file) => places.world(file));
    expect(worlds[0]).toBe(WORLD.X86);
    expect(worlds[1]).toBe(WORLD.X86);
    expect(worlds[5]).toBe(WORLD.COMMON);
    expect(new Set(worlds).size).toBe(5);
    expect(worlds.map((world) => world & 1)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test('a file beside the architectures belongs to none', () => {
    const paths = ['arch/Kconfig.h', 'tools/a.h'];
    const places = new FilePlaces((file) => paths[file] as string);
    expect(places.world(0)).toBe(WORLD.COMMON);
    expect(places.world(1)).toBe(WORLD.COMMON);
    expect(places.isHeader(0)).toBe(true);
  });

  test('a file that gets another path is looked at again', () => {
    const paths = ['arch/arm/a.h'];
    const places = new FilePlaces((file) => paths[file] as string);
    expect(places.isHeader(0)).toBe(true);
    paths[0] = 'mm/a.c';
    places.forget(0);
    expect(places.isHeader(0)).toBe(false);
    expect(places.world(0)).toBe(WORLD.COMMON);
  });
});
