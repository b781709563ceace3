import { z } from 'zod';

/** `abbot.yaml`: every key is optional, and none is unknown. */
export const configSchema = z.strictObject({
  tree: z.string().min(1).optional().describe('sources that series are reviewed against'),
  base: z.string().min(1).optional().describe('revision of the tree'),
  rules: z.array(z.string().min(1)).optional().describe('folders with more rules'),
  cache: z.string().min(1).optional().describe('folder of the facts cache'),
  workers: z.number().int().min(1).max(64).optional(),
  color: z.enum(['auto', 'always', 'never']).optional(),
});
