import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { Host, Part, WebEnv } from '../part.ts';
import { addAssets, readAssets } from './assets.ts';
import { Layout, type PageFrame, type Viewer } from './layout.tsx';
import { outagePage } from './outage-page.tsx';
import { pageHeaders } from './security.ts';

/** What every page is made with. */
export interface Desk {
  readonly host: Host;
  /** Writes a page in its frame; the status is 200 when it is not given. */
  readonly page: (
    c: Context<WebEnv>,
    frame: Pick<PageFrame, 'title' | 'area'>,
    content: Child,
    status?: 200 | 400 | 403 | 404 | 409 | 500 | 503,
  ) => Promise<Response>;
  /** Who sent the request; null for everybody who is not logged in. */
  readonly viewer: (c: Context<WebEnv>) => Promise<Viewer | null>;
}

/** A group of pages: adds its routes. */
export type Pages = (app: Parameters<NonNullable<Part['routes']>>[0], desk: Desk) => void;

/** What the dashboard is told by who starts it. */
export interface DashboardOptions {
  readonly version: string;
  readonly pages: readonly Pages[];
  readonly viewer: (c: Context<WebEnv>, host: Host) => Promise<Viewer | null>;
}

/**
 * The dashboard as a part of the bot: pages made on the server, which are whole without scripts.
 *
 * @example
 * const part = dashboard({ version: '0.1.0', pages: [inboxPages, locksPages(atlas)], viewer: viewerOf });
 */
export function dashboard({ version, pages, viewer }: DashboardOptions): Part {
  return {
    name: 'dashboard',
    routes(app, host) {
      const assets = readAssets();
      addAssets(app, assets);
      const desk: Desk = {
        host,
        viewer: (c) => viewer(c, host),
        async page(c, frame, content, status = 200) {
          const url = new URL(c.req.url);
          const rest = { viewer: await viewer(c, host), here: url.pathname + url.search, version, assets: assets.hash };
          c.status(status);
          return c.html(doctype(<Layout frame={{ ...frame, ...rest }}>{content}</Layout>));
        },
      };
      for (const path of ['/', '/series/*', '/locks', '/locks/*', '/health', '/login', '/logout', '/auth/*', '/source'])
        app.use(path, pageHeaders, outagePage({ version, assets: assets.hash }));
      for (const add of pages) add(app, desk);
    },
  };
}

function doctype(page: Child): string {
  return `<!DOCTYPE html>${String(page)}`;
}
