import type { Engine } from './request.ts';

// Each command reads only the modules that it needs: a comparison knows neither trees nor the lock search.

/** See run-compare.ts, which is loaded when it is called first. */
export const runCompare: Engine['runCompare'] = async (request) =>
  (await import('./run-compare.ts')).runCompare(request);

/** See run-explain.ts, which is loaded when it is called first. */
export const runExplain: Engine['runExplain'] = async (request) =>
  (await import('./run-explain.ts')).runExplain(request);

/** See run-index.ts, which is loaded when it is called first. */
export const runIndex: Engine['runIndex'] = async (request) => (await import('./run-index.ts')).runIndex(request);

/** See run-review.ts, which is loaded when it is called first. */
export const runReview: Engine['runReview'] = async (request) => (await import('./run-review.ts')).runReview(request);

/** See run-rules-check.ts, which is loaded when it is called first. */
export const runRulesCheck: Engine['runRulesCheck'] = async (request) =>
  (await import('./run-rules-check.ts')).runRulesCheck(request);
