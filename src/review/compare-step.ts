import { compareVersions, rangeDiff } from '../diff/index.ts';
import type { RuleSet } from '../locks/index.ts';
import type { Series } from '../series/index.ts';
import { lockOperations } from './lock-operations.ts';
import type { Comparison } from './review.ts';

/** Holds two versions against each other as a review shows it, the lock operations included. */
export function compareSeries(from: Series, to: Series, rules: RuleSet): Comparison {
  const diff = rangeDiff(from.patches, to.patches);
  const compared = compareVersions(from, to, lockOperations(from, to, diff, rules), diff);
  return {
    from: { version: from.version, messageId: from.messageId ?? '' },
    to: { version: to.version, messageId: to.messageId ?? '' },
    patches: compared.patches,
    claims: compared.claims.map(({ text, patch, verdict, evidence }) => ({
      text,
      patch: patch !== null && patch > 0 ? patch : null,
      verdict,
      evidence,
    })),
    unmentioned: compared.unmentioned,
    followUp: compared.followUp.map((f) => ({ ...f, messageId: f.messageId ?? '' })),
    lockDelta: compared.lockDelta,
    rangeDiff: compared.rangeDiff,
  };
}
