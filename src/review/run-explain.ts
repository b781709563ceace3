import { explainPair, type LockIndex, nearest } from '../locks/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { openTree } from '../tree/index.ts';
import { openLocks } from './analyse-locks.ts';
import { witnessPath } from './assemble-findings.ts';
import { loadReviewRules } from './load-rules.ts';
import type { ExplainRequest } from './request.ts';
import type { Explanation } from './review.ts';

/** Names that a misspelt class is compared with, at most. */
const NAMED = 3;

/**
 * All paths on which one lock class is taken under another, in both directions. Fails with `locks/no-such-class`, and the
 * codes of `tree/` and `cache/`.
 *
 * @example
 * const both = await runExplain({ ...request, locks: ['device.mutex', 'pci_rescan_remove_lock'] });
 */
export async function runExplain(request: ExplainRequest, trust = true): Promise<Outcome<Explanation>> {
  if (request.tree === null)
    return fail('usage/argument', 'no tree is given', 'the paths of two locks go through one', 'add --tree DIR');
  const loaded = await loadReviewRules(request, request.cacheDir);
  if (!loaded.ok) return loaded;
  const { rules, notes } = loaded.value;
  const tree = await openTree(request.tree, request.base ?? undefined, { cacheDir: request.cacheDir, trust });
  if (!tree.ok) return tree;
  try {
    const opened = await openLocks(tree.value, rules, request);
    if (!opened.ok) return opened;
    const { index, locks } = opened.value;
    const [a, b] = request.locks;
    const explained = explainPair(locks, rules, a, b);
    index.close();
    if (trust && tree.value.unchanged && !(await tree.value.unchanged())) return runExplain(request, false);
    if (explained === null) return unknownClass(request.locks, locks);
    const { files, functions, unresolvedCalls } = index.counts;
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
        notes,
      },
    });
  } finally {
    await tree.value.close();
  }
}

/** Says which class is not known, and which names come near. */
function unknownClass(names: readonly string[], { locks }: LockIndex): Outcome<never> {
  const name = names.find((text) => locks.find(text) < 0) ?? '';
  const classes = locks.all().filter((_, id) => locks.isClass(id));
  const within = classes.filter((text) => text === name || text.split(/[.:]/).includes(name)).slice(0, NAMED);
  const near = within.length > 0 ? within : [nearest(name, classes)].filter((text) => text !== null);
  const hint = near.length > 0 ? `did you mean ${near.join(', or ')}?` : undefined;
  return fail('locks/no-such-class', `the tree has no lock class '${name.slice(0, 100)}'`, undefined, hint);
}
