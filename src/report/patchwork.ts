import type { Review } from '../review/index.ts';
import { lacks } from './lacks.ts';
import { partOf, patchLine, statusOf } from './part-of-patch.ts';
import { shorten } from './shorten.ts';

/** A check of one patch, named as patchwork's REST API takes it (`POST /api/patches/ID/checks/`). */
export interface PatchworkCheck {
  /** Patchwork finds its patch by this message-id, without angle brackets. */
  readonly messageId: string;
  readonly patch: number;
  readonly context: 'abbot';
  readonly state: 'success' | 'warning' | 'fail';
  /** At most 255 characters, one line. */
  readonly description: string;
  readonly target_url: string | null;
}

const STATE = { pass: 'success', warn: 'warning', fail: 'fail' } as const;
/** Of the database columns of patchwork's `Check` (patchwork/models.py). */
const DESCRIPTION = 255;
const URL = 200;

/**
 * A review as checks for patchwork, one for each patch: what that patch does, not what the series does. A patch that could
 * not be read in full gets a warning, for success would say more than was looked at.
 *
 * @example
 * const checks = renderPatchwork(review, null);
 */
export function renderPatchwork(review: Review, page: string | null): PatchworkCheck[] {
  const link = page !== null && page.length <= URL ? page : null;
  return review.series.patches
    .filter((patch) => patch.messageId !== '')
    .map((patch) => {
      const about = review.findings.filter((finding) => finding.reported && partOf(finding, patch.index));
      const partly = lacks(review, patch.index);
      const status = statusOf(about, patch.index);
      const found = patchLine(about, patch.index, review).replace(/\.$/, '');
      return {
        messageId: patch.messageId,
        patch: patch.index,
        context: 'abbot',
        state: STATE[status === 'pass' && partly.length > 0 ? 'warn' : status],
        description: shorten(`${found}${partly.length > 0 ? `; ${partly.join(', ')}` : ''}`, DESCRIPTION),
        target_url: link,
      };
    });
}
