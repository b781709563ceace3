import type { z } from '@hono/zod-openapi';
import { explain, type Fault } from '../../outcome/index.ts';
import type { ConsentRow, FindingRow, MailAttemptRow, OutboxRow, ReplyRow, StoredReview } from '../../store/index.ts';
import type * as shapes from './shapes.ts';

/** Rows of the database as the API shows them: times as text, faults as one line. */
export function reviewRow(row: StoredReview['row']): z.infer<typeof shapes.reviewRow> {
  const { id, run, origin, place, title, version, messageId, verdict, introduced, newPath, fixed, reported, mode } =
    row;
  return {
    id,
    run,
    origin,
    place,
    title,
    version,
    messageId,
    author: { name: row.authorName, email: row.authorEmail },
    sentAt: row.sentAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    verdict,
    introduced,
    newPath,
    fixed,
    reported,
    mode,
    subsystems: row.subsystems,
    fault: row.fault === null ? null : explain(row.fault as Fault),
  };
}

export function findingRow(row: FindingRow): z.infer<typeof shapes.finding> {
  const { reviewId, version, fingerprint, kind, verdict, state, since, locks, reported, confidence, summary } = row;
  return { reviewId, version, fingerprint, kind, verdict, state, since, locks, reported, confidence, summary };
}

export function replyRow({ decision, reason, outboxId, messageId, createdAt }: ReplyRow): z.infer<typeof shapes.reply> {
  return { decision, reason, outboxId, messageId, createdAt: createdAt.toISOString() };
}

export function consentRow(row: ConsentRow): z.infer<typeof shapes.consent> {
  const { id, place, mode, by, evidence, givenAt, revokedAt, revokedBy } = row;
  const revoked = revokedAt?.toISOString() ?? null;
  return { id, place, mode, by, evidence, givenAt: givenAt.toISOString(), revokedAt: revoked, revokedBy };
}

export function parcelHead(row: OutboxRow): z.infer<typeof shapes.parcelPage>['items'][number] {
  const { id, channel, key, state, attempts, dueAt, createdAt, endedAt, lastFault } = row;
  return {
    id,
    channel,
    key,
    state,
    attempts,
    dueAt: dueAt.toISOString(),
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    why: lastFault === null ? null : explain(lastFault as Fault),
  };
}

export function parcelRow(row: OutboxRow, attempts: readonly MailAttemptRow[]): z.infer<typeof shapes.parcel> {
  const tries = attempts.map(({ begunAt, endedAt, outcome, answer }) => ({
    begunAt: begunAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    outcome,
    answer,
  }));
  return { ...parcelHead(row), payload: row.payload, mailAttempts: tries };
}
