import type { MiddlewareHandler } from 'hono';
import { databaseFault } from '../../store/index.ts';
import type { WebEnv } from '../part.ts';
import { Layout, type PageFrame } from './layout.tsx';

/** In place of a page for which the database was needed and did not answer: one that needs no database. */
export function outagePage(frame: Pick<PageFrame, 'version' | 'assets'>): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    if (c.error === undefined) return;
    const away = databaseFault(c.error, 'the database') !== null;
    const title = away ? 'The database does not answer' : 'Something went wrong';
    const page = (
      <Layout frame={{ title, area: 'series', viewer: null, here: '/', ...frame }}>
        <div class="notice bad" role="alert">
          <h1>{title}</h1>
          <p>
            {away
              ? 'Nothing is lost: what was kept is kept. This page comes back as soon as the database does.'
              : 'This is a fault of abbot. It stands in the log under the number of this request.'}
          </p>
          <p class="count">request {c.get('requestId')}</p>
          <p>
            <a href="/">Try again</a>
          </p>
        </div>
      </Layout>
    );
    const headers = { 'content-type': 'text/html; charset=utf-8', 'retry-after': '10' };
    c.res = new Response(`<!DOCTYPE html>${String(page)}`, { status: away ? 503 : 500, headers });
  };
}
