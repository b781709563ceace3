import type { Review } from '../review/index.ts';

/** From the gravest to the most harmless. */
const GRAVITY = ['introduced', 'new-path', 'transient', 'gated', 'pre-existing', 'narrowed', 'fixed'] as const;

/** The one word for a review: the gravest verdict that it reports, `clean` for none, `failed` when there is no review. */
export function verdictOf(review: Review | null): string {
  if (review === null) return 'failed';
  const reported = review.findings.filter((finding) => finding.reported);
  return GRAVITY.find((verdict) => reported.some((finding) => finding.verdict === verdict)) ?? 'clean';
}
