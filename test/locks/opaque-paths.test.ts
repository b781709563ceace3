import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOpaque, opaqueFiles } from '../../src/locks/opaque-paths.ts';
import type { RuleSet } from '../../src/locks/rules/index.ts';
import type { TreeIndex } from '../../src/tree/index.ts';

test('files found by their place in the order of paths are those that their paths tell', () => {
  const part = fc.constantFrom('lib', 'lib-x', 'lib.c', 'a', 'kernel', 'z0', 'kernel/rcu');
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), fc.array(fc.tuple(path, fc.boolean())), (files, opaque) => {
      const sorted = [...files].sort();
      const rules = {
        opaquePaths: opaque.map(([name, folder]) => ({ path: folder ? `${name}/` : name })),
      } as unknown as RuleSet;
      const tree = {
        symbols: { fileCount: sorted.length, path: (file: number) => sorted[file] },
      } as unknown as TreeIndex;
      expect([...opaqueFiles(tree, rules)]).toEqual(sorted.map((file) => (isOpaque(rules, file) ? 1 : 0)));
    }),
  );
});
