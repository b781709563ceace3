import { createRoute, z } from '@hono/zod-openapi';
import { explain, type Outcome } from '../../outcome/index.ts';
import type { Explanation } from '../../review/index.ts';
import type { Host } from '../part.ts';
import { type Api, answers, page } from './api.ts';
import * as shapes from './shapes.ts';

/** Finds the paths of a pair of locks in the tree that is watched; null when the server has no tree. */
export type ExplainPair =
  | ((locks: readonly [string, string], signal: AbortSignal, host: Host) => Promise<Outcome<Explanation>>)
  | null;

const lock = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.:/@ -]+$/, 'the name of a lock class, such as device.mutex');

const pair = createRoute({
  method: 'get',
  path: '/pair',
  summary: 'Every path on which one of two locks is taken with the other held, in both directions',
  request: { query: z.object({ a: lock, b: lock }) },
  responses: answers('the paths', shapes.explanation, 400, 404, 503),
});

/** Explains pairs, one at a time: a search through a tree is work that nobody may ask for by the hundred. */
export function pairRoutes(api: Api, explainPair: ExplainPair, host: Host): void {
  let busy = false;
  api.openapi(pair, async (c) => {
    if (explainPair === null) return c.json(page(c, 'this server has no tree to search'), 404);
    if (busy) return c.json(page(c, 'another pair is being searched; ask again in a while'), 503);
    busy = true;
    const { a, b } = c.req.valid('query');
    try {
      const found = await explainPair([a, b], c.req.raw.signal, host);
      if (found.ok) return c.json(found.value as never, 200);
      const missing = found.fault.code === 'locks/no-such-class';
      return c.json(page(c, missing ? explain(found.fault) : 'the tree cannot be searched now'), missing ? 404 : 503);
    } finally {
      busy = false;
    }
  });
}
