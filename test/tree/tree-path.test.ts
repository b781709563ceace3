import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCLike, isTreePath } from '../../src/tree/index.ts';

test('a path that is accepted stays inside whatever folder it is joined to', () => {
  const part = fc.oneof(fc.constantFrom('..', '.', '', 'a', 'b.c', '\0', '...'), fc.string({ maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const path = parts.join('/');
      if (isTreePath(path)) expect(join('/root', path)).toBe(`/root/${path}`);
    }),
  );
});

test.each(['a.c', 'x/y.h', 'block/foo.c.inc', 'tools/x.cpp'])('%s is C-like', (path) => {
  expect(isCLike(path)).toBe(true);
});

test.each(['a.S', 'x.c/readme', 'Makefile', 'a.rs', 'c', 'a.dts'])('%s is not', (path) => {
  expect(isCLike(path)).toBe(false);
});
