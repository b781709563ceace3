import { renderCheckRun, renderPatchwork } from '../report/index.ts';
import type { Review } from '../review/index.ts';

export { renderSarif } from '../report/index.ts';

/** What abbot would tell GitHub and patchwork of a review, as JSON: the check run, and a check for each patch. */
export function renderChecks(review: Review): string {
  const checkRun = renderCheckRun(review, { blocking: false, page: null });
  return `${JSON.stringify({ checkRun, patchwork: renderPatchwork(review, null) }, null, 2)}\n`;
}
