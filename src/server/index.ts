/**
 * The bot: the web server, the watchers and the workers, put together from parts. Parts bring jobs, pages and loops;
 * this room gives them the database, the queue, a log and metrics. It parses no mail and draws no conclusions.
 */
export { type ApiOptions, apiPart, type ExplainPair } from './api/index.ts';
export { type Bot, type BotRequest, startBot } from './bot.ts';
export {
  type DashboardOptions,
  dashboard,
  type HealthView,
  healthPages,
  inboxPages,
  type LoginOptions,
  listDeeds,
  locksPages,
  loginPages,
  type Pages,
  seriesPages,
  viewerOf,
} from './dashboard/index.ts';
export { type GitHubSettings, openGitHubPart } from './github-part.ts';
export {
  type Conclusion,
  defineJob,
  handleJob,
  type JobHandler,
  type JobKind,
  type JobRun,
  type SendOptions,
  sendJob,
  type Work,
} from './jobs.ts';
export { type ListPartOptions, listPart } from './list-part.ts';
export { createLog } from './log.ts';
export { type MailSettings, mailPart } from './mail/index.ts';
export type { Host, Loop, Part, ReviewedSeriesEvent, WebEnv } from './part.ts';
export { openReviewDesk } from './review-desk.ts';
export { type ReviewSettings, reviewSeries } from './review-series.ts';
export type { ExplainOrder, Reviewer, ReviewOrder } from './reviewer.ts';
