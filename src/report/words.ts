import type {
  Answer,
  Finding,
  FindingKind,
  PatchEffect,
  ReviewFollowUp,
  Statistics,
  Verdict,
} from '../review/index.ts';

/** The kinds as a maintainer says them. */
export const KIND: Readonly<Record<FindingKind, string>> = {
  abba: 'AB-BA deadlock',
  'self-deadlock': 'self-deadlock',
  'missing-unlock': 'missing unlock',
  'double-unlock': 'double unlock',
  'unlock-not-held': 'unlock of a lock that is not held',
  'irq-inversion': 'interrupt inversion',
  'sleep-in-atomic': 'sleep in atomic context',
  'wait-under-lock': 'wait under a lock that the awaited work needs',
  'forbidden-call': 'forbidden call under a lock',
};

/** The verdicts in plain words. */
export const VERDICT: Readonly<Record<Verdict, string>> = {
  introduced: 'Introduced by this series.',
  'new-path': 'Was there before; this series adds a path.',
  fixed: 'Fixed by this series.',
  narrowed: 'Was there before; this series closes some of its paths.',
  transient: 'Between two patches of this series only: a bisection hazard.',
  gated: 'Cannot deadlock: both paths hold a common third lock.',
  'pre-existing': 'Was there before and is not touched.',
};

/** What became of code that a reviewer commented on. */
export const FOLLOW_UP: Readonly<Record<ReviewFollowUp['outcome'], string>> = {
  changed: 'the quoted line changed',
  beside: 'the quoted line stays, its surroundings changed',
  unchanged: 'the quoted line is as it was',
  gone: 'the quoted line is gone with its patch or file',
  'taken-up': 'code that the comment names came or changed',
};

const ANSWERS: Readonly<Record<NonNullable<Answer['verdict']>, string>> = {
  'false-alarm': 'a false alarm',
  known: 'known',
  'fixed-elsewhere': 'fixed elsewhere',
};

/** What an answer decides, behind the name of who gave it: ` (a false alarm)`. */
export function answerPhrase({ verdict }: Answer): string {
  return verdict === null ? '' : ` (${ANSWERS[verdict]})`;
}

/** `1 path`, `2 paths`. */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : more}`;
}

/** A count with its thousands set apart: `619,398`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** What one patch does to a finding: `1/2 adds 2 paths and closes 1; 9 remain`. */
export function effect(patch: PatchEffect, total: number, kind: FindingKind): string {
  const name = `${patch.patch}/${total}`;
  if (patch.verdict === 'introduced' && kind !== 'abba') return `${name} introduces it`;
  const deeds: string[] = [];
  if (patch.verdict === 'introduced') deeds.push(`introduces it with ${many(patch.added, 'path')}`);
  else if (patch.added > 0) deeds.push(`adds ${many(patch.added, 'path')}`);
  if (patch.closed > 0) deeds.push(`closes ${patch.added > 0 ? patch.closed : many(patch.closed, 'path')}`);
  if (deeds.length === 0) deeds.push('leaves it as it was');
  const rest =
    patch.remaining === 0 ? 'none remains' : `${patch.remaining} ${patch.remaining === 1 ? 'remains' : 'remain'}`;
  return `${name} ${deeds.join(' and ')}; ${rest}`;
}

/** The evidence of numbers: which order is the tree's usual one. Null for kinds with one lock. */
export function statisticsSentence(locks: readonly string[], statistics: Statistics): string | null {
  const [a, b] = locks;
  if (a === undefined || b === undefined) return null;
  if (statistics.forward.sites === 0 && statistics.reverse.sites === 0) return null;
  return `${order(a, b, statistics.forward)}; ${order(b, a, statistics.reverse)}.`;
}

export function order(from: string, to: string, seen: { readonly sites: number; readonly files: number }): string {
  if (seen.sites === 0) return `${from} → ${to} nowhere`;
  return `${from} → ${to} at ${many(seen.sites, 'site')} in ${many(seen.files, 'file')}`;
}

/** The one line that sums a review up. */
export function verdictLine(findings: readonly Finding[], diffOnly: boolean): string {
  const say = (verdict: Verdict, one: string, more: string) => {
    const count = findings.filter((f) => f.verdict === verdict).length;
    return count > 0 ? [count === 1 ? `1 ${one}` : `${count} ${more}`] : [];
  };
  const parts = [
    ...say('introduced', 'finding introduced', 'findings introduced'),
    ...say(
      'new-path',
      'new path into a deadlock that was there before',
      'new paths into deadlocks that were there before',
    ),
    ...say('narrowed', 'narrowed', 'narrowed'),
    ...say('fixed', 'fixed', 'fixed'),
    ...say('transient', 'between two patches only', 'between two patches only'),
    ...say('gated', 'gated by a third lock', 'gated by a third lock'),
    ...say('pre-existing', 'pre-existing', 'pre-existing'),
  ];
  if (parts.length > 0) return `${parts.join(', ')}.`;
  return diffOnly
    ? 'Nothing found in the diff itself; without a tree nothing else was read.'
    : 'Nothing found in what could be seen.';
}
