import { fail, type Outcome } from '../outcome/index.ts';
import { openTree } from '../tree/index.ts';
import { openLocks } from './analyse-locks.ts';
import { explainLocks } from './explain-locks.ts';
import { loadReviewRules } from './load-rules.ts';
import type { ExplainRequest } from './request.ts';
import type { Explanation } from './review.ts';

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
    const explained = explainLocks(locks, rules, notes, request.locks);
    index.close();
    if (trust && tree.value.unchanged && !(await tree.value.unchanged())) return runExplain(request, false);
    return explained;
  } finally {
    await tree.value.close();
  }
}
