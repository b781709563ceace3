import { z } from '@hono/zod-openapi';
import { explanationSchema, reviewSchema } from '../../review/index.ts';

// The shapes of what the API answers; the OpenAPI description is made from them, and the tests hold every answer against it.

const time = z.iso.datetime();
const id = z.number().int().positive();

/** What every answer but a good one is. */
export const fault = z.strictObject({ error: z.string(), request: z.string() }).openapi('Fault');

export const review = reviewSchema;
export const explanation = explanationSchema;

export const reviewRow = z
  .strictObject({
    id,
    run: z.string().nullable(),
    origin: z.enum(['list', 'pull-request']),
    place: z.string().openapi({ description: 'address of the list, or owner/name' }),
    title: z.string(),
    version: z.number(),
    messageId: z.string().nullable(),
    author: z.strictObject({ name: z.string(), email: z.string() }),
    sentAt: time,
    createdAt: time,
    verdict: z.string(),
    introduced: z.number().int(),
    newPath: z.number().int(),
    fixed: z.number().int(),
    reported: z.number().int(),
    mode: z.string().nullable(),
    subsystems: z.array(z.string()),
    fault: z.string().nullable().openapi({ description: 'why there is no review' }),
  })
  .openapi('ReviewRow');

export const reviewPage = z
  .strictObject({
    items: z.array(reviewRow),
    next: z.string().nullable().openapi({ description: 'give it as `after`' }),
  })
  .openapi('ReviewPage');

export const storedReview = z.strictObject({ row: reviewRow, review: reviewSchema.nullable() }).openapi('StoredReview');

export const finding = z
  .strictObject({
    reviewId: id,
    version: z.number(),
    fingerprint: z.string(),
    kind: z.string(),
    verdict: z.string(),
    state: z.enum(['new', 'still', 'fixed', 'back']).nullable(),
    since: z.number().nullable(),
    locks: z.array(z.string()),
    reported: z.boolean(),
    confidence: z.number(),
    summary: z.string(),
  })
  .openapi('FindingRow');

export const reply = z
  .strictObject({
    decision: z.enum(['silent', 'held', 'queued']),
    reason: z.string(),
    outboxId: z.number().int().nullable(),
    messageId: z.string().nullable(),
    createdAt: time,
  })
  .openapi('Reply');

const count = z.strictObject({ name: z.string(), state: z.string(), count: z.number().int() });
const stopState = z.strictObject({ name: z.string(), by: z.string(), reason: z.string(), at: time });

export const health = z
  .strictObject({
    engine: z.enum(['pglite', 'postgres']),
    queue: z.array(count),
    outbox: z.array(count),
    stops: z.array(stopState),
  })
  .openapi('Health');

export const parcel = z
  .strictObject({
    id,
    channel: z.string(),
    key: z.string(),
    state: z.enum(['pending', 'sending', 'sent', 'failed', 'held', 'dropped']),
    attempts: z.number().int(),
    dueAt: time,
    createdAt: time,
    endedAt: time.nullable(),
    why: z.string().nullable().openapi({ description: 'the last fault' }),
    payload: z.unknown(),
    mailAttempts: z.array(
      z.strictObject({
        begunAt: time,
        endedAt: time.nullable(),
        outcome: z.string().nullable(),
        answer: z.string().nullable(),
      }),
    ),
  })
  .openapi('Parcel');

export const parcelPage = z
  .strictObject({
    items: z.array(parcel.omit({ payload: true, mailAttempts: true })),
    next: z.number().int().nullable(),
  })
  .openapi('ParcelPage');

export const consent = z
  .strictObject({
    id,
    place: z.string(),
    mode: z.enum(['author', 'list']),
    by: z.string(),
    evidence: z.string(),
    givenAt: time,
    revokedAt: time.nullable(),
    revokedBy: z.string().nullable(),
  })
  .openapi('Consent');

export const done = z.strictObject({ done: z.boolean() }).openapi('Done');

export const patchset = z
  .strictObject({
    id,
    message_id: z.string(),
    subject: z.string(),
    status: z.enum(['Pending', 'Reviewed', 'Incomplete', 'Failed', 'Failed To Apply']),
    patches: z.array(z.strictObject({ id, message_id: z.string(), subject: z.string() })),
    reviews: z.array(
      z.strictObject({
        id,
        patch_id: id,
        status: z.literal('Reviewed'),
        result: z.string(),
        output: z.string(),
        inline_review: z.string(),
      }),
    ),
  })
  .openapi('Patchset');
