import { confidenceOf, THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderPath, OrderVerdict, PatchVerdict, SeriesJudgement, SiteCount } from './finding.ts';
import { InstanceTracing } from './instances.ts';
import type { LockIndex } from './lock-index.ts';
import { ObjectBinding } from './object-binding.ts';
import { orderChanges } from './order-changes.ts';
import { type Below, OrderSearch, type Witness } from './order-search.ts';
import type { OverlayLocks } from './overlay-locks.ts';
import type { RuleSet } from './rules/index.ts';
import { MODE } from './summary.ts';
import { PathWriter } from './witness-path.ts';

/** Pairs whose reverse order is looked for with the full search. */
const PAIRS = 24;
/** From this many held locks on, the reverse is first looked for downwards, which is cheap and sees less. */
const FEW = 4;
/** Remaining paths shown. */
const REMAINING = 5;
/** Further paths of the series' own shown behind the two that make the proof. */
const FURTHER = 4;
/** Both halves together may not cost more. */
const TOTAL_COST = 18;

/** The two orders of a pair of lock classes; `a` and `b` as the first change had them: a held, b taken. */
interface Pair {
  readonly a: number;
  readonly b: number;
  /** Per patch: witnesses added and gone, of either direction. */
  readonly added: Witness[][];
  readonly gone: Witness[][];
}

/**
 * Says what a series does to the lock order: `steps[i]` is the tree after patch i + 1, laid over the one before.
 *
 * @example
 * const judgement = judgeSeries(base, [afterPatch1, afterPatch2], rules);
 */
export function judgeSeries(base: LockIndex, steps: readonly OverlayLocks[], rules: RuleSet): SeriesJudgement {
  const views = [base, ...steps];
  const searches = views.map((view) => new OrderSearch(view, rules));
  const pairs = new Map<string, Pair>();
  const selfs = new Map<string, { added: Witness[][]; gone: Witness[][] }>();
  const none = (): Witness[][] => steps.map(() => []);

  steps.forEach((step, i) => {
    const old = views[i] as LockIndex;
    const fns = new Set([
      ...((step.tree as { touched?: readonly number[] }).touched ?? []),
      ...((step.tree as { removed?: readonly number[] }).removed ?? []),
      ...step.changed,
    ]);
    for (const [which, from, to, search] of [
      ['added', old, step, searches[i + 1]],
      ['gone', step, old, searches[i]],
    ] as const) {
      const tracing = new InstanceTracing(to, rules);
      for (const change of orderChanges(from, to, search as OrderSearch, fns)) {
        if (change.held === change.taken) {
          for (const witness of change.witnesses)
            if (isSelfDeadlock(witness, tracing, to, rules)) {
              const key = `${change.held}|${witness.links.length === 0 ? witness.holder : (witness.links[witness.links.length - 1] as { callee: number }).callee}`;
              const known = selfs.get(key) ?? { added: none(), gone: none() };
              selfs.set(key, known);
              (known[which][i] as Witness[]).push(witness);
            }
          continue;
        }
        const key = change.held < change.taken ? `${change.held}|${change.taken}` : `${change.taken}|${change.held}`;
        let pair = pairs.get(key);
        if (!pair) {
          pair = { a: change.held, b: change.taken, added: none(), gone: none() };
          pairs.set(key, pair);
        }
        (pair[which][i] as Witness[]).push(...change.witnesses);
      }
    }
  });

  const findings: CycleFinding[] = [];
  for (const pair of invertedPairs([...pairs.values()], searches)) {
    const finding = judgePair(pair, views, searches, rules);
    if (finding) findings.push(finding);
  }
  for (const [, self] of selfs) {
    const finding = judgeSelf(self, views, searches);
    if (finding) findings.push(finding);
  }
  const shown = findings.filter((finding) => !isSuppressed(finding, rules));
  const bounds = searches.some((search) => search.boundsHit)
    ? ['some searches for the reverse order ended at their bound']
    : [];
  const skipped = steps.reduce((sum, step) => sum + step.skippedCallers, 0);
  if (skipped > 0) bounds.push(`${skipped} callers of functions whose net lock effect changed were not analysed again`);
  return {
    findings: shown,
    unlisted: {
      preExisting: shown.filter((finding) => finding.verdict === 'pre-existing').length,
      belowThreshold: shown.filter((finding) => !finding.reported && finding.verdict !== 'pre-existing').length,
      suppressed: findings.length - shown.length,
    },
    boundsHit: bounds,
    unknownLocks: unknownLocks(steps),
  };
}

/** Those pairs that are taken in both orders in some tree of the series, the cheapest first. */
function invertedPairs(pairs: Pair[], searches: readonly OrderSearch[]): Pair[] {
  const above = new Map<string, Map<number, Witness>>();
  const under = new Map<string, Map<number, Below>>();
  const heldAbove = (view: number, lock: number): Map<number, Witness> => {
    const key = `${view}|${lock}`;
    let map = above.get(key);
    if (!map) {
      const search = searches[view] as OrderSearch;
      map = search.heldAbove(lock);
      above.set(key, map);
    }
    return map;
  };
  const takenUnder = (view: number, lock: number): Map<number, Below> => {
    const key = `${view}|${lock}`;
    let map = under.get(key);
    if (!map) {
      map = (searches[view] as OrderSearch).takenUnder(lock);
      under.set(key, map);
    }
    return map;
  };
  const directions = new Set<string>();
  for (const pair of pairs)
    for (const list of [...pair.added, ...pair.gone]) for (const w of list) directions.add(`${w.held.lock}`);
  const many = directions.size > FEW;
  const ranked: { pair: Pair; cost: number }[] = [];
  for (const pair of pairs) {
    let best = Number.POSITIVE_INFINITY;
    pair.added.forEach((list, i) => {
      best = Math.min(best, reverseCost(list, i + 1));
    });
    pair.gone.forEach((list, i) => {
      best = Math.min(best, reverseCost(list, i));
    });
    if (best <= TOTAL_COST) ranked.push({ pair, cost: best });
  }
  function reverseCost(list: readonly Witness[], view: number): number {
    let best = Number.POSITIVE_INFINITY;
    const seen = new Set<string>();
    for (const witness of list) {
      const key = `${witness.held.lock}|${witness.taken.lock}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const reverse = many
        ? takenUnder(view, witness.taken.lock).get(witness.held.lock)
        : heldAbove(view, witness.held.lock).get(witness.taken.lock);
      // both halves may be new: then each is the other's reverse
      if (reverse) best = Math.min(best, cheapest(list) + reverse.cost);
    }
    return best;
  }
  ranked.sort((x, y) => x.cost - y.cost || x.pair.a - y.pair.a || x.pair.b - y.pair.b);
  return ranked.slice(0, PAIRS).map(({ pair }) => pair);
}

function cheapestOf(list: readonly Witness[], like: Witness): Witness {
  return list
    .filter((witness) => witness.held.lock === like.held.lock)
    .reduce((best, witness) => (witness.cost < best.cost ? witness : best), like);
}

function cheapest(list: readonly Witness[]): number {
  return list.reduce((least, witness) => Math.min(least, witness.cost), Number.POSITIVE_INFINITY);
}

function keyOf(witness: Witness): string {
  const last = witness.links[witness.links.length - 1];
  return `${witness.held.lock}|${witness.taken.lock}|${witness.holder}|${witness.links[0]?.word ?? ''}|${last?.callee ?? ''}`;
}

function judgePair(
  pair: Pair,
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
    for (const witness of pair.gone[i] as Witness[]) {
      const key = keyOf(witness);
      if (!added.delete(key)) gone.set(key, { witness, patch: i + 1 });
    }
    for (const witness of list) {
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
  const binding = new ObjectBinding(search.index);
  const possible = (list: readonly Witness[]): Witness[] =>
    list.slice(0, 400).filter((witness) => binding.isPossible(witness));
  const shown = writer.rank(mainDirection(possible(mine)).slice(0, 40), near);
  // a holder that had the order before is the weaker example of a new path
  shown.sort((x, y) => Number(holdersGone.has(x.holder)) - Number(holdersGone.has(y.holder)));
  const first = shown[0] ?? possible(search.paths(a, b))[0];
  if (!first) return null;
  const reverse = possible(search.paths(first.taken.lock, first.held.lock));
  const fresh = new Set(mine.map(keyOf));
  const ranked = writer.rank(reverse.slice(0, 400), near);
  // what stood in the tree before proves more than what the series itself brings
  const second =
    ranked.find((witness) => !fresh.has(keyOf(witness))) ??
    ranked[0] ??
    possible(mine).find((witness) => witness.held.lock === first.taken.lock);
  if (!second) return null;
  const further = shown.slice(1).map((witness) => writer.write(witness));
  const paths = [writer.write(first), writer.write(second)];
  for (const path of further)
    if (paths.length < 2 + FURTHER && !paths.some((known) => sameChain(known, path))) paths.push(path);
  const isThere =
    verdict === 'introduced' || verdict === 'new-path' || verdict === 'narrowed' || verdict === 'pre-existing';
  const lastWriter = new PathWriter(lastSearch);
  const staying = isThere ? lastSearch.paths(first.taken.lock, first.held.lock) : [];
  const other = isThere ? lastSearch.paths(first.held.lock, first.taken.lock) : [];
  const remaining = staying.length + other.length;
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
    kind: 'abba',
    locks: [search.index.locks.text(first.held.lock), search.index.locks.text(first.taken.lock)],
    verdict,
    introducedBy,
    fixedBy,
    perPatch: perPatch.map((patch) => ({ ...patch, remaining: patch.verdict === 'fixed' ? 0 : remaining })),
    paths,
    remaining: staying
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

function sameChain(a: OrderPath, b: OrderPath): boolean {
  return (
    a.holds === b.holds && a.chain.map((step) => step.function).join() === b.chain.map((step) => step.function).join()
  );
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
function existsAt(held: number, taken: number, pair: Pair, searches: readonly OrderSearch[]): boolean[] {
  const out: boolean[] = [];
  searches.forEach((search, i) => {
    const touched =
      i === 0 ||
      [...(pair.added[i - 1] as Witness[]), ...(pair.gone[i - 1] as Witness[])].some((w) => w.held.lock === held);
    out.push(touched ? search.paths(held, taken).length > 0 : (out[i - 1] as boolean));
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
      !locks.isClass(one.lock)
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

function sitesOf(index: LockIndex, held: number, taken: number): SiteCount {
  const { orders, tree } = index;
  const files = new Set<number>();
  let sites = 0;
  for (let i = 0; i < orders.held.length; i++) {
    if (orders.held[i] !== held || orders.taken[i] !== taken) continue;
    sites++;
    files.add(tree.symbols.t.fnFile.at(orders.fn[i] as number));
  }
  return { sites, files: files.size };
}

function isSelfDeadlock(witness: Witness, tracing: InstanceTracing, index: LockIndex, rules: RuleSet): boolean {
  const { held, taken } = witness;
  if (taken.tries || taken.nested || taken.reentrant || held.entry) return false;
  if (held.mode !== MODE.EXCLUSIVE && taken.mode !== MODE.EXCLUSIVE) return false;
  if (rules.classes.get(index.locks.text(held.lock))?.selfCycle === false && !held.instance.startsWith(':'))
    return tracing.isSameObject(witness) && witness.links.length === 0;
  return tracing.isSameObject(witness);
}

function judgeSelf(
  self: { added: Witness[][]; gone: Witness[][] },
  views: readonly LockIndex[],
  searches: readonly OrderSearch[],
): CycleFinding | null {
  let present = 0;
  let introducedBy: number | null = null;
  let fixedBy: number | null = null;
  const perPatch: PatchVerdict[] = [];
  let witness: Witness | null = null;
  let view = views.length - 1;
  let started = false;
  self.added.forEach((list, i) => {
    const minus = (self.gone[i] as Witness[]).length;
    if (minus > 0) {
      fixedBy = i + 1;
      if (!witness) {
        witness = (self.gone[i] as Witness[])[0] as Witness;
        view = i;
      }
      if (present > 0) present = 0;
    }
    if (list.length > 0) {
      introducedBy ??= i + 1;
      present += list.length;
      if (!started) {
        witness = [...list].sort((x, y) => x.cost - y.cost)[0] as Witness;
        view = i + 1;
        started = true;
      }
    }
    if (list.length > 0 || minus > 0)
      perPatch.push({
        patch: i + 1,
        verdict: list.length > 0 ? 'introduced' : 'fixed',
        added: list.length,
        closed: minus,
        remaining: present,
      });
  });
  const shown = witness as Witness | null;
  if (!shown) return null;
  const verdict: OrderVerdict = introducedBy !== null ? (present > 0 ? 'introduced' : 'transient') : 'fixed';
  const search = searches[view] as OrderSearch;
  const path = { ...new PathWriter(search).write(shown), instance: 'same' as const };
  const confidence = Math.max(0.3, 0.95 - 0.04 * shown.cost);
  return {
    kind: 'self-deadlock',
    locks: [search.index.locks.text(shown.held.lock)],
    verdict,
    introducedBy,
    fixedBy,
    perPatch,
    paths: [path],
    remaining: [],
    statistics: {
      forward: { sites: 0, files: 0 },
      reverse: { sites: 0, files: 0 },
      remaining: present,
      closed: fixedBy === null ? 0 : 1,
    },
    confidence,
    reported: confidence >= THRESHOLD,
    notes: [],
  };
}

function isSuppressed(finding: CycleFinding, rules: RuleSet): boolean {
  return rules.suppressions.some((rule) => {
    if (rule.locks.length === 0 || !rule.locks.every((lock) => finding.locks.includes(lock))) return false;
    return (
      rule.path === null ||
      finding.paths.some((path) => path.chain.some((step) => step.file.startsWith(rule.path as string)))
    );
  });
}

function unknownLocks(steps: readonly OverlayLocks[]): number {
  const last = steps[steps.length - 1];
  if (!last) return 0;
  let count = 0;
  for (const fn of last.changed)
    for (const taken of last.summaryOf(fn).acquisitions) if (last.locks.text(taken.lock).startsWith('?')) count++;
  return count;
}
