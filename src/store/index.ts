/**
 * What outlives a review: the database with everything the bot knows, and its job queue; and for the command line, which
 * opens no database, the answers to findings in a file. `openStore` gives a `Store`; each noun has a file of functions
 * over it, which run in a transaction when they are given one (`transact`). No rendering here.
 */
export { answerFile } from './answer-file.ts';
export { answersTo, answerTable } from './answers.ts';
export { type Consent, consentFor, consentLedger, giveConsent, revokeConsent } from './consents.ts';
export { type DatabasePlace, databasePlace } from './database-address.ts';
export { databaseFault, withoutSecrets } from './database-fault.ts';
export {
  type Delivery,
  endDelivery,
  keepDelivery,
  keptDeliveries,
  latestDeliveries,
  readDelivery,
} from './deliveries.ts';
export { type FindingState, findingStates, type VersionFindings } from './finding-states.ts';
export { findingsNamed, findingsOf } from './findings.ts';
export { activeInstallations, findInstallation, type Installation, saveInstallation } from './installations.ts';
export { latestReviewAt } from './lineage-review.ts';
export { lineageOf } from './lineages.ts';
export { claimLoop, releaseLoops } from './loops.ts';
export { attemptsAt, beginAttempt, endAttempt } from './mail-attempts.ts';
export { openStore, type StoreOptions } from './open-store.ts';
export {
  type ClaimedParcel,
  claimParcel,
  countParcels,
  delivered,
  findParcel,
  foundDelivered,
  givenUp,
  heldBack,
  latestParcels,
  type Parcel,
  parcelOf,
  post,
  postLater,
  postponed,
  releaseParcel,
} from './outbox.ts';
export { pack, packBytes, unpack, unpackBytes } from './packed.ts';
export {
  findPullRequest,
  type PullRequest,
  type PullRequestMemory,
  pullVersions,
  pushVersion,
  rememberOnPull,
  savePullRequest,
} from './pull-requests.ts';
export {
  countJobs,
  type JobToSend,
  openQueue,
  type Queue,
  type QueueCount,
  type QueuePolicy,
  type TakenJob,
} from './queue.ts';
export {
  type LineageReplies,
  lineageReplies,
  mailsOfADay,
  type ReplyDecision,
  recordReply,
  replyOfParcel,
  replyTo,
} from './replies.ts';
export { type ReportedLocks, reportedWith } from './reported-pairs.ts';
export { newestReview, reviewPlaces, reviewSubsystems } from './review-facets.ts';
export { countReviews, type PageMark, pageOfReviews, type ReviewFilter, type ReviewPage } from './review-pages.ts';
export { verdictOf } from './review-verdict.ts';
export {
  findReview,
  type Reviewed,
  reviewsOfLineage,
  type SavedReview,
  type StoredReview,
  saveReview,
} from './reviews.ts';
export { beginRun, endRun, loseRuns, openRuns, type Run } from './runs.ts';
export { markSeen, seenOf } from './seen-reviews.ts';
export { closeSession, openSession, SESSION_DAYS, sessionUser } from './sessions.ts';
export { resume, stop, stopped, stops } from './stops.ts';
export { attempt, inTransaction, type OpenStore, type Store, transact } from './store.ts';
export { type Suppression, suppress, suppressionsAt, unsuppress } from './suppressions.ts';
export type * from './tables.ts';
export { listTokens, makeToken, type NewToken, revokeToken, type Scope, secretHash, tokenOf } from './tokens.ts';
export { type FailedRun, failedRuns, type WatchedState, watchedStates } from './watch-lag.ts';
export { type Order, readOrder, seriesKey, type TakeOrder, watchTables } from './watch-tables.ts';
export { dropWorker, listWorkers, reapWorkers, releaseEverything, seeWorker, type WorkerIdentity } from './workers.ts';
