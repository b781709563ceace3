import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type BodyLimits, gunzip } from './read-body.ts';

/** What a request is for. */
export type Expected = 'mbox' | 'atom' | 'json';

/** A body as it was received, and unpacked. */
export interface Body {
  readonly received: Buffer;
  readonly bytes: Buffer;
}

const NOUN: Readonly<Record<Expected, string>> = { mbox: 'mails', atom: 'a feed', json: 'data' };

/**
 * Unpacks a body and tells whether it is what was asked for. A web page in its place is how servers that guard
 * themselves against robots answer, with status 200 too (`source/bot-wall`).
 */
export async function judgeAnswer(
  received: Buffer,
  type: string | null,
  expected: Expected,
  host: string,
  limits: BodyLimits,
): Promise<Outcome<Body>> {
  const unpacked = await gunzip(received, limits.unpacked, host);
  if (!unpacked.ok) return unpacked;
  const bytes = unpacked.value;
  const start = bytes
    .toString('latin1', 0, 512)
    .replace(/^\uFEFF|^\xEF\xBB\xBF/, '')
    .trimStart()
    .toLowerCase();
  const page =
    /^<(?:!doctype html|html|head|body|script)/.test(start) ||
    (/^text\/html/i.test(type ?? '') && start.startsWith('<'));
  if (page)
    return fail(
      'source/bot-wall',
      `${host} answered with a web page instead of ${NOUN[expected]}`,
      'it may be guarding itself against robots',
    );
  const fits = {
    // A mailbox starts with a `From ` line or a header; an empty one is an answer too.
    mbox: bytes.length === 0 || /^(?:from |[a-z][a-z0-9_.-]{0,76}[ \t]{0,4}:)/.test(start),
    atom: start.startsWith('<?xml') || start.startsWith('<feed'),
    json: start.startsWith('{') || start.startsWith('['),
  }[expected];
  return fits ? ok({ received, bytes }) : fail('source/malformed', `${host} did not answer with ${NOUN[expected]}`);
}
