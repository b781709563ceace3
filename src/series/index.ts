/**
 * Mails become `Series` (subject tags, order, cover letter, trailers, changelog, replies), and the versions of one
 * series become a `Lineage`. Everything is decided from the mails alone: this room knows neither C nor git trees.
 */

export { type BaseWord, baseWords } from './base-words.ts';
export { readChangelog } from './changelog.ts';
export { patchNamed } from './changelog-bullets.ts';
export { cutDiff, type DiffText, hasDiff } from './diff-text.ts';
export { groupSeries } from './group-series.ts';
export { linkVersions } from './link-versions.ts';
export { type Overrule, unknownNames } from './overrule.ts';
export { type Prerequisite, resolvePrerequisites } from './prerequisites.ts';
export type {
  ChangelogBullet,
  ChangelogSection,
  Cover,
  Leftover,
  Lineage,
  LineageVersion,
  Patch,
  Reply,
  Series,
  Trailer,
} from './series.ts';
export { parseSubject, type Subject } from './subject.ts';
export { readTrailers } from './trailers.ts';
export { findVersionLinks, messageIdOfUrl, type VersionLink } from './version-links.ts';
