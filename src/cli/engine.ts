import type { Engine } from '../review/index.ts';

/** Loads the room of sources, with its parsers. */
export async function loadSources(): Promise<typeof import('../sources/index.ts')> {
  return import('../sources/index.ts');
}

/** Loads the review room, which is too much to read for `abbot --version`. */
export async function loadEngine(): Promise<Engine> {
  return import('../review/index.ts');
}
