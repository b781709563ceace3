import { ruleOnCode } from './claim-code.ts';
import { ruleOnPatches } from './claim-patches.ts';
import { ruleOnTags } from './claim-tags.ts';
import {
  claimBody,
  identifiersIn,
  LONGEST_CLAIM,
  notVisible,
  patchesNamed,
  type Ruling,
  type Verdict,
} from './claim-words.ts';
import { type CodeDelta, cite, isCode } from './code-delta.ts';
import type { ClaimedChange, ComparableSeries } from './comparable.ts';

/** A bullet of a changelog and what the diffs say about it. */
export interface Claim {
  readonly text: string;
  /** The patch it speaks of, or null for the series. */
  readonly patch: number | null;
  readonly verdict: Verdict;
  readonly evidence: string;
}

/** What every claim is held against. */
export interface Grounds {
  readonly from: ComparableSeries;
  readonly to: ComparableSeries;
  readonly deltas: readonly CodeDelta[];
}

/**
 * Decides each bullet that speaks of what came between the two versions. `contradicted` is said only when the mails prove
 * the contrary; whatever cannot be seen in them is `not-visible`.
 */
export function checkClaims(grounds: Grounds): Claim[] {
  const seen = new Set<string>();
  return claimsBetween(grounds).flatMap(({ bullet, direct }) => {
    // Covers and patches often repeat each other, the one with names in brackets behind it.
    const key = `${bullet.text
      .slice(0, LONGEST_CLAIM)
      .replace(/\s*\([^()]{0,100}\)/g, '')
      .toLowerCase()
      .replace(/\W+/g, ' ')
      .trim()}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const ruling = rule(bullet, grounds);
    // A bullet about versions in between was true then, and may have been undone since.
    const fair =
      !direct && ruling.verdict === 'contradicted'
        ? notVisible(`between other versions; now ${ruling.evidence}`)
        : ruling;
    return [{ text: bullet.text, patch: bullet.patch, ...fair }];
  });
}

/** The bullets of the sections between both versions; `direct` when they compare exactly these two. */
export function claimsBetween({
  from,
  to,
}: Pick<Grounds, 'from' | 'to'>): { bullet: ClaimedChange; direct: boolean }[] {
  return to.changelog
    .filter(({ version }) => version !== null && version > from.version && version <= to.version)
    .flatMap(({ since, version, bullets }) =>
      bullets.map((bullet) => ({
        bullet,
        direct: version === to.version && (since === null || since === from.version),
      })),
    );
}

function rule(bullet: ClaimedChange, { from, to, deltas }: Grounds): Ruling {
  const body = claimBody(bullet.text);
  const text = bullet.text.slice(0, LONGEST_CLAIM);
  const named = patchesNamed(text);
  const scope = scopeOf(bullet, named, deltas);
  const shared = { fromVersion: from.version, toVersion: to.version };
  if (/^(?:re-?bas(?:e|ed|ing)\b|based on\b|re-?sen[dt]\b|tested on\b|no-?op\b)/i.test(body))
    return notVisible('a diff does not show it');
  // A claim may itself say which patch it means (`NEW patch 2/2: …`), so it is tried with and without that.
  const ruling =
    ruleOnTags(
      body,
      scope.map((d) => d.pair),
      to.version,
    ) ??
    ruleOnPatches(body, { scope, all: deltas, patch: named ? null : bullet.patch, ...shared }) ??
    ruleOnPatches(text, { scope, all: deltas, patch: named ? null : bullet.patch, ...shared }) ??
    ruleOnCode(body, { scope, total: to.patches.length, ...shared });
  return ruling ?? prose(body, scope, to.patches.length);
}

function patchMentioned(text: string): number | null {
  const found = [...text.slice(0, LONGEST_CLAIM).matchAll(/\bpatch(?:es)? ?#?(\d{1,3})(?:\/\d{1,3})?\b/gi)];
  return found.length === 1 ? Number(found[0]![1]) : null;
}

function scopeOf(bullet: ClaimedChange, named: readonly number[] | null, deltas: readonly CodeDelta[]): CodeDelta[] {
  const wanted = named ?? (bullet.patch === null ? null : [bullet.patch]);
  // `the text of patch #10`, somewhere in a bullet of the cover letter, may count by the older version.
  const mentioned = wanted === null ? patchMentioned(bullet.text) : null;
  if (mentioned !== null)
    return deltas.filter(({ pair }) => pair.to?.patch.index === mentioned || pair.from?.patch.index === mentioned);
  if (wanted === null) return [...deltas];
  return deltas.filter(({ pair }) => pair.to !== null && wanted.includes(pair.to.patch.index));
}

/** Free text proves nothing, but what it names may be pointed out. */
function prose(body: string, scope: readonly CodeDelta[], total: number): Ruling {
  const names = identifiersIn(body);
  for (const delta of scope) {
    const line = [...delta.appeared, ...delta.vanished].find(
      (l) => isCode(l) && l.inside !== null && names.includes(l.inside),
    );
    if (line) return notVisible(`a diff does not prove it; ${line.inside}() did change: ${cite(delta, line, total)}`);
  }
  return notVisible('a diff does not prove it');
}
