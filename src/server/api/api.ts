import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { WebEnv } from '../part.ts';
import * as shapes from './shapes.ts';

/** The application that routes are added to, below `/api`. */
export type Api = OpenAPIHono<WebEnv>;

type Refused = 400 | 401 | 403 | 404 | 409 | 503;

const WORDS: Readonly<Record<Refused, string>> = {
  400: 'the request cannot be read',
  401: 'no token, or none that is in force',
  403: 'the token may not do that',
  404: 'there is no such thing',
  409: 'it is not in the state for that',
  503: 'not now',
};

/** The answers of a route that are no good ones. */
export function failure<S extends Refused>(...statuses: readonly S[]) {
  const content = { 'application/json': { schema: shapes.fault } };
  return Object.fromEntries(statuses.map((status) => [status, { description: WORDS[status], content }])) as {
    [K in S]: { description: string; content: typeof content };
  };
}

/** All answers of a route that gives JSON. */
export function answers<T extends z.ZodType, S extends Refused>(
  description: string,
  schema: T,
  ...statuses: readonly S[]
) {
  return { 200: { description, content: { 'application/json': { schema } } }, ...failure(...statuses) };
}

/** The body of an answer that is no good one. */
export function page(c: Context<WebEnv>, error: string): z.infer<typeof shapes.fault> {
  return { error, request: c.get('requestId') ?? '' };
}
