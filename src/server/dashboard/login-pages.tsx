import { randomBytes, timingSafeEqual } from 'node:crypto';
import { getCookie, setCookie } from 'hono/cookie';
import type { FC } from 'hono/jsx';
import { closeSession, openSession, tokenOf } from '../../store/index.ts';
import { forgetSession, rememberSession, sentForm } from './account.ts';
import { refused, troubled } from './notices.tsx';
import type { Pages } from './part.tsx';
import { ownPlace } from './security.ts';

/** How people log in. */
export interface LoginOptions {
  /** The OAuth side of the GitHub App; null when it is not set up. */
  readonly github: {
    readonly clientId: string;
    readonly clientSecret: string;
    /** Logins that may do things. */
    readonly allowed: readonly string[];
    /** `https://github.com` and `https://api.github.com`, but for tests. */
    readonly web: string;
    readonly api: string;
  } | null;
  /** A token that the one who runs the bot has set (`ABBOT_TOKEN`), beside those in the database. */
  readonly token: string | null;
}

const STATE = 'abbot-login';

/** `/login` and `/logout`: by a token, or at GitHub for those on the list. Reading needs neither. */
export function loginPages(options: LoginOptions): Pages {
  return (app, desk) => {
    const { store, log } = desk.host;
    app.get('/login', (c) => {
      const to = ownPlace(c.req.query('to'));
      return desk.page(c, { title: 'Log in', area: 'login' }, <Login to={to} github={options.github !== null} />);
    });
    app.post('/login', async (c) => {
      const form = await c.req.parseBody();
      const given = String(form['token'] ?? '').trim();
      const own = options.token !== null && same(given, options.token);
      const token = own ? null : await tokenOf(store, given);
      if (!own && (token === null || !token.scopes.includes('write')))
        return troubled(c, desk, 403, 'This token is not known, has ended, or may only read.');
      const login = own ? 'operator' : `token:${token?.name ?? ''}`;
      rememberSession(c, await openSession(store, { login, name: login }));
      return c.redirect(ownPlace(String(form['to'] ?? '/')), 303);
    });
    app.post('/logout', async (c) => {
      const form = await sentForm(c, await desk.viewer(c));
      if (form === null) return refused(c, desk);
      const id = forgetSession(c);
      if (id !== undefined) await closeSession(store, id);
      return c.redirect('/', 303);
    });

    const { github } = options;
    if (github === null) return;
    app.get('/auth/github', (c) => {
      const state = `${randomBytes(16).toString('base64url')} ${ownPlace(c.req.query('to'))}`;
      setCookie(c, STATE, state, { httpOnly: true, sameSite: 'Lax', path: '/auth', maxAge: 600 });
      const address = new URL('/login/oauth/authorize', github.web);
      address.searchParams.set('client_id', github.clientId);
      address.searchParams.set('state', state.split(' ')[0] ?? '');
      return c.redirect(address.href);
    });
    app.get('/auth/github/callback', async (c) => {
      const [state = '', to = '/'] = (getCookie(c, STATE) ?? '').split(' ');
      const { code, state: given } = c.req.query();
      if (state === '' || code === undefined || !same(given ?? '', state))
        return troubled(c, desk, 403, 'The login was not begun here, or took too long. Try again.');
      const login = await loginAtGitHub(github, code).catch((error: unknown) => {
        log.warn({ err: error }, 'GitHub did not say who logs in');
        return null;
      });
      if (login === null) return troubled(c, desk, 503, 'GitHub did not say who you are. Try again later.');
      if (!github.allowed.some((name) => name.toLowerCase() === login.toLowerCase()))
        return troubled(c, desk, 403, `${login} is not on the list of those who may log in here.`);
      rememberSession(c, await openSession(store, { login, name: login }));
      return c.redirect(ownPlace(to), 303);
    });
  };
}

/** Turns GitHub's code into the name of the account; the token that this needs is not kept. */
async function loginAtGitHub(github: NonNullable<LoginOptions['github']>, code: string): Promise<string | null> {
  const asked = await fetch(new URL('/login/oauth/access_token', github.web), {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: github.clientId, client_secret: github.clientSecret, code }),
    signal: AbortSignal.timeout(15_000),
  });
  const { access_token: token } = (await asked.json()) as { access_token?: string };
  if (!asked.ok || typeof token !== 'string') return null;
  const user = await fetch(new URL('/user', github.api), {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(15_000),
  });
  const { login } = (await user.json()) as { login?: string };
  return user.ok && typeof login === 'string' && /^[A-Za-z0-9-]{1,39}$/.test(login) ? login : null;
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const Login: FC<{ to: string; github: boolean }> = ({ to, github }) => (
  <>
    <h1>Log in</h1>
    <p>Everything can be read without a login. It is needed to change something: review again, ignore, consent.</p>
    {github ? (
      <p>
        <a class="button" href={`/auth/github?to=${encodeURIComponent(to)}`}>
          Log in with GitHub
        </a>
      </p>
    ) : null}
    <form method="post" action="/login" class="filters">
      <input type="hidden" name="to" value={to} />
      <label class="search">
        Token
        <input type="password" name="token" required autocomplete="current-password" />
      </label>
      <button type="submit">Log in</button>
    </form>
  </>
);
