/**
 * Where series come from: links to list archives, message-ids, patchwork, git epochs, ranges of a local repository. A
 * place is read politely and only from servers on a list, and what was fetched is said. This room analyses nothing.
 */
export { type Address, parseAddress } from './address.ts';
export { type FeedEntry, parseFeed } from './atom.ts';
export { type Collected, collectFrom, collectVersions } from './collect-versions.ts';
export { readCommitRange } from './commit-range.ts';
export { type EpochCommit, epochBefore, epochHead, findEpochs, readEpoch } from './epoch.ts';
export { mirrorEpochs } from './epoch-mirror.ts';
export { type Gathered, type GatherRequest, gather } from './gather.ts';
export { fetchPull, type GitHubPlace } from './github-pull.ts';
export { allowedHost, baseOf, DEFAULT_HOSTS, type HostList, readHosts } from './hosts.ts';
export { type HttpCache, NO_CACHE, openHttpCache } from './http-cache.ts';
export {
  createHttpClient,
  HTTP_LIMITS,
  type HttpAnswer,
  type HttpClient,
  type HttpEdge,
  type HttpLimits,
} from './http-client.ts';
export { asMessageId, messageIdOfSegment, messageIdPath } from './message-id-path.ts';
export {
  absent,
  type FetchLeave,
  fetchCommits,
  fetchContents,
  fetchFile,
  isKept,
  isObjectId,
  keepCommit,
  type Mirror,
  openMirror,
  readCommitFile,
  tidyMirror,
} from './mirror.ts';
export { type FetchedSeries, fetchPatchworkMail, fetchPatchworkSeries } from './patchwork.ts';
export { fetchRaw, fetchThread, type InboxPlace, newestMails, searchInbox } from './public-inbox.ts';
export { findMergeBase, type PullMails, type PullRequest, type PullVersion, readPull } from './pull-mails.ts';
export { runWatch, type WatchEvent, type WatchRequest } from './run-watch.ts';
export type { Cursor, SpooledMail, Watched, WatchRecord, WatchReview, WatchStore } from './watch.ts';
export { openWatchStore } from './watch-store.ts';
export { type ArchivedMail, writeEpoch } from './write-epoch.ts';
