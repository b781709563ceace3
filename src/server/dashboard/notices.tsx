import type { Context } from 'hono';
import type { WebEnv } from '../part.ts';
import type { Desk } from './part.tsx';

type Status = NonNullable<Parameters<Desk['page']>[3]>;

/** A page that says in plain words why there is nothing else on it. */
export function troubled(c: Context<WebEnv>, desk: Desk, status: Status, what: string): Promise<Response> {
  const content = (
    <div class="notice bad" role="alert">
      <h1>{TITLES[status] ?? 'That did not work'}</h1>
      <p>{what}</p>
      <p>
        <a href="/">Back to the inbox</a>
      </p>
    </div>
  );
  return desk.page(c, { title: TITLES[status] ?? 'Trouble', area: 'series' }, content, status);
}

const TITLES: Partial<Record<Status, string>> = {
  403: 'Not allowed',
  404: 'Not found',
  503: 'The database does not answer',
};

/** What an unknown number or name leads to. */
export function notFound(c: Context<WebEnv>, desk: Desk, what: string): Promise<Response> {
  return troubled(c, desk, 404, what);
}

/** What a form leads to that is not of a page of ours, or whose session has ended. */
export function refused(c: Context<WebEnv>, desk: Desk): Promise<Response> {
  return troubled(c, desk, 403, 'This needs a login, and a form from this site. Log in and try again.');
}
