import { type PastFinding, renderMail, renderPatchwork } from '../../report/index.ts';
import { type Letter, lettersOf, type Review } from '../../review/index.ts';
import {
  consentFor,
  findingsOf,
  lineageReplies,
  post,
  postLater,
  recordReply,
  type Store,
  stopped,
  suppressionsAt,
} from '../../store/index.ts';
import type { ReviewedSeriesEvent } from '../part.ts';
import { decideDraft } from './decide.ts';
import type { CheckParcel, MailParcel } from './parcels.ts';
import { type MailSettings, pageOf } from './settings.ts';

/**
 * Decides, in the transaction that keeps a review, whether its series is answered, and puts the draft or the mail into the
 * outbox. The decision is kept with its reason, silence too.
 */
export async function considerReply(tx: Store, event: ReviewedSeriesEvent, settings: MailSettings): Promise<void> {
  const { reviewId, reviewed, input } = event;
  if (!('review' in reviewed.result)) return;
  const { place } = reviewed;
  const suppressed = await suppressionsAt(tx, place);
  const kept = reviewed.result.review;
  const review: Review = { ...kept, findings: kept.findings.filter((f) => !suppressed.has(f.fingerprint)) };
  const letters = lettersOf(input.items, review);
  const others = await lineageReplies(tx, reviewId);
  const consent = (await consentFor(tx, place, 'list'))
    ? 'list'
    : (await consentFor(tx, place, 'author'))
      ? 'author'
      : null;
  const past = await pastFindings(tx, reviewId, others.toldIn);
  const mode = consent ?? 'list';
  const reply = renderMail(review, letters, { from: settings.from, mode, past, evenAnswered: false });
  const decided = decideDraft({
    silence: reply.kind === 'silent' ? reply.reason : null,
    hadTree: review.coverage.mode === 'tree',
    sameVersion: others.sameVersion,
    newerVersion: others.newerVersion,
    canSend: settings.smtpUrl !== null && settings.from !== null,
    stopped: (await stopped(tx, 'mail')) !== null,
    consent,
    settle: settings.settle,
  });
  let outboxId: number | null = null;
  if (reply.kind === 'mail' && decided.decision !== 'silent') {
    const { messageId, message, to, cc } = reply;
    const recipients = [...to, ...cc].map(({ email }) => email);
    const from = settings.from?.email ?? null;
    const payload: MailParcel = { reviewId, place, mode, from, recipients, messageId, message };
    const state = decided.decision === 'queued' ? 'pending' : 'held';
    const seconds = decided.decision === 'queued' ? decided.seconds : 0;
    outboxId = await postLater(tx, { channel: 'mail', key: keyOf(review, letters), payload }, state, seconds);
  }
  const lost = reply.kind === 'mail' && decided.decision !== 'silent' && outboxId === null;
  await recordReply(tx, {
    reviewId,
    decision: lost ? 'silent' : decided.decision,
    reason: lost ? 'said-already' : decided.reason,
    outboxId,
    place,
    authorEmail: review.series.author.email.toLowerCase(),
    messageId: reply.kind === 'mail' ? reply.messageId : null,
    fingerprints: reply.kind === 'mail' ? reply.fingerprints : [],
  });
}

/** One mail a series version: the database refuses a second one of this name. */
function keyOf({ series }: Review, letters: readonly Letter[]): string {
  const id = series.messageId === '' ? (letters[0]?.messageId ?? '') : series.messageId;
  return `v${series.version} ${id}`.slice(0, 500);
}

async function pastFindings(tx: Store, reviewId: number, toldIn: ReadonlyMap<string, string>): Promise<PastFinding[]> {
  const rows = await findingsOf(tx, reviewId);
  return rows.flatMap(({ fingerprint, locks, state, since }) =>
    state === null || since === null
      ? []
      : [{ fingerprint, locks, state, since, toldIn: toldIn.get(fingerprint) ?? null }],
  );
}

/** Puts a check for each patch into the outbox, in the transaction that keeps the review. */
export async function considerChecks(tx: Store, event: ReviewedSeriesEvent, settings: MailSettings): Promise<void> {
  const { result } = event.reviewed;
  if (settings.patchwork === null || !('review' in result)) return;
  const page = pageOf(settings, result.review.run);
  for (const { messageId, context, state, description, target_url } of renderPatchwork(result.review, page)) {
    const payload: CheckParcel = { messageId, context, state, description, target_url };
    await post(tx, { channel: 'patchwork', key: `${event.reviewId} ${messageId}`.slice(0, 500), payload });
  }
}
