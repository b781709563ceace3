import { type Engine, runCompare, runExplain, runIndex, runReview, runRulesCheck } from '../review/index.ts';

/** Loads the room of sources, with its parsers. */
export async function loadSources(): Promise<typeof import('../sources/index.ts')> {
  return import('../sources/index.ts');
}

/** The commands of the review room; each loads what it needs when it is called. The schemas are left out: they need much. */
export async function loadEngine(): Promise<Engine> {
  return { runCompare, runExplain, runIndex, runReview, runRulesCheck };
}
