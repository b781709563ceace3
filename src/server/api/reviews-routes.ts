import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  renderCheckRun,
  renderJson,
  renderMarkdown,
  renderPatchwork,
  renderSarif,
  renderSashiko,
  renderText,
} from '../../report/index.ts';
import type { Review } from '../../review/index.ts';
import {
  findingsNamed,
  findingsOf,
  findReview,
  pageOfReviews,
  replyTo,
  reviewsOfLineage,
  type StoredReview,
} from '../../store/index.ts';
import type { Host, WebEnv } from '../part.ts';
import { type Api, answers, failure, page } from './api.ts';
import { isSearchable, refusal } from './guard.ts';
import { findingRow, replyRow, reviewRow } from './rows.ts';
import * as shapes from './shapes.ts';

const text = z.string().min(1).max(300);
const name = z.object({
  review: z
    .string()
    .openapi({ param: { name: 'review', in: 'path' }, description: 'number of a review, or the hash of its run' }),
});
const FORMATS = ['text', 'markdown', 'json', 'sarif', 'checks'] as const;

const list = createRoute({
  method: 'get',
  path: '/reviews',
  summary: 'Reviews, the newest first',
  request: {
    query: z.object({
      place: text.optional(),
      verdict: text.optional(),
      author: text.optional(),
      subsystem: text.optional(),
      q: z.string().max(200).optional().openapi({ description: 'words of the title or of the author' }),
      after: z.string().max(60).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: answers('a page of reviews', shapes.reviewPage, 400),
});

const one = createRoute({
  method: 'get',
  path: '/reviews/{review}',
  summary: 'One review, whole',
  request: { params: name },
  responses: answers('the review', shapes.storedReview, 404),
});

const report = createRoute({
  method: 'get',
  path: '/reviews/{review}/report',
  summary: 'One review as a text: the page that shows all of what a comment had no room for',
  request: { params: name, query: z.object({ format: z.enum(FORMATS).default('text') }) },
  responses: {
    200: { description: 'the text', content: { 'text/plain': { schema: z.string() } } },
    ...failure(400, 404),
  },
});

const findings = createRoute({
  method: 'get',
  path: '/reviews/{review}/findings',
  summary: 'The findings of a review, with where each stands across the versions',
  request: { params: name },
  responses: answers('its findings', z.array(shapes.finding), 404),
});

const reply = createRoute({
  method: 'get',
  path: '/reviews/{review}/reply',
  summary: 'What was decided about answering the series on its list, and why',
  request: { params: name },
  responses: answers('the decision', shapes.reply, 404),
});

const versions = createRoute({
  method: 'get',
  path: '/series',
  summary: 'All reviewed versions of the series that a mail begins',
  request: { query: z.object({ id: text.openapi({ description: 'message-id without angle brackets' }) }) },
  responses: answers('its reviews by version', z.array(shapes.reviewRow), 400, 404),
});

const named = createRoute({
  method: 'get',
  path: '/findings',
  summary: 'Where a finding came up',
  request: {
    query: z.object({
      fingerprint: z.string().min(1).max(2000),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: answers('the newest first', z.array(shapes.finding), 400),
});

const patchset = createRoute({
  method: 'get',
  path: '/patchset',
  summary: 'A review in the shape that b4 asks a sashiko server for (`b4.sashiko-url`)',
  request: { query: z.object({ id: text.openapi({ description: 'message-id of the cover letter or of a patch' }) }) },
  responses: answers('the patchset', shapes.patchset, 400, 404),
});

/** Reads reviews. Those of pull requests may be of private repositories: they need a token, those of lists do not. */
export function reviewRoutes(api: Api, host: Host): void {
  const { store } = host;
  const mayAll = async (c: Context<WebEnv>) => (await refusal(c, host, 'read')) === null;
  const found = async (c: Context<WebEnv>, given: string): Promise<StoredReview | null> => {
    const stored = /^[1-9]\d{0,14}$/.test(given)
      ? await findReview(store, 'id', Number(given))
      : /^[\w-]{6,128}$/.test(given)
        ? await findReview(store, 'run', given)
        : null;
    return stored && (stored.row.origin === 'list' || (await mayAll(c))) ? stored : null;
  };
  const byMail = async (c: Context<WebEnv>, id: string): Promise<StoredReview | null> => {
    if (!isSearchable(id)) return null;
    const stored = await findReview(store, 'messageId', id);
    return stored && (stored.row.origin === 'list' || (await mayAll(c))) ? stored : null;
  };
  const none = (c: Context<WebEnv>) => c.json(page(c, 'there is no such review'), 404);

  api.openapi(list, async (c) => {
    const { place, verdict, author, subsystem, q, after, limit } = c.req.valid('query');
    const given = [place, verdict, author, subsystem, q].filter((one) => one !== undefined && one !== '');
    if (!given.every((one) => isSearchable(one ?? ''))) return c.json({ items: [], next: null }, 200);
    const mark = after === undefined ? null : readMark(after);
    if (mark === undefined) return c.json(page(c, '`after` is not what a page gave as `next`'), 400);
    const filter = {
      ...((await mayAll(c)) ? {} : { origin: 'list' as const }),
      ...(place === undefined ? {} : { place }),
      ...(verdict === undefined ? {} : { verdict }),
      ...(author === undefined ? {} : { authorEmail: author }),
      ...(subsystem === undefined ? {} : { subsystem }),
      ...(q === undefined ? {} : { words: q }),
    };
    const { rows, next } = await pageOfReviews(store, filter, mark, limit);
    const end = next === null ? null : `${next.sentAt.toISOString()}.${next.id}`;
    return c.json({ items: rows.map(reviewRow), next: end }, 200);
  });
  api.openapi(one, async (c) => {
    const stored = await found(c, c.req.valid('param').review);
    if (stored === null) return none(c);
    return c.json({ row: reviewRow(stored.row), review: stored.review as Mutable<Review> | null }, 200);
  });
  api.openapi(report, async (c) => {
    const stored = await found(c, c.req.valid('param').review);
    if (!stored?.review) return none(c);
    return c.text(render(stored.review, c.req.valid('query').format), 200);
  });
  api.openapi(findings, async (c) => {
    const stored = await found(c, c.req.valid('param').review);
    if (stored === null) return none(c);
    return c.json((await findingsOf(store, stored.row.id)).map(findingRow), 200);
  });
  api.openapi(reply, async (c) => {
    const stored = await found(c, c.req.valid('param').review);
    const row = stored === null ? null : await replyTo(store, stored.row.id);
    return row === null ? none(c) : c.json(replyRow(row), 200);
  });
  api.openapi(versions, async (c) => {
    const stored = await byMail(c, c.req.valid('query').id);
    if (stored === null) return c.json(page(c, 'no series that was reviewed begins with that mail'), 404);
    return c.json((await reviewsOfLineage(store, stored.row.lineageId)).map(reviewRow), 200);
  });
  api.openapi(named, async (c) => {
    const { fingerprint, limit } = c.req.valid('query');
    if (/[\p{Cc}\p{Cs}]/u.test(fingerprint)) return c.json([], 200);
    const rows = await findingsNamed(store, fingerprint, limit, (await mayAll(c)) ? undefined : 'list');
    return c.json(rows.map(findingRow), 200);
  });
  api.openapi(patchset, async (c) => {
    const { id } = c.req.valid('query');
    const stored = (await byMail(c, id.replace(/^<|>$/g, ''))) ?? null;
    if (!stored?.review) return c.json(page(c, 'no series that was reviewed has that mail'), 404);
    return c.json(renderSashiko(stored.review, stored.row.id) as Mutable<ReturnType<typeof renderSashiko>>, 200);
  });
}

/** The routes give what they were given, and change nothing: only the types of the library are not readonly. */
type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

function readMark(after: string): { sentAt: Date; id: number } | undefined {
  const found = /^(\d{4}-\d{2}-\d{2}T[\d:.]{8,15}Z)\.(\d{1,15})$/.exec(after);
  const sentAt = new Date(found?.[1] ?? Number.NaN);
  return Number.isNaN(sentAt.getTime()) ? undefined : { sentAt, id: Number(found?.[2]) };
}

function render(review: Review, format: (typeof FORMATS)[number]): string {
  switch (format) {
    case 'text':
      return renderText(review, { width: 100, color: false, all: true });
    case 'markdown':
      return renderMarkdown(review);
    case 'json':
      return renderJson(review);
    case 'sarif':
      return renderSarif(review);
    case 'checks': {
      const checkRun = renderCheckRun(review, { blocking: false, page: null });
      return `${JSON.stringify({ checkRun, patchwork: renderPatchwork(review, null) }, null, 2)}\n`;
    }
  }
}
