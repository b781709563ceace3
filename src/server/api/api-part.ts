import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { databaseFault } from '../../store/index.ts';
import type { Part, WebEnv } from '../part.ts';
import { type Api, page } from './api.ts';
import { outboxRoutes } from './outbox-routes.ts';
import { type ExplainPair, pairRoutes } from './pair-routes.ts';
import { reviewRoutes } from './reviews-routes.ts';

/** Bytes of a request: nothing that is asked of the API is longer. */
const LARGEST = 64 * 1024;

/** What the API is told by who starts it. */
export interface ApiOptions {
  readonly version: string;
  readonly explain: ExplainPair;
}

/**
 * The JSON API under `/api`, and its description at `/api/openapi.json`, made from the same schemas that read requests.
 *
 * @example
 * const part = apiPart({ version: '0.1.0', explain: null });
 */
export function apiPart({ version, explain }: ApiOptions): Part {
  return {
    name: 'api',
    routes(app, host) {
      const api: Api = new OpenAPIHono<WebEnv>({
        defaultHook(result, c) {
          if (result.success) return;
          const [issue] = result.error.issues;
          const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
          return c.json(page(c, `${where}${issue?.message ?? 'the request cannot be read'}`.slice(0, 300)), 400);
        },
      });
      const limited = bodyLimit({ maxSize: LARGEST, onError: (c) => c.json(page(c, 'the request is too long'), 413) });
      // Webhooks of GitHub come below /api too, and have a limit of their own.
      api.use((c, next) => (c.req.path.startsWith('/api/github/') ? next() : limited(c, next)));
      api.use(async (c, next) => {
        await next();
        c.header('cache-control', 'no-store');
      });
      api.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
      reviewRoutes(api, host);
      pairRoutes(api, explain, host);
      outboxRoutes(api, host);
      api.doc31('/openapi.json', {
        openapi: '3.1.0',
        info: { title: 'abbot', version, description: 'Reviews of kernel patch series for lock-order deadlocks' },
        servers: [{ url: '/api' }],
      });
      api.notFound((c) => c.json(page(c, 'there is nothing at this address of the API'), 404));
      api.onError((error, c) => {
        // A body that is no JSON is the sender's mistake; everything else is ours, and the server's to tell.
        if ('status' in error && error.status === 400) return c.json(page(c, 'the body is not JSON'), 400);
        if (databaseFault(error, '') !== null) return c.json(page(c, 'the database does not answer'), 503);
        throw error;
      });
      app.route('/api', api);
    },
  };
}
