import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { matchedRoutes } from 'hono/route';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Metrics } from './metrics.ts';
import type { Host, Part, WebEnv } from './part.ts';

/** A request id from outside is taken over when it can do no harm in a log. */
const REQUEST_ID = /^[\w.-]{1,64}$/;

/** The pages of all parts in one application, each request with an id, a line in the log and its time in the metrics. */
export function webApp(parts: readonly Part[], host: Host, metrics: Metrics): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.use(async (c, next) => {
    const given = c.req.header('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : randomUUID();
    const log = host.log.child({ request: requestId });
    c.set('requestId', requestId);
    c.set('log', log);
    const began = performance.now();
    await next();
    c.header('x-request-id', requestId);
    c.header('x-content-type-options', 'nosniff');
    const ms = performance.now() - began;
    const { status } = c.res;
    // Of the path only what the program names itself: paths and queries hold what strangers wrote, or secrets.
    const route = matchedRoutes(c).findLast((matched) => matched.method !== 'ALL')?.path ?? 'none';
    metrics.answered(c.req.method, route, status, ms / 1000);
    const line = { method: c.req.method, route, status, ms: Math.round(ms * 10) / 10 };
    // 503 is an answer of /readyz, asked for every few seconds: the outage has its own line.
    if (status >= 500 && status !== 503) log.error(line, 'request');
    else log.debug(line, 'request');
  });
  app.onError((error, c) => {
    const requestId = c.get('requestId');
    c.get('log').error({ err: error }, 'a request ended with an exception: this is a bug');
    return c.json({ error: 'internal error', request: requestId }, 500);
  });
  app.notFound((c) => c.json({ error: 'not found', request: c.get('requestId') }, 404));
  for (const part of parts) part.routes?.(app, host);
  return app;
}

/** Where a web server listens, and how to end it. */
export interface WebServer {
  readonly address: string;
  /** Takes no more connections, lets running requests end, and closes what is left after so many seconds. */
  readonly close: (seconds: number) => Promise<void>;
}

/** Starts to listen; port 0 takes a free one. */
export function listen(app: Hono<WebEnv>, hostname: string, port: number): Promise<Outcome<WebServer>> {
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname, port }) as import('node:http').Server;
    // Slow senders of headers and bodies are not waited for.
    server.headersTimeout = 15_000;
    server.requestTimeout = 60_000;
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(fail('server/listen', `cannot listen on ${hostname}:${port}`, error.message)),
    );
    server.once('listening', () => {
      const { address, port: taken, family } = server.address() as AddressInfo;
      const shown = family === 'IPv6' ? `[${address}]` : address;
      resolve(
        ok({
          address: `http://${shown}:${taken}`,
          close: (seconds) =>
            new Promise((closed) => {
              const late = setTimeout(() => server.closeAllConnections(), seconds * 1000);
              server.close(() => {
                clearTimeout(late);
                closed();
              });
              server.closeIdleConnections();
            }),
        }),
      );
    });
  });
}
