import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createHttpClient, HTTP_LIMITS, type HttpClient, type HttpLimits, readHosts } from '../../src/sources/index.ts';

/** A real server on 127.0.0.1 that answers as a test says, and remembers what it was asked. */
export interface LocalServer {
  readonly origin: string;
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** The most requests that were open at one time. */
  readonly mostAtOnce: () => number;
  readonly close: () => Promise<void>;
}

export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<LocalServer> {
  const asked: LocalServer['asked'] = [];
  const sockets = new Set<Socket>();
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    most = Math.max(most, ++open);
    response.on('close', () => open--);
    answer(request, response, asked.length);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    mostAtOnce: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A client that really uses the network, whose clock stands still but for its own waiting. */
export function clientFor(
  origins: readonly string[],
  given: Partial<HttpLimits> & {
    cache?: Parameters<typeof createHttpClient>[0]['cache'];
    mirrors?: Record<string, readonly string[]>;
  } = {},
): { client: HttpClient; waits: number[]; tick: (ms: number) => void } {
  const { cache, mirrors, ...limits } = given;
  const hosts = readHosts(origins, mirrors);
  if (!hosts.ok) throw new Error(hosts.fault.what);
  let now = Date.parse('2026-03-01T12:00:00Z');
  const waits: number[] = [];
  const client = createHttpClient({
    edge: {
      fetch: globalThis.fetch,
      now: () => now,
      sleep: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    },
    hosts: hosts.value,
    userAgent: 'abbot/0.0.0 (test)',
    ...(cache ? { cache } : {}),
    limits: { ...HTTP_LIMITS, idleMs: 2000, totalMs: 4000, ...limits },
  });
  return {
    client,
    waits,
    tick: (ms) => {
      now += ms;
    },
  };
}
