import type { ColumnType, Generated, Selectable } from 'kysely';

/**
 * The rows of the database, as kysely sees them: columns are in snake case there and in camel case here. Times are
 * `Date`; a `Packed` column holds compressed JSON (see packed.ts). The order of the tables is that of
 * migrations/0001-begin.ts, which says what each is for.
 */
export interface Tables {
  lists: ListTable;
  cursors: CursorTable;
  mails: MailTable;
  orders: OrderTable;
  lineages: LineageTable;
  lineageMails: LineageMailTable;
  series: SeriesTable;
  reviews: ReviewTable;
  findings: FindingTable;
  answers: AnswerTable;
  suppressions: SuppressionTable;
  workers: WorkerTable;
  runs: RunTable;
  loops: LoopTable;
  deliveries: DeliveryTable;
  outbox: OutboxTable;
  consents: ConsentTable;
  installations: InstallationTable;
  pullRequests: PullRequestTable;
  pullVersions: PullVersionTable;
  users: UserTable;
  tokens: TokenTable;
  sessions: SessionTable;
  seenReviews: SeenReviewTable;
  replies: ReplyTable;
  mailAttempts: MailAttemptTable;
  stops: StopTable;
}

/** Compressed JSON. */
export type Packed = Uint8Array;
/** Read as a value, written as the text of it: the two engines take different things for objects, but both take text. */
export type Json<T> = ColumnType<T, string, string>;
/** Set by the database when it is not given. */
type Stamp = ColumnType<Date, Date | undefined, Date>;

interface ListTable {
  place: string;
  position: Generated<number>;
  source: Json<unknown>;
  settle: number;
  since: Date;
}

interface CursorTable {
  place: string;
  cursor: Json<unknown>;
  readAt: Stamp;
}

interface MailTable {
  id: Generated<number>;
  place: string;
  /** Message-id, or a hash of a mail that has none. */
  key: string;
  messageId: string | null;
  receivedAt: Date;
  readAt: Date;
  subject: string;
  mail: Packed;
  /** The bytes as the archive had them, compressed; null when the source does not tell them. */
  raw: Packed | null;
}

interface OrderTable {
  key: string;
  place: string;
  title: string;
  version: number;
  messageId: string | null;
  /** The mails to review, and what was said while they were collected. */
  input: Packed;
  createdAt: Stamp;
}

interface LineageTable {
  id: Generated<number>;
  title: string;
  createdAt: Stamp;
}

interface LineageMailTable {
  messageId: string;
  lineageId: number;
}

interface SeriesTable {
  id: Generated<number>;
  key: string;
  lineageId: number;
  version: number;
  title: string;
  messageId: string | null;
  authorName: string;
  authorEmail: string;
  sentAt: Date | null;
  total: number;
  complete: boolean;
}

interface ReviewTable {
  id: Generated<number>;
  /** What was reviewed: one review for each. */
  key: string;
  seriesId: number;
  lineageId: number;
  run: string | null;
  origin: 'list' | 'pull-request';
  /** Address of the list, or `owner/name`. */
  place: string;
  title: string;
  version: number;
  messageId: string | null;
  authorName: string;
  authorEmail: string;
  /** When it was sent or pushed; when it was reviewed, if that is not known. */
  sentAt: Date;
  /** The gravest that is reported, `clean` when nothing is, `failed` when there is a fault instead of a review. */
  verdict: string;
  introduced: number;
  newPath: number;
  fixed: number;
  reported: number;
  mode: string | null;
  subsystems: string[];
  review: Packed | null;
  fault: Json<unknown> | null;
  createdAt: Stamp;
}

interface FindingTable {
  id: Generated<number>;
  reviewId: number;
  lineageId: number;
  version: number;
  fingerprint: string;
  kind: string;
  verdict: string;
  /** Null for what is no charge against the series. */
  state: 'new' | 'still' | 'fixed' | 'back' | null;
  /** The version since which the state holds. */
  since: number | null;
  /** False for a row that only says that an earlier version's finding is gone. */
  listed: boolean;
  locks: string[];
  reported: boolean;
  confidence: number;
  summary: string;
}

interface AnswerTable {
  id: Generated<number>;
  fingerprint: string;
  messageId: string;
  by: string;
  date: string | null;
  quote: string;
  verdict: string | null;
}

interface SuppressionTable {
  id: Generated<number>;
  /** `owner/name`, the address of a list, or empty for everywhere. */
  place: string;
  fingerprint: string;
  reason: string;
  by: string;
  createdAt: Stamp;
  expiresAt: Date | null;
  removedAt: Date | null;
  removedBy: string | null;
}

interface WorkerTable {
  id: string;
  host: string;
  pid: number;
  program: string;
  startedAt: Stamp;
  seenAt: Stamp;
}

interface RunTable {
  id: Generated<number>;
  jobId: string;
  queue: string;
  lane: string | null;
  worker: string;
  attempt: number;
  startedAt: Stamp;
  endedAt: Date | null;
  outcome: 'done' | 'fault' | 'lost' | 'given-back' | null;
  fault: Json<unknown> | null;
}

interface LoopTable {
  name: string;
  worker: string;
  until: Date;
}

interface DeliveryTable {
  id: string;
  event: string;
  action: string | null;
  repository: string | null;
  payload: Packed;
  receivedAt: Stamp;
  handledAt: Date | null;
  /** What came of it, in a few words; null while it waits. */
  outcome: string | null;
}

interface OutboxTable {
  id: Generated<number>;
  channel: string;
  /** Unique in its channel: the same thing is never sent twice. */
  key: string;
  payload: Json<unknown>;
  state: 'pending' | 'sending' | 'sent' | 'failed' | 'held' | 'dropped';
  attempts: Generated<number>;
  dueAt: Stamp;
  claimedBy: string | null;
  claimedUntil: Date | null;
  lastFault: Json<unknown> | null;
  result: Json<unknown> | null;
  createdAt: Stamp;
  endedAt: Date | null;
}

interface ConsentTable {
  id: Generated<number>;
  place: string;
  mode: 'author' | 'list';
  by: string;
  evidence: string;
  givenAt: Date;
  revokedAt: Date | null;
  revokedBy: string | null;
}

interface InstallationTable {
  id: number;
  account: string;
  suspendedAt: Date | null;
  removedAt: Date | null;
  updatedAt: Stamp;
}

interface PullRequestTable {
  id: Generated<number>;
  installationId: number;
  repository: string;
  number: number;
  title: string;
  author: string;
  state: 'open' | 'closed';
  commentId: number | null;
  commentHash: string | null;
  checkRunId: number | null;
  checkRunHead: string | null;
  reviewedHead: string | null;
  reviewedConfig: string | null;
  updatedAt: Stamp;
}

interface PullVersionTable {
  id: Generated<number>;
  pullRequestId: number;
  version: number;
  head: string;
  base: string | null;
  pushedAt: Date;
}

interface UserTable {
  id: Generated<number>;
  login: string;
  name: string;
  createdAt: Stamp;
}

interface TokenTable {
  id: Generated<number>;
  userId: number | null;
  /** SHA-256 of the token: the token itself is never kept. */
  hash: string;
  name: string;
  scopes: string[];
  createdAt: Stamp;
  expiresAt: Date | null;
  usedAt: Date | null;
  revokedAt: Date | null;
}

interface SessionTable {
  /** SHA-256 of the session's id. */
  hash: string;
  userId: number;
  createdAt: Stamp;
  expiresAt: Date;
}

interface SeenReviewTable {
  userId: number;
  reviewId: number;
  seenAt: Stamp;
}

interface ReplyTable {
  reviewId: number;
  /** `silent`: nothing is said; `held`: a draft waits for a person; `queued`: it is sent when its time has come. */
  decision: 'silent' | 'held' | 'queued';
  reason: string;
  outboxId: number | null;
  place: string;
  authorEmail: string;
  messageId: string | null;
  fingerprints: string[];
  createdAt: Stamp;
}

interface MailAttemptTable {
  id: Generated<number>;
  outboxId: number;
  begunAt: Stamp;
  endedAt: Date | null;
  /** `unknown`: a person gave up finding out. Null while it runs, and for ever when its process died. */
  outcome: 'accepted' | 'refused' | 'unknown' | 'not-sent' | null;
  answer: string | null;
}

interface StopTable {
  name: string;
  by: string;
  reason: string;
  at: Stamp;
}

// Rows as they are read.
export type ListRow = Selectable<ListTable>;
export type CursorRow = Selectable<CursorTable>;
export type MailRow = Selectable<MailTable>;
export type OrderRow = Selectable<OrderTable>;
export type LineageRow = Selectable<LineageTable>;
export type LineageMailRow = Selectable<LineageMailTable>;
export type SeriesRow = Selectable<SeriesTable>;
export type ReviewRow = Selectable<ReviewTable>;
export type FindingRow = Selectable<FindingTable>;
export type AnswerRow = Selectable<AnswerTable>;
export type SuppressionRow = Selectable<SuppressionTable>;
export type WorkerRow = Selectable<WorkerTable>;
export type RunRow = Selectable<RunTable>;
export type LoopRow = Selectable<LoopTable>;
export type DeliveryRow = Selectable<DeliveryTable>;
export type OutboxRow = Selectable<OutboxTable>;
export type ConsentRow = Selectable<ConsentTable>;
export type InstallationRow = Selectable<InstallationTable>;
export type PullRequestRow = Selectable<PullRequestTable>;
export type PullVersionRow = Selectable<PullVersionTable>;
export type UserRow = Selectable<UserTable>;
export type TokenRow = Selectable<TokenTable>;
export type SessionRow = Selectable<SessionTable>;
export type SeenReviewRow = Selectable<SeenReviewTable>;
export type ReplyRow = Selectable<ReplyTable>;
export type MailAttemptRow = Selectable<MailAttemptTable>;
export type StopRow = Selectable<StopTable>;
