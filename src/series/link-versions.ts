import type { MessageId } from '../mail/index.ts';
import { type Edge, edgesBetween, type UnseenVersion } from './evidence.ts';
import { wordsAlike } from './likeness.ts';
import { BY_HAND, byHand, NOTHING, type Overrule } from './overrule.ts';
import type { Lineage, LineageVersion, Series } from './series.ts';

/**
 * Links the versions of each series, strongest evidence first. Two lineages are joined only when no version would be
 * in the result twice (unless it is the same one sent again), so that no version is ever claimed by two lineages; a
 * version that is known only from a link has `series: null`. What `overrule` says by hand stands above all evidence.
 *
 * @example
 * for (const { versions } of linkVersions(groupSeries(mails).series)) {
 *   console.log(versions.map((v) => `v${v.version}${v.series ? '' : ' (not at hand)'}`).join(' '));
 * }
 */
export function linkVersions(series: readonly Series[], overrule: Overrule = NOTHING): Lineage[] {
  const found = edgesBetween(series);
  const hand = byHand(series, overrule);
  const { unseen } = found;
  const edges = [...hand.links, ...found.edges];
  const clusters = series.map((_, i) => [i]);
  for (const edge of edges) {
    const [a, b] = [clusters[edge.a]!, clusters[edge.b]!];
    if (a === b || hand.apart(a, b) || (edge.strength < BY_HAND && !compatible(series, a, b))) continue;
    const merged = [...a, ...b];
    for (const i of merged) clusters[i] = merged;
  }
  const claimed = new Set<MessageId>();
  const distinct = [...new Set(clusters)].sort((a, b) => Math.min(...a) - Math.min(...b));
  const edgesOf = groupBy(edges, (e) => clusters[e.a]!);
  const unseenOf = groupBy(unseen, (u) => clusters[u.by]!);
  return distinct.map((members) => {
    const inside = (edgesOf.get(members) ?? []).filter((e) => clusters[e.b] === members);
    const seen = versionsAtHand(series, members, inside);
    return {
      versions: [...seen, ...versionsNamed(series, unseenOf.get(members) ?? [], seen, claimed)].sort(byVersion),
    };
  });
}

function groupBy<T>(values: readonly T[], key: (value: T) => readonly number[]): Map<readonly number[], T[]> {
  const groups = new Map<readonly number[], T[]>();
  for (const value of values) {
    const list = groups.get(key(value));
    if (list) list.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}

const isRfc = (s: Series): boolean => s.tags.includes('RFC');
const sameVersion = (a: Series, b: Series): boolean => a.version === b.version && isRfc(a) === isRfc(b);

function compatible(series: readonly Series[], a: readonly number[], b: readonly number[]): boolean {
  return a.every((i) => b.every((j) => !sameVersion(series[i]!, series[j]!) || sentAgain(series[i]!, series[j]!)));
}

/** The same version twice: a resend, or parts of one that lost their thread. */
function sentAgain(a: Series, b: Series): boolean {
  const resend = a.tags.includes('RESEND') || b.tags.includes('RESEND') || a.carried.length > 0 || b.carried.length > 0;
  if (wordsAlike(a.title, b.title) >= 0.8)
    return resend || (a.total === b.total && a.patches.length === b.patches.length);
  return resend && a.patches.some((p) => b.patches.some((q) => q.title === p.title));
}

function versionsAtHand(
  series: readonly Series[],
  members: readonly number[],
  edges: readonly Edge[],
): LineageVersion[] {
  const versions: LineageVersion[] = [];
  const groups: number[][] = [];
  for (const i of [...members].sort((x, y) => x - y)) {
    const group = groups.find((g) => sameVersion(series[g[0]!]!, series[i]!));
    if (group) group.push(i);
    else groups.push([i]);
  }
  for (const group of groups) {
    // The most complete sending stands for the version; of equals, the first.
    const named = (i: number) => (series[i]!.messageId === null ? 1 : 0);
    const [main, ...others] = [...group].sort(
      (x, y) => series[y]!.patches.length - series[x]!.patches.length || named(x) - named(y) || x - y,
    );
    const chosen = series[main!]!;
    const about = edges.filter((e) => e.a === main || e.b === main).sort((x, y) => y.strength - x.strength);
    const strongest = about[0]?.strength ?? 0;
    versions.push({
      series: chosen,
      version: chosen.version,
      messageId: chosen.messageId,
      title: chosen.title,
      date: chosen.date,
      evidence: [
        ...new Set(about.filter((e) => e.strength >= 1 || e.strength === strongest).map((e) => e.evidence)),
      ].slice(0, 8),
      resends: others.map((i) => series[i]!),
    });
  }
  return versions;
}

/** Versions that are linked but not at hand; of several ids for one version, the one most often named counts. */
function versionsNamed(
  series: readonly Series[],
  named: readonly UnseenVersion[],
  seen: readonly LineageVersion[],
  claimed: Set<MessageId>,
): LineageVersion[] {
  const found = new Map<number, { id: MessageId; count: number; evidence: string }[]>();
  for (const { version, messageId, evidence, by } of named) {
    if (seen.some((v) => v.version === version) || version >= series[by]!.version) continue;
    const list = found.get(version) ?? [];
    const same = list.find((n) => n.id === messageId);
    if (same) same.count++;
    else list.push({ id: messageId, count: 1, evidence });
    found.set(version, list);
  }
  return [...found].flatMap(([version, list]) => {
    const [best] = list.filter((n) => !claimed.has(n.id)).sort((a, b) => b.count - a.count);
    if (!best) return [];
    claimed.add(best.id);
    return [
      { series: null, version, messageId: best.id, title: '', date: null, evidence: [best.evidence], resends: [] },
    ];
  });
}

/** By version; RFCs come before the patches that followed them, when the numbers started again. */
function byVersion(a: LineageVersion, b: LineageVersion): number {
  if (a.series && b.series && isRfc(a.series) !== isRfc(b.series)) {
    const [rfc, final] = isRfc(a.series) ? [a, b] : [b, a];
    if (rfc.version >= final.version && (rfc.date ?? '') < (final.date ?? '')) return rfc === a ? -1 : 1;
  }
  return a.version - b.version;
}
