import type { Child, FC } from 'hono/jsx';

/** Who looks at the page; null for everybody else, who may read. */
export interface Viewer {
  readonly id: number;
  readonly login: string;
  /** Goes into every form; a request without it changes nothing. */
  readonly csrf: string;
}

/** What every page has. */
export interface PageFrame {
  readonly title: string;
  readonly area: 'inbox' | 'series' | 'locks' | 'health' | 'login';
  readonly viewer: Viewer | null;
  /** Where this page is, to come back to after the login. */
  readonly here: string;
  readonly version: string;
  /** Hash in the address of the assets, so that a browser keeps them until they change. */
  readonly assets: string;
}

const AREAS = [
  ['inbox', '/', 'Inbox'],
  ['locks', '/locks', 'Locks'],
  ['health', '/health', 'Health'],
] as const;

/** htmx adds no style of its own and runs no code from attributes: the policy of the pages allows neither. */
const HTMX = '{"includeIndicatorCSS":false,"history":true,"mode":"same-origin"}';

/** The frame of every page: it is whole without scripts, which only make it livelier. */
export const Layout: FC<{ frame: PageFrame; children?: Child }> = ({ frame, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={HTMX} />
      <title>{`${frame.title} · abbot`}</title>
      <link rel="stylesheet" href={`/assets/${frame.assets}/abbot.css`} />
      <link rel="icon" href={`/assets/${frame.assets}/abbot.svg`} type="image/svg+xml" />
      <script src={`/assets/${frame.assets}/htmx.js`} defer />
      <script src={`/assets/${frame.assets}/hx-sse.js`} defer />
      <script src={`/assets/${frame.assets}/abbot.js`} defer />
    </head>
    <body data-area={frame.area}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          abbot
        </a>
        <nav aria-label="Areas">
          {AREAS.map(([area, href, name]) => (
            <a href={href} aria-current={area === frame.area ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <Account frame={frame} />
      </header>
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <footer class="bottom">
        <span>abbot {frame.version}</span>
        <a href="/api/openapi.json">API</a>
        <button type="button" class="quiet" data-keys hidden>
          Keys (?)
        </button>
      </footer>
      <KeysDialog />
    </body>
  </html>
);

const Account: FC<{ frame: PageFrame }> = ({ frame: { viewer, here } }) =>
  viewer ? (
    <form class="account" method="post" action="/logout">
      <span>{viewer.login}</span>
      <Csrf viewer={viewer} />
      <button type="submit" class="quiet">
        Log out
      </button>
    </form>
  ) : (
    <a class="account" href={`/login?to=${encodeURIComponent(here)}`}>
      Log in
    </a>
  );

/** The hidden field that proves that a form came from a page of ours. */
export const Csrf: FC<{ viewer: Viewer }> = ({ viewer }) => <input type="hidden" name="csrf" value={viewer.csrf} />;

const KEYS = [
  ['j / k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['/', 'search'],
  ['g i / g l / g h', 'go to Inbox, Locks, Health'],
  ['u', 'back to the inbox'],
  ['?', 'this help'],
] as const;

const KeysDialog: FC = () => (
  <dialog id="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    <dl class="keys">
      {KEYS.map(([key, does]) => (
        <div>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
    <form method="dialog">
      <button type="submit">Close</button>
    </form>
  </dialog>
);
