import type { Engine } from '../review/index.ts';

/** Loads the review room, which is too much to read for `abbot --version`. */
export async function loadEngine(): Promise<Engine> {
  const door: object = await import('../review/index.ts');
  if (!isEngine(door)) throw new Error('this build cannot review');
  return door;
}

function isEngine(door: object): door is Engine {
  const parts: Partial<Record<keyof Engine, unknown>> = door;
  return typeof parts.runReview === 'function';
}
