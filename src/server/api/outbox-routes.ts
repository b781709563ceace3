import { createRoute, z } from '@hono/zod-openapi';
import {
  attemptsAt,
  consentLedger,
  countParcels,
  endAttempt,
  foundDelivered,
  giveConsent,
  inTransaction,
  latestParcels,
  parcelOf,
  releaseParcel,
  resume,
  revokeConsent,
  stop,
  stops,
} from '../../store/index.ts';
import type { Host } from '../part.ts';
import { type Api, answers, page } from './api.ts';
import { refusal } from './guard.ts';
import { consentRow, parcelHead, parcelRow } from './rows.ts';
import * as shapes from './shapes.ts';

const line = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'one line of text');
const security = [{ token: [] }];
const number = z.object({ id: z.coerce.number().int().min(1).max(1e15) });
const json = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });

const health = createRoute({
  method: 'get',
  path: '/health',
  summary: 'How many jobs and parcels are in which state, and what is stopped',
  responses: answers('the counts', shapes.health),
});

const list = createRoute({
  method: 'get',
  path: '/outbox',
  summary: 'What was to leave the house, the newest first',
  security,
  request: {
    query: z.object({
      before: z.coerce.number().int().min(1).max(1e15).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: answers('a page of parcels', shapes.parcelPage, 400, 401, 403),
});

const one = createRoute({
  method: 'get',
  path: '/outbox/{id}',
  summary: 'A parcel with its contents: the draft of a mail, and every attempt to send it',
  security,
  request: { params: number },
  responses: answers('the parcel', shapes.parcel, 400, 401, 403, 404),
});

const release = createRoute({
  method: 'post',
  path: '/outbox/{id}/release',
  summary: 'Decides about a parcel that waits for a person',
  description:
    '`send` lets it go: a mail still needs the consent of its list, and one that may have gone out already stays. ' +
    '`drop` ends it. `was-sent` and `was-not-sent` say what a person found out about an attempt that was cut off; after ' +
    '`was-not-sent` it goes out.',
  security,
  request: {
    params: number,
    body: json(z.strictObject({ action: z.enum(['send', 'drop', 'was-sent', 'was-not-sent']), by: line })),
  },
  responses: answers('whether it was done', shapes.done, 400, 401, 403, 404, 409),
});

const ledger = createRoute({
  method: 'get',
  path: '/consents',
  summary: 'Every consent that was ever given or taken back, the newest first',
  responses: answers('the ledger', z.array(shapes.consent)),
});

const give = createRoute({
  method: 'post',
  path: '/consents',
  summary: 'Records that the people of a list agreed to mail',
  security,
  request: {
    body: json(
      z.strictObject({
        place: line,
        mode: z.enum(['author', 'list']),
        by: line.openapi({ description: 'who agreed' }),
        evidence: line.openapi({ description: 'a link or message-id where it can be read' }),
        givenAt: z.iso.datetime(),
      }),
    ),
  },
  responses: answers('false when one is in force already', shapes.done, 400, 401, 403),
});

const revoke = createRoute({
  method: 'post',
  path: '/consents/revoke',
  summary: 'Takes a consent back; mails that wait are held',
  security,
  request: { body: json(z.strictObject({ place: line, mode: z.enum(['author', 'list']), by: line })) },
  responses: answers('false when there was none', shapes.done, 400, 401, 403),
});

const what = z.object({ name: z.enum(['mail', 'patchwork']) });

const halt = createRoute({
  method: 'put',
  path: '/stops/{name}',
  summary: 'Stops everything of a kind from leaving the house, in every process',
  security,
  request: { params: what, body: json(z.strictObject({ by: line, reason: line })) },
  responses: answers('stopped', shapes.done, 400, 401, 403),
});

const go = createRoute({
  method: 'delete',
  path: '/stops/{name}',
  summary: 'Lets it go on',
  security,
  request: { params: what },
  responses: answers('false when it was not stopped', shapes.done, 400, 401, 403),
});

/** What leaves the house, and who agreed to it. Consents are public; drafts and decisions need a token. */
export function outboxRoutes(api: Api, host: Host): void {
  const { store, queue } = host;
  api.openapi(health, async (c) => {
    const jobs = (await queue.counts(store)).map(({ queue: name, state, count }) => ({ name, state, count }));
    const parcels = (await countParcels(store)).map(({ channel: name, state, count }) => ({ name, state, count }));
    const held = (await stops(store)).map((row) => ({ ...row, at: row.at.toISOString() }));
    return c.json({ engine: store.engine, queue: jobs, outbox: parcels, stops: held }, 200);
  });
  api.openapi(list, async (c) => {
    const refused = await refusal(c, host, 'read');
    if (refused) return c.json(page(c, refused.error), refused.status);
    const { before = null, limit } = c.req.valid('query');
    const rows = await latestParcels(store, limit, before);
    const last = rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
    return c.json({ items: rows.map(parcelHead), next: last }, 200);
  });
  api.openapi(one, async (c) => {
    const refused = await refusal(c, host, 'read');
    if (refused) return c.json(page(c, refused.error), refused.status);
    const row = await parcelOf(store, c.req.valid('param').id);
    if (row === null) return c.json(page(c, 'there is no such parcel'), 404);
    return c.json(parcelRow(row, await attemptsAt(store, row.id)), 200);
  });
  api.openapi(release, async (c) => {
    const refused = await refusal(c, host, 'write');
    if (refused) return c.json(page(c, refused.error), refused.status);
    const { id } = c.req.valid('param');
    const { action, by } = c.req.valid('json');
    const row = await parcelOf(store, id);
    if (row === null) return c.json(page(c, 'there is no such parcel'), 404);
    const done = await inTransaction(store, async (tx) => {
      if (action === 'was-sent') {
        await endAttempt(tx, id, 'unknown', `found to be sent, says ${by}`);
        return foundDelivered(tx, id, { by });
      }
      // Who drops a mail without finding out leaves its attempt open: it is never sent again either way.
      if (action === 'was-not-sent') await endAttempt(tx, id, 'not-sent', `found not to be sent, says ${by}`);
      return releaseParcel(tx, id, action === 'drop' ? 'dropped' : 'pending');
    });
    if (done) c.get('log')?.info({ parcel: id, action, by }, 'a person decided about a parcel');
    return done ? c.json({ done }, 200) : c.json(page(c, `the parcel is ${row.state}, and waits for nobody`), 409);
  });
  api.openapi(ledger, async (c) => c.json((await consentLedger(store)).map(consentRow), 200));
  api.openapi(give, async (c) => {
    const refused = await refusal(c, host, 'write');
    if (refused) return c.json(page(c, refused.error), refused.status);
    const { givenAt, ...consent } = c.req.valid('json');
    return c.json({ done: await giveConsent(store, { ...consent, givenAt: new Date(givenAt) }) }, 200);
  });
  api.openapi(revoke, async (c) => {
    const refused = await refusal(c, host, 'write');
    if (refused) return c.json(page(c, refused.error), refused.status);
    const { place, mode, by } = c.req.valid('json');
    return c.json({ done: await revokeConsent(store, place, mode, by) }, 200);
  });
  api.openapi(halt, async (c) => {
    const refused = await refusal(c, host, 'write');
    if (refused) return c.json(page(c, refused.error), refused.status);
    const { by, reason } = c.req.valid('json');
    await stop(store, c.req.valid('param').name, by, reason);
    return c.json({ done: true }, 200);
  });
  api.openapi(go, async (c) => {
    const refused = await refusal(c, host, 'write');
    if (refused) return c.json(page(c, refused.error), refused.status);
    return c.json({ done: await resume(store, c.req.valid('param').name) }, 200);
  });
}
