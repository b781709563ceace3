import { type FaultCode, fail, type Outcome, ok } from '../outcome/index.ts';
import { nextWait, type Patience, retryAfter } from './backoff.ts';
import { allowedHost, type HostList } from './hosts.ts';
import { type HttpCache, type KeptAnswer, NO_CACHE } from './http-cache.ts';
import { ACCEPT, type Reply, readReply } from './http-reply.ts';
import { type Expected, judgeAnswer } from './judge-answer.ts';
import { type BodyLimits, readBody } from './read-body.ts';
import { startWatchdog } from './watchdog.ts';

/** What the client takes from its surroundings: the network, the clock (milliseconds) and waiting. */
export interface HttpEdge {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Bounds of one request, in milliseconds and bytes. */
export interface HttpLimits extends Patience {
  readonly idleMs: number;
  readonly totalMs: number;
  readonly body: BodyLimits;
  /** How long an answer is used again without asking, where the server does not say. */
  readonly freshMs: number;
}

/** Bounds that fit list archives: their threads stay below 20 MB packed. */
export const HTTP_LIMITS: HttpLimits = {
  attempts: 4,
  firstWaitMs: 1000,
  longestWaitMs: 60_000,
  idleMs: 30_000,
  totalMs: 300_000,
  body: { received: 32 << 20, unpacked: 128 << 20 },
  freshMs: 300_000,
};

/** One answer, unpacked. */
export interface HttpAnswer {
  /** Where it came from in the end. */
  readonly url: string;
  readonly bytes: Buffer;
  /** Whether the server sent it now, confirmed the kept copy, was not asked, or could not answer (`stale`). */
  readonly how: 'fetched' | 'confirmed' | 'kept' | 'stale';
  /** When it was received or confirmed, in milliseconds. */
  readonly at: number;
}

/** Reads from servers on the allow-list, one request at a time for each. */
export interface HttpClient {
  readonly hosts: HostList;
  readonly get: (url: string, expected: Expected, ask?: 'always' | 'if-old') => Promise<Outcome<HttpAnswer>>;
  /** Requests that went out so far. */
  readonly requests: () => number;
}

const MAX_REDIRECTS = 5;
/** A server that hangs is asked again once, not as often as one that answers "later". */
const MAX_TIMEOUTS = 2;
/** Faults that another try, another server or an old copy may mend. */
const PASSING: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'source/unreachable',
  'source/timeout',
  'source/rate-limited',
  'source/server-error',
  'source/truncated',
  'source/bot-wall',
]);

/** Whether another server may do better: everything that does not lie in the question or in our own limits. */
export function isPassing(code: FaultCode): boolean {
  return PASSING.has(code);
}

/**
 * A client with the manners that list archives ask for: named, one request at a time for each server, conditional where
 * an answer is kept, patient with servers that are busy, and bounded in time and size. Redirects are followed only to
 * servers on the list. Fails with the codes of `source/`.
 *
 * @example
 * const client = createHttpClient({ edge, hosts, userAgent: 'abbot/0.1.0', cache: NO_CACHE, limits: HTTP_LIMITS });
 * const thread = await client.get('https://lore.kernel.org/linux-pci/1-a@example.org/t.mbox.gz', 'mbox');
 */
export function createHttpClient(given: {
  readonly edge: HttpEdge;
  readonly hosts: HostList;
  readonly userAgent: string;
  readonly cache?: HttpCache;
  readonly limits?: HttpLimits;
  /** The Authorization header for an address, or null; asked for every hop of a redirect. */
  readonly authorize?: (url: URL) => string | null;
}): HttpClient {
  const { edge, hosts, userAgent, cache = NO_CACHE, limits = HTTP_LIMITS, authorize = () => null } = given;
  const queues = new Map<string, Promise<unknown>>();
  let requests = 0;

  /** Runs a task when everything before it on the same server is over. */
  const inTurn = <T>(origin: string, task: () => Promise<T>): Promise<T> => {
    const turn = (queues.get(origin) ?? Promise.resolve()).then(task);
    queues.set(
      origin,
      turn.catch(() => {}),
    );
    return turn;
  };

  /** One request; a redirect is an answer here. */
  const ask = async (url: URL, expected: Expected, kept: KeptAnswer | null): Promise<Outcome<Reply>> => {
    const dog = startWatchdog(limits.idleMs, limits.totalMs);
    requests++;
    const authorization = authorize(url);
    try {
      const response = await edge.fetch(url, {
        redirect: 'manual',
        signal: dog.signal,
        headers: {
          'user-agent': userAgent,
          accept: ACCEPT[expected],
          ...conditions(kept),
          ...(authorization === null ? {} : { authorization }),
        },
      });
      dog.poke();
      const read = async (limit: number) => readBody(poked(response.body, dog.poke), limit, url.host);
      return await readReply(response, read, url, expected, limits.body);
    } catch (error) {
      const barked = dog.barked();
      if (barked !== null) return fail('source/timeout', `${url.host} did not answer in time`, TOO_LATE[barked]);
      return fail('source/unreachable', `${url.host} cannot be reached`, reasonOf(error));
    } finally {
      dog.stop();
    }
  };

  /** Asks until there is an answer or patience ends. */
  const askPatiently = async (url: URL, expected: Expected, kept: KeptAnswer | null): Promise<Outcome<Reply>> => {
    let timeouts = 0;
    for (let failures = 1; ; failures++) {
      const reply = await ask(url, expected, kept);
      const asked = reply.ok && reply.value.kind === 'busy' ? retryAfter(reply.value.retryAfter, edge.now()) : null;
      const fault = !reply.ok ? reply : reply.value.kind === 'busy' ? reply.value.fault : null;
      if (fault === null) return reply;
      if (fault.fault.code === 'source/timeout' && ++timeouts >= MAX_TIMEOUTS) return fault;
      if (!isPassing(fault.fault.code) || fault.fault.code === 'source/bot-wall') return fault;
      const wait = nextWait(limits, failures, asked);
      if (wait === null) return fault;
      await edge.sleep(wait);
    }
  };

  const fetchAnswer = async (
    start: string,
    expected: Expected,
    kept: KeptAnswer | null,
  ): Promise<Outcome<HttpAnswer>> => {
    let url = new URL(start);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const allowed = allowedHost(hosts, url);
      if (!allowed.ok)
        return hops === 0
          ? allowed
          : fail('source/host-refused', `${new URL(start).host} redirects elsewhere`, allowed.fault.what);
      const here = url;
      const reply = await inTurn(here.origin, () => askPatiently(here, expected, kept));
      if (!reply.ok) return reply;
      const { value } = reply;
      if (value.kind === 'redirect') {
        if (!URL.canParse(value.to, here.href)) return fail('source/malformed', `${here.host} redirects to no address`);
        url = new URL(value.to, here);
        continue;
      }
      const at = edge.now();
      if (value.kind === 'unchanged' && kept !== null) {
        const body = await judgeAnswer(kept.body, null, expected, here.host, limits.body);
        if (!body.ok) return body;
        await cache.write({ ...kept, at });
        return ok({ url: here.href, bytes: body.value.bytes, how: 'confirmed', at });
      }
      if (value.kind !== 'body') return fail('source/malformed', `${here.host} says that nothing changed, unasked`);
      const freshMs = value.freshMs ?? limits.freshMs;
      await cache.write({ ...value, url: start, at, freshMs, body: value.body.received });
      return ok({ url: here.href, bytes: value.body.bytes, how: 'fetched', at });
    }
    return fail('source/malformed', `${url.host} redirects in a circle`);
  };

  return {
    hosts,
    requests: () => requests,
    async get(url, expected, when = 'if-old') {
      if (!URL.canParse(url)) return fail('source/address', `${url.slice(0, 200)} is not a link`);
      const allowed = allowedHost(hosts, new URL(url));
      if (!allowed.ok) return allowed;
      const kept = await cache.read(url);
      const usable =
        kept === null ? null : await judgeAnswer(kept.body, null, expected, new URL(url).host, limits.body);
      const copy = kept !== null && usable?.ok ? { url, bytes: usable.value.bytes, at: kept.at } : null;
      const age = kept === null ? 0 : edge.now() - kept.at;
      if (kept && copy && when === 'if-old' && age >= 0 && age < kept.freshMs) return ok({ ...copy, how: 'kept' });
      const answer = await fetchAnswer(url, expected, copy === null ? null : kept);
      if (!answer.ok && copy && isPassing(answer.fault.code)) return ok({ ...copy, how: 'stale' });
      return answer;
    },
  };
}

const TOO_LATE = { idle: 'it sent nothing for a while', total: 'the answer did not end' } as const;

function conditions(kept: KeptAnswer | null): Record<string, string> {
  if (kept?.etag) return { 'if-none-match': kept.etag };
  return kept?.lastModified ? { 'if-modified-since': kept.lastModified } : {};
}

async function* poked(body: ReadableStream<Uint8Array> | null, poke: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body ?? []) {
    poke();
    yield chunk;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  return cause.message || code || cause.name;
}
