import { confidenceOf, THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderPath, OrderVerdict, PatchVerdict } from './finding.ts';
import type { LockIndex } from './lock-index.ts';
import { cheapest, holderKeyOf, keyOf, type LockPair } from './lock-pair.ts';
import type { OrderSearch, Witness } from './order-search.ts';
import { sitesOf } from './order-statistics.ts';
import type { RuleSet } from './rules/index.ts';
import { MODE } from './summary.ts';
import { PathWriter } from './witness-path.ts';

/** Remaining paths shown. */
const REMAINING = 5;
/** Further paths of the series' own shown behind the two that make the proof. */
const FURTHER = 4;

/** The finding for one pair of lock classes; null when its orders never meet. */
export function judgePair(
  pair: LockPair,
  views: readonly LockIndex[],
  searches: readonly OrderSearch[],
  rules: RuleSet,
): CycleFinding | null {
  const { a, b } = pair;
  const forwardAt = existsAt(a, b, pair, searches);
  const reverseAt = existsAt(b, a, pair, searches);
  const bothAt = forwardAt.map((there, i) => there && (reverseAt[i] as boolean));
  const last = views.length - 1;
  const lastSearch = searches[last] as OrderSearch;
  // what was added and is still there at the end, and what was there at the start and is gone
  const added = new Map<string, { witness: Witness; patch: number }>();
  const gone = new Map<string, { witness: Witness; patch: number }>();
  let came = false;
  pair.added.forEach((list, i) => {
    const closed = pair.gone[i] as Witness[];
    // code that went into a helper, or came out of one: the holder has the order as it had it
    const had = new Set(closed.map(holderKeyOf));
    const has = new Set(list.map(holderKeyOf));
    for (const witness of closed) {
      if (has.has(holderKeyOf(witness))) continue;
      const key = keyOf(witness);
      if (!added.delete(key)) gone.set(key, { witness, patch: i + 1 });
    }
    for (const witness of list) {
      if (had.has(holderKeyOf(witness))) continue;
      const key = keyOf(witness);
      came = true;
      if (!gone.delete(key)) added.set(key, { witness, patch: i + 1 });
    }
  });
  const before = bothAt[0] as boolean;
  const after = bothAt[last] as boolean;
  let verdict: OrderVerdict;
  if (!before && after) verdict = 'introduced';
  else if (before && !after) verdict = 'fixed';
  else if (!before) {
    if (!bothAt.some(Boolean)) return null;
    verdict = 'transient';
  } else if (added.size > 0) verdict = 'new-path';
  else if (gone.size > 0) verdict = 'narrowed';
  else verdict = came ? 'transient' : 'pre-existing';

  const perPatch: PatchVerdict[] = [];
  for (let i = 1; i <= last; i++) {
    const plus = new Set((pair.added[i - 1] as Witness[]).map(keyOf)).size;
    const minus = new Set((pair.gone[i - 1] as Witness[]).map(keyOf)).size;
    if (plus === 0 && minus === 0 && bothAt[i] === bothAt[i - 1]) continue;
    const was = bothAt[i - 1] as boolean;
    const is = bothAt[i] as boolean;
    if (!was && !is) continue;
    perPatch.push({
      patch: i,
      verdict: !was ? 'introduced' : !is ? 'fixed' : plus > 0 ? 'new-path' : minus > 0 ? 'narrowed' : 'pre-existing',
      added: plus,
      closed: minus,
      remaining: 0,
    });
  }

  // the first half of the proof: what the series changed; in the tree where both halves are
  const changedIn = (list: Map<string, { witness: Witness; patch: number }>): Witness[] =>
    [...list.values()].map(({ witness }) => witness).sort((x, y) => x.cost - y.cost || x.holder - y.holder);
  const holdersGone = new Set([...gone.values()].map(({ witness }) => witness.holder));
  let mine: Witness[];
  let view: number;
  if (verdict === 'fixed' || verdict === 'narrowed') {
    mine = changedIn(gone);
    view = 0;
  } else if (verdict === 'transient') {
    view = bothAt.findIndex((both, i) => both && i > 0 && (pair.added[i - 1] as Witness[]).length > 0);
    if (view < 0) view = bothAt.indexOf(true);
    mine = view > 0 ? [...(pair.added[view - 1] as Witness[])].sort((x, y) => x.cost - y.cost) : [];
  } else {
    view = last;
    mine = changedIn(added);
  }
  const search = searches[view] as OrderSearch;
  const writer = new PathWriter(search);
  const near = touchedFolders(views);
  const shown = writer.rank(mainDirection(search.possible(mine)).slice(0, 240), near);
  // a holder that had the order before is the weaker example of a new path
  shown.sort((x, y) => Number(holdersGone.has(x.holder)) - Number(holdersGone.has(y.holder)));
  const first = shown[0] ?? search.paths(a, b)[0];
  if (!first) return null;
  const reverse = search.paths(first.taken.lock, first.held.lock);
  const fresh = new Set(mine.map(keyOf));
  const ranked = writer.rank(reverse, near);
  // what stood in the tree before proves more than what the series itself brings
  const second =
    ranked.find((witness) => !fresh.has(keyOf(witness))) ??
    ranked[0] ??
    search.possible(mine).find((witness) => witness.held.lock === first.taken.lock);
  if (!second) return null;
  const further = shown.slice(1).map((witness) => writer.write(witness));
  const paths = [writer.write(first), writer.write(second)];
  for (const path of further)
    if (paths.length < 2 + FURTHER && !paths.some((known) => sameBeginning(known, path))) paths.push(path);
  const isThere =
    verdict === 'introduced' || verdict === 'new-path' || verdict === 'narrowed' || verdict === 'pre-existing';
  const lastWriter = new PathWriter(lastSearch);
  const staying = isThere ? lastSearch.paths(first.taken.lock, first.held.lock) : [];
  const remaining = staying.length;
  const gate = commonGate(first, second, search);
  if (gate !== null && verdict === 'introduced') verdict = 'gated';
  const confidence = confidenceOf([cheapestOf(mine, first), reverse[0] ?? second], search, rules);
  const introducedBy =
    verdict === 'introduced' || verdict === 'new-path' || verdict === 'transient' || verdict === 'gated'
      ? (perPatch.find((patch) => patch.verdict === 'introduced' || patch.verdict === 'new-path')?.patch ?? null)
      : null;
  const fixedBy =
    verdict === 'fixed' || verdict === 'transient'
      ? ([...perPatch].reverse().find((patch) => patch.verdict === 'fixed' || patch.closed > 0)?.patch ?? null)
      : null;
  return {
    kind: [first.held.lock, first.taken.lock].some((lock) => search.isWait(lock)) ? 'wait-under-lock' : 'abba',
    locks: [search.index.locks.text(first.held.lock), search.index.locks.text(first.taken.lock)],
    verdict,
    introducedBy,
    fixedBy,
    perPatch: perPatch.map((patch) => ({ ...patch, remaining: patch.verdict === 'fixed' ? 0 : remaining })),
    paths,
    remaining: lastWriter
      .rank(staying, near)
      .filter((witness) => keyOf(witness) !== keyOf(second))
      .slice(0, REMAINING)
      .map((witness) => lastWriter.write(witness)),
    statistics: {
      forward: sitesOf(search.index, first.held.lock, first.taken.lock),
      reverse: sitesOf(search.index, first.taken.lock, first.held.lock),
      remaining,
      closed: gone.size,
    },
    confidence,
    reported: verdict !== 'pre-existing' && confidence >= THRESHOLD,
    notes:
      gate === null
        ? []
        : [`both paths hold ${search.index.locks.text(gate)}: this cannot deadlock, though lockdep would complain`],
  };
}

function cheapestOf(list: readonly Witness[], like: Witness): Witness {
  return list
    .filter((witness) => witness.held.lock === like.held.lock)
    .reduce((best, witness) => (witness.cost < best.cost ? witness : best), like);
}

/** Those witnesses of the direction in which the series changed more; the cheaper one when it is the same. */
function mainDirection(mine: readonly Witness[]): Witness[] {
  const directions = new Map<number, Witness[]>();
  for (const witness of mine) {
    const list = directions.get(witness.held.lock);
    if (list) list.push(witness);
    else directions.set(witness.held.lock, [witness]);
  }
  return [...directions.values()].sort((x, y) => y.length - x.length || cheapest(x) - cheapest(y))[0] ?? [];
}

/** Whether two paths begin and hold alike: then one example is enough. */
function sameBeginning(a: OrderPath, b: OrderPath): boolean {
  const holder = (path: OrderPath): string | undefined => path.chain[path.acquire?.step ?? 0]?.function;
  return a.holds === b.holds && a.chain[0]?.function === b.chain[0]?.function && holder(a) === holder(b);
}

/** Folders of the functions that the series touches. */
function touchedFolders(views: readonly LockIndex[]): Set<string> {
  const folders = new Set<string>();
  for (const view of views) {
    const { symbols } = view.tree;
    for (const fn of (view.tree as { touched?: readonly number[] }).touched ?? []) {
      const path = symbols.path(symbols.t.fnFile.at(fn));
      folders.add(path.slice(0, path.lastIndexOf('/')));
    }
  }
  return folders;
}

/** Whether `taken` is taken under `held` at all, in each tree; looked for again only where that order changed. */
function existsAt(held: number, taken: number, pair: LockPair, searches: readonly OrderSearch[]): boolean[] {
  const out: boolean[] = [];
  searches.forEach((search, i) => {
    const touched =
      i === 0 ||
      [...(pair.added[i - 1] as Witness[]), ...(pair.gone[i - 1] as Witness[])].some((w) => w.held.lock === held);
    out.push(touched ? search.exists(held, taken) : (out[i - 1] as boolean));
  });
  return out;
}

/** A third lock that both paths hold exclusively where they hold their first. */
function commonGate(first: Witness, second: Witness, search: OrderSearch): number | null {
  const { locks } = search.index;
  for (const one of first.together) {
    if (
      one.lock === first.held.lock ||
      one.lock === first.taken.lock ||
      one.mode !== MODE.EXCLUSIVE ||
      !locks.isClass(one.lock) ||
      // a queue runs several works at a time, a timer's class stands for many timers
      search.isWait(one.lock)
    )
      continue;
    // only a lock that is one object in the whole system gates two classes
    if (!one.instance.startsWith(':')) continue;
    if (
      second.together.some(
        (other) => other.lock === one.lock && other.mode === MODE.EXCLUSIVE && other.instance === one.instance,
      )
    )
      return one.lock;
  }
  return null;
}
