import { explainPair, type LockIndex, type RuleSet } from '../locks/index.ts';
import { type Outcome, ok } from '../outcome/index.ts';
import { witnessPath } from './assemble-findings.ts';
import { unknownClass } from './atlas-classes.ts';
import type { Explanation } from './review.ts';

/** What an open tree says of a pair of lock classes. Fails with `locks/no-such-class`. */
export function explainLocks(
  index: LockIndex,
  rules: RuleSet,
  notes: readonly string[],
  [a, b]: readonly [string, string],
): Outcome<Explanation> {
  const explained = explainPair(index, rules, a, b);
  if (explained === null) return unknownClass(index, index.locks.find(a) < 0 ? a : b);
  const { files, functions, unresolvedCalls } = index.tree.counts;
  return ok({
    locks: [a, b],
    forward: explained.forward.map(witnessPath),
    reverse: explained.reverse.map(witnessPath),
    statistics: explained.statistics,
    coverage: {
      mode: 'tree',
      files,
      functions,
      unresolvedCalls,
      unknownLocks: 0,
      unparsed: [],
      boundsHit: [...explained.boundsHit],
      notes: [...notes],
    },
  });
}
