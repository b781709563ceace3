import type { Review } from '../review/index.ts';
import { many } from './words.ts';

/** What a reader must know before believing that nothing was found, one phrase each; of one patch, or of the series. */
export function lacks({ base, coverage, series }: Review, patch: number | null): string[] {
  const failed = base.applied.filter((h) => h.outcome === 'failed' && (patch === null || h.patch === patch));
  return [
    failed.length > 0 ? `${many(failed.length, 'hunk')} did not apply` : '',
    patch === null && !series.complete ? `${series.total - series.patches.length} of the patches are missing` : '',
    coverage.unparsed.length > 0 ? `${many(coverage.unparsed.length, 'part')} of the input could not be read` : '',
  ].filter((line) => line !== '');
}
