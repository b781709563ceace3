import { parseDiff, patchId, pathOf } from '../diff/index.ts';
import type { Lineage, Patch, Series } from '../series/index.ts';
import type { ReviewedLineage, ReviewedSeries, SeriesPatch } from './review.ts';

/** The series as a review shows it. */
export function describeSeries(series: Series, subsystems: readonly string[]): ReviewedSeries {
  return {
    title: series.title,
    version: series.version,
    author: { name: series.author.name, email: series.author.email },
    messageId: series.messageId ?? '',
    total: series.total,
    complete: series.complete,
    subsystems: [...subsystems],
    patches: series.patches.map(describePatch),
    given: series.replies.flatMap(({ messageId, patchIndex, trailers }) =>
      trailers.map(({ key, value }) => ({ patch: patchIndex, key, value, messageId: messageId ?? '' })),
    ),
  };
}

function describePatch(patch: Patch): SeriesPatch {
  return {
    index: patch.index,
    title: patch.title,
    messageId: patch.messageId ?? '',
    patchId: patchId(patch.diff) || null,
    files: [...new Set(parseDiff(patch.diff).map(pathOf))],
    trailers: patch.trailers.map(({ key, value }) => ({ key, value })),
  };
}

/** All versions that are known, oldest first. */
export function describeLineage(lineage: Lineage): ReviewedLineage {
  return {
    versions: lineage.versions.map(({ version, messageId, title, date, evidence }) => ({
      version,
      messageId: messageId ?? '',
      title,
      date,
      evidence: [...evidence],
    })),
  };
}
