import { type Outcome, ok } from '../outcome/index.ts';
import { openTree } from '../tree/index.ts';
import { openLocks } from './analyse-locks.ts';
import { loadReviewRules } from './load-rules.ts';
import type { IndexRequest, IndexSummary } from './request.ts';

/**
 * Reads a tree into the facts cache, or finds it there, and counts what it holds. Fails with the codes of `tree/` and
 * `cache/`.
 *
 * @example
 * const summary = await runIndex({ ...request, tree: '/src/linux' });
 */
export async function runIndex(request: IndexRequest): Promise<Outcome<IndexSummary>> {
  const begun = request.now();
  const loaded = await loadReviewRules(request, request.cacheDir);
  if (!loaded.ok) return loaded;
  const { rules } = loaded.value;
  const tree = await openTree(request.tree, request.base ?? undefined, { cacheDir: request.cacheDir, trust: false });
  if (!tree.ok) return tree;
  try {
    const opened = await openLocks(tree.value, rules, request);
    if (!opened.ok) return opened;
    const { index, locks } = opened.value;
    index.close();
    const { files, functions, callSites, unresolvedCalls, slots, bytes } = index.counts;
    return ok({
      files,
      functions,
      callSites,
      lockSites: locks.lockSites,
      classes: locks.locks.all().filter((_, id) => locks.locks.isClass(id)).length,
      unresolved: unresolvedCalls,
      slots,
      seconds: (request.now() - begun) / 1000,
      bytes,
      leftOut: await tree.value.leftOut(),
    });
  } finally {
    await tree.value.close();
  }
}
