import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { WebEnv } from '../part.ts';

/**
 * What a page may load and do: our own files and nothing else. No script, style or handler inside the page, no frame
 * around it, no form that leads elsewhere but to the login at GitHub.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self' https://github.com",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sets the headers of every page. */
export const pageHeaders: MiddlewareHandler<WebEnv> = async (c, next) => {
  await next();
  c.header('content-security-policy', POLICY);
  c.header('x-content-type-options', 'nosniff');
  c.header('referrer-policy', 'same-origin');
  c.header('cross-origin-opener-policy', 'same-origin');
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
};

/** The value that proves that a form came from a page of this session; it changes with the session. */
export function csrfOf(session: string): string {
  return createHmac('sha256', session).update('abbot csrf').digest('base64url');
}

/** Whether a form's proof is that of the session. Takes the same time for every wrong one. */
export function isCsrf(session: string, given: unknown): boolean {
  const wanted = Buffer.from(csrfOf(session));
  const got = Buffer.from(typeof given === 'string' ? given : '');
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}

/** A place of ours to go back to; anything that could lead elsewhere is the front page. */
export function ownPlace(to: string | undefined): string {
  if (to === undefined || to.length > 2000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(to)) return '/';
  const url = new URL(to, 'http://abbot.invalid');
  return url.host === 'abbot.invalid' ? `${url.pathname}${url.search}` : '/';
}
