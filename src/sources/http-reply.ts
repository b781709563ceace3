import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type Body, type Expected, judgeAnswer } from './judge-answer.ts';
import type { BodyLimits } from './read-body.ts';

/** What a server said to one request. */
export type Reply =
  | {
      readonly kind: 'body';
      readonly body: Body;
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly freshMs: number | null;
    }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'busy';
      readonly fault: ReturnType<typeof fail>;
      readonly retryAfter: string | null;
    };

/** The Accept header of a request. */
export const ACCEPT: Readonly<Record<Expected, string>> = {
  mbox: 'application/gzip, application/mbox, text/plain;q=0.9, */*;q=0.1',
  atom: 'application/atom+xml, application/xml;q=0.9',
  json: 'application/json',
};
/** Reads a response to its end; `read` bounds its body. Fails when asking the same again is no use, or with a network fault. */
export async function readReply(
  response: Response,
  read: (limit: number) => Promise<Outcome<Buffer>>,
  url: URL,
  expected: Expected,
  limits: BodyLimits,
): Promise<Outcome<Reply>> {
  const { status, headers } = response;
  if (status === 304 || [301, 302, 303, 307, 308].includes(status)) {
    await response.body?.cancel();
    return ok(status === 304 ? { kind: 'unchanged' } : { kind: 'redirect', to: headers.get('location') ?? 'http://' });
  }
  if (status === 429 || [500, 502, 503, 504].includes(status)) {
    await response.body?.cancel();
    const after = headers.get('retry-after');
    const fault =
      status === 429
        ? fail(
            'source/rate-limited',
            `${url.host} asks to be left alone for now`,
            after ? `Retry-After: ${after.slice(0, 40)}` : 'status 429',
          )
        : fail('source/server-error', `${url.host} failed`, `status ${status}`);
    return ok({ kind: 'busy', fault, retryAfter: after });
  }
  const body = await read(limits.received);
  if (!body.ok) return body;
  if ([300, 404, 410].includes(status))
    return fail('source/not-found', `${url.host} has no ${url.pathname.slice(0, 300)}`);
  const judged = await judgeAnswer(body.value, headers.get('content-type'), expected, url.host, limits);
  if (status === 200) {
    if (!judged.ok) return judged;
    return ok({
      kind: 'body',
      body: judged.value,
      etag: headers.get('etag'),
      lastModified: headers.get('last-modified'),
      freshMs: freshness(headers.get('cache-control')),
    });
  }
  if (!judged.ok && judged.fault.code === 'source/bot-wall') return judged;
  return fail('source/server-error', `${url.host} refused to answer`, `status ${status}`);
}

/** The `max-age` of Cache-Control in milliseconds, at most a day; null when it does not say. */
function freshness(value: string | null): number | null {
  if (value === null) return null;
  if (/no-(?:cache|store)/i.test(value)) return 0;
  const age = /max-age=(\d{1,9})/i.exec(value);
  return age ? Math.min(Number(age[1]), 86_400) * 1000 : null;
}
