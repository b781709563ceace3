import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SESSION_DAYS, sessionUser } from '../../store/index.ts';
import type { Host, WebEnv } from '../part.ts';
import type { Viewer } from './layout.tsx';
import { csrfOf, isCsrf } from './security.ts';

const COOKIE = 'abbot-session';

/** Who sent a request: told by the cookie of the session; null for everybody else. */
export async function viewerOf(c: Context<WebEnv>, host: Host): Promise<Viewer | null> {
  const id = getCookie(c, COOKIE);
  if (id === undefined || id === '') return null;
  const user = await sessionUser(host.store, id);
  return user === null ? null : { id: user.id, login: user.login, csrf: csrfOf(id) };
}

/** Gives the browser its session: not readable by scripts, not sent from other sites' forms. */
export function rememberSession(c: Context<WebEnv>, id: string): void {
  const secure = new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
  setCookie(c, COOKIE, id, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: SESSION_DAYS * 86_400, secure });
}

/** The id of the session of a request; it is forgotten by the browser. */
export function forgetSession(c: Context<WebEnv>): string | undefined {
  return deleteCookie(c, COOKIE);
}

/** A form that somebody sent who is logged in, from a page of ours. */
export interface SentForm {
  readonly viewer: Viewer;
  readonly text: (name: string) => string;
}

/** Reads a form; null when whoever sent it is not logged in or it does not come from a page of ours. */
export async function sentForm(c: Context<WebEnv>, viewer: Viewer | null): Promise<SentForm | null> {
  const id = getCookie(c, COOKIE);
  if (viewer === null || id === undefined) return null;
  const origin = c.req.header('origin');
  if (origin !== undefined && !sameHost(origin, c)) return null;
  const form = await c.req.parseBody();
  if (!isCsrf(id, form['csrf'])) return null;
  return {
    viewer,
    text: (name) => {
      const value = form[name];
      return typeof value === 'string' ? value.replaceAll('\u0000', '').trim() : '';
    },
  };
}

/** Behind a proxy the scheme may differ, the host does not. */
function sameHost(origin: string, c: Context<WebEnv>): boolean {
  return URL.canParse(origin) && new URL(origin).host === (c.req.header('x-forwarded-host') ?? c.req.header('host'));
}
