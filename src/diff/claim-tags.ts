import { contradicted, notVisible, type Ruling, supported } from './claim-words.ts';
import type { ComparablePatch, TrailerLine } from './comparable.ts';
import type { RangePair } from './range-diff.ts';

const SHORT: Readonly<Record<string, string>> = {
  rb: 'reviewed-by',
  rvb: 'reviewed-by',
  ab: 'acked-by',
  tb: 'tested-by',
  sob: 'signed-off-by',
  rob: 'reported-by',
};
const KEY =
  /\b((?:Reviewed|Acked|Tested|Suggested|Reported|Co-developed|Signed-off|Originally|Debugged|Reported-and-tested)[ -]by|[RAT]-?[bB]s?|RvB|SoB|S-o-b|Fixes|Closes|Link|Cc|Cc:)\b(?=[\s:,;/+&.()'’]|s\b|$)/gi;
const ABOUT_TAGS =
  /-by\b|\b(?:[RAT]-?bs?|RvB|S-o-b|SoB)\b|\b(?:Fixes|Closes|Cc|Link):? ?(?:tags?|trailers?|lines?|:|stable)|^(?:\w+ ){1,2}(?:(?:review|reviewer|collected|received|given|all|the|more|missing|new|and|ack|acks|latest|few|some|up|in) ){0,4}(?:tags|trailers)(?:$|[.,;:(]| (?:from|for|by|given|received|on|that|to))/i;
const ADDS =
  /^(?:also )?(?:add(?:ed|s|ing)?|pick(?:ed|s)?[ -]?up|pick(?:ed)?|collect(?:ed)?|carr(?:y|ied)|gather(?:ed)?|include[ds]?|append(?:ed)?|appl(?:y|ied)|put|took|take|received|got|new)\b/i;
const DROPS = /^(?:also )?(?:drop(?:ped|s|ping)?|remov(?:e|ed|es|ing)|strip(?:ped)?|omit(?:ted)?|delete[ds]?)\b/i;

/** One tag that a claim speaks of; `who` is null when it names nobody. */
interface NamedTag {
  readonly key: string;
  readonly who: string | null;
  /** `removed a duplicate Signed-off-by`: one of several. */
  readonly partly: boolean;
}

/**
 * Decides claims about tags (`picked up Reviewed-by and Tested-by from Jane Doe`, `dropped R-b`, `added Fixes tags`)
 * against the trailers of both versions; null when the claim is not one.
 */
export function ruleOnTags(body: string, scope: readonly RangePair[], toVersion: number): Ruling | null {
  const verb = ADDS.test(body) ? 'add' : DROPS.test(body) ? 'drop' : null;
  if (verb === null || !ABOUT_TAGS.test(body.slice(0, 200))) return null;
  // `added missing Fixes handling to x()` speaks of code.
  if (/\w\(\)/.test(body.slice(0, 60)) && !/-by\b/i.test(body)) return null;
  const before = scope.flatMap((pair) => pair.from?.patch ?? []);
  const after = scope.flatMap((pair) => pair.to?.patch ?? []);
  if (after.length === 0) return null;
  const tags = namedTags(body);
  if (tags.length === 0) {
    const gained = after.flatMap((p) => newTrailers(scope, p).filter((t) => /-by$/i.test(t.key)));
    if (verb === 'add' && gained.length > 0) return supported(`new: ${gained.map(show).slice(0, 4).join('; ')}`);
    return notVisible('it names no tag');
  }
  const commits = [...body.matchAll(/\b[0-9a-f]{8,40}\b/g)].map((m) => m[0]);
  const rulings = tags.map((tag) =>
    verb === 'add' ? added(tag, before, after, commits, toVersion) : dropped(tag, before, after, toVersion),
  );
  const worst = rulings.find((r) => r.verdict === 'contradicted') ?? rulings.find((r) => r.verdict === 'not-visible');
  return worst ?? supported([...new Set(rulings.map((r) => r.evidence))].join('; '));
}

/** Reads `Reviewed-by from A and Reviewed-by + Tested-by from B`: keys gather until a name comes; later ones without a name belong to it. */
function namedTags(body: string): NamedTag[] {
  const text = body.replace(
    /\b(?:as |per |suggested by |requested by |proposed by |thanks to |noted by |pointed out by )[^,;.]{0,80}/gi,
    (m) => (/-by\b/i.test(m) ? m : ' '),
  );
  const keys = [...text.matchAll(KEY)].map((m) => ({
    at: m.index,
    end: m.index + m[0].length,
    name: normalKey(m[1]!),
  }));
  const names = [...text.matchAll(/(?:\b(?:from|by|for|of)|:)\s((?:\p{Lu}[\p{L}'’.-]{0,40}\s?){1,5})/gu)].map((m) => ({
    at: m.index,
    name: m[1]!.trim().replace(/['’]s$/, ''),
  }));
  const tags: NamedTag[] = [];
  let last: string | null = null;
  for (const [i, key] of keys.entries()) {
    // The name that ends this run of keys: the first one behind it, with no gap of other words but `and`, `tag`, `+`, `/`.
    const next = names.find((n) => n.at >= key.end - 1 && !(/by$/.test(key.name) && n.at < key.end - 3));
    const run = keys.slice(i).filter((k) => next !== undefined && k.at <= next.at);
    const between = next && text.slice(run.at(-1)?.end ?? key.end, next.at);
    const own =
      next && between !== undefined && /^[\s:]*(?:tags?|trailers?|\(s\)|s)?[\s:]*$/i.test(between) ? next.name : null;
    if (own !== null) last = own;
    tags.push({ key: key.name, who: own ?? last, partly: /duplicate|extra|wrong|stale|invalid|second/i.test(body) });
  }
  return tags;
}

function normalKey(key: string): string {
  const lower = key.toLowerCase().replace(/:$/, '').replace(' by', '-by');
  return SHORT[lower.replace(/-/g, '').replace(/s$/, '')] ?? lower;
}

function added(
  tag: NamedTag,
  before: readonly ComparablePatch[],
  after: readonly ComparablePatch[],
  commits: readonly string[],
  version: number,
): Ruling {
  const wanted = (p: ComparablePatch) => p.trailers.filter((t) => isTag(t, tag));
  const now = after.flatMap(wanted);
  const label = tag.who ? `${keyName(tag.key)} of ${tag.who}` : keyName(tag.key);
  if (tag.key === 'fixes' && commits.length > 0) {
    const absent = commits.filter((c) => !now.some((t) => c.startsWith(t.value.split(/\s/)[0]!.slice(0, 8))));
    if (absent.length === 0) return supported(`Fixes: ${commits.join(', ')} in v${version}`);
    return notVisible(`no Fixes: ${absent[0]} in v${version}`);
  }
  if (now.length === 0) {
    if (tag.who !== null && tag.who.split(' ').length < 2) return notVisible(`no ${label} by that name in v${version}`);
    if (tag.who !== null && after.some((p) => p.trailers.some((t) => sharesWord(t, tag))))
      return notVisible(`no ${label} in v${version}, but a similar name`);
    if (/^(?:cc|link|closes|fixes)$/.test(tag.key)) return notVisible(`no ${label} in v${version}`);
    return contradicted(`no patch of v${version} carries a ${label}`);
  }
  const then = before.flatMap(wanted);
  const fresh = now.filter((t) => !then.some((o) => o.value === t.value && o.key === t.key));
  if (fresh.length > 0) return supported(`new: ${show(fresh[0]!)}`);
  if (after.some((p) => wanted(p).length > 0) && now.length > then.length)
    return supported(`on more patches: ${show(now[0]!)}`);
  return tag.who
    ? supported(`there already before: ${show(now[0]!)}`)
    : notVisible(`no ${label} is new in v${version}`);
}

function dropped(
  tag: NamedTag,
  before: readonly ComparablePatch[],
  after: readonly ComparablePatch[],
  version: number,
): Ruling {
  const wanted = (p: ComparablePatch) => p.trailers.filter((t) => isTag(t, tag));
  const then = before.flatMap(wanted);
  const now = after.flatMap(wanted);
  const gone = then.filter((t) => !now.some((o) => o.value === t.value));
  if (gone.length > 0) return supported(`gone: ${show(gone[0]!)}`);
  if (tag.partly) return notVisible(`${keyName(tag.key)} stays, perhaps fewer of them`);
  if (then.length === 0) return notVisible(`there was no ${keyName(tag.key)} before`);
  if (now.length < then.length) return supported(`on fewer patches: ${show(then[0]!)}`);
  if (after.length === 1 || tag.who !== null) return contradicted(`v${version} still has ${show(now[0]!)}`);
  return notVisible(`no ${keyName(tag.key)} is gone`);
}

function isTag(trailer: TrailerLine, tag: NamedTag): boolean {
  if (trailer.key.toLowerCase() !== tag.key) return false;
  if (tag.who === null) return true;
  const value = trailer.value.toLowerCase();
  return tag.who
    .toLowerCase()
    .split(' ')
    .every((word) => value.includes(word));
}

const sharesWord = (trailer: TrailerLine, tag: NamedTag): boolean =>
  (tag.who ?? '')
    .toLowerCase()
    .split(' ')
    .some((word) => word.length > 2 && trailer.value.toLowerCase().includes(word));

const show = (trailer: TrailerLine): string => `${trailer.key}: ${trailer.value}`;
const keyName = (key: string): string => key[0]!.toUpperCase() + key.slice(1);

/** Trailers of a new version's patch that its older version lacks. */
export function newTrailers(scope: readonly RangePair[], patch: ComparablePatch): TrailerLine[] {
  const old = scope.find((pair) => pair.to?.patch === patch)?.from?.patch.trailers ?? [];
  return patch.trailers.filter((t) => !old.some((o) => sameTrailer(o, t)));
}

export function sameTrailer(a: TrailerLine, b: TrailerLine): boolean {
  return a.key.toLowerCase() === b.key.toLowerCase() && a.value === b.value;
}
