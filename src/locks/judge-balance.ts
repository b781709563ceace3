import { type Balance, type Imbalance, NO_BALANCE } from './balance.ts';
import { THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderVerdict, PatchVerdict } from './finding.ts';
import { FunctionAnalysis } from './function-analysis.ts';
import type { LockIndex } from './lock-index.ts';
import { isOpaque } from './opaque-paths.ts';
import type { OverlayLocks } from './overlay-locks.ts';
import type { RuleSet } from './rules/index.ts';
import { EFFECT, WHEN } from './summary.ts';

/** Functions looked at for one series. */
const FUNCTIONS = 4000;

/** Places of one fault that are shown. */
const PLACES = 6;

/** A finding, and the function whose ways out it is about. */
interface Found {
  readonly fn: number;
  readonly finding: CycleFinding;
}

/** Locks that a way out of a function forgets, or lets go twice, in one tree of the series but not in another. */
export function judgeBalance(base: LockIndex, steps: readonly OverlayLocks[], rules: RuleSet): CycleFinding[] {
  const fns = new Set<number>();
  for (const step of steps) for (const fn of step.changed) if (fns.size < FUNCTIONS) fns.add(fn);
  const views: LockIndex[] = [base, ...steps];
  const analyses = views.map(
    (view) => new FunctionAnalysis(view.tree, rules, view.locks, (fn) => view.summaryOf(fn).effects, view.runsIn),
  );
  const found: Found[] = [];
  for (const fn of [...fns].sort((a, b) => a - b)) {
    const changed = views.map((_, i) => i === 0 || (steps[i - 1] as OverlayLocks).changed.has(fn));
    const states: Balance[] = [];
    for (const [i, view] of views.entries()) {
      const known = states[i - 1];
      const balance = known && !changed[i] ? known : balanceIn(view, analyses[i] as FunctionAnalysis, fn, rules);
      // what a changed callee leaves behind is its own fault, not its callers'
      states.push({ ...balance, imbalances: balance.imbalances.filter((imbalance) => !fns.has(imbalance.via)) });
    }
    const keys = new Set(states.flatMap(({ imbalances }) => imbalances.map(({ kind, lock }) => `${kind}|${lock}`)));
    for (const key of keys) {
      const at = states.map(({ imbalances }) => imbalances.find(({ kind, lock }) => `${kind}|${lock}` === key) ?? null);
      const finding = judge(fn, at, states, views);
      if (finding) found.push({ fn, finding });
    }
  }
  return told(found, steps);
}

/** One finding for one lock and fault: the functions that the series itself changes speak first, and for all their callers. */
function told(found: readonly Found[], steps: readonly OverlayLocks[]): CycleFinding[] {
  const touched = new Set(steps.flatMap((step) => (step.tree as { touched?: readonly number[] }).touched ?? []));
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const fault = one.finding.kind === 'missing-unlock' ? 'missing' : 'twice';
    const key = `${fault}|${one.finding.locks[0]}|${one.finding.verdict}|${one.finding.introducedBy}|${one.finding.fixedBy}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  const owned = new Set(found.filter(({ fn }) => touched.has(fn)).map(({ finding }) => finding.locks[0]));
  const out: CycleFinding[] = [];
  for (const group of groups.values()) {
    const mine = group.filter(({ fn }) => touched.has(fn));
    if (mine.length === 0 && owned.has(group[0]?.finding.locks[0])) continue;
    const ranked = (mine.length > 0 ? mine : group).toSorted((x, y) => y.finding.confidence - x.finding.confidence);
    const [first] = ranked;
    if (!first) continue;
    const places = ranked.length;
    out.push({
      ...first.finding,
      paths: ranked.slice(0, PLACES).flatMap(({ finding }) => finding.paths),
      notes: places > 1 ? [`the same fault in ${places} functions`] : [],
    });
  }
  return out;
}

function balanceIn(view: LockIndex, analysis: FunctionAnalysis, fn: number, rules: RuleSet): Balance {
  const { symbols, source } = view.tree;
  const fileId = symbols.t.fnFile.find(fn);
  const file = fileId < 0 || symbols.gone.has(fileId) || isOpaque(rules, symbols.path(fileId)) ? null : source(fileId);
  return file ? analysis.balance(file, symbols.t.fnLocal.at(fn)) : NO_BALANCE;
}

function judge(
  fn: number,
  seen: readonly (Imbalance | null)[],
  states: readonly Balance[],
  views: readonly LockIndex[],
): CycleFinding | null {
  const last = seen.length - 1;
  // what is as bad at the start as at the end is how the function is meant
  const usual = Math.min(badness(seen[0] ?? null), badness(seen[last] ?? null));
  const at = seen.map((imbalance) => (badness(imbalance) > usual ? imbalance : null));
  if (at.every((imbalance) => imbalance === null) || (usual > 0 && at[0] && !at[0].odd)) return null;
  const first = at[0] ?? null;
  const end = at[last] ?? null;
  if (first && end) return null;
  const shownAt = end ? last : at.findIndex((imbalance) => imbalance !== null);
  const shown = at[shownAt] as Imbalance;
  const view = views[shownAt] as LockIndex;
  const other = views[first ? last : 0] as LockIndex;
  // a new function may hand a lock to its caller by design, as long as its result tells
  if (!shown.odd && !shown.always && fn >= (views[0] as LockIndex).tree.symbols.functionCount) return null;
  // without a way out that lets it go, only a function that did, or whose result said who has the lock, forgets it
  const balanced = states[first ? last : 0]?.balanced.has(shown.lock) ?? false;
  if ((shown.always || shown.handsOver) && !balanced && !toldByResult(other, fn, shown.lock)) return null;
  const verdict: OrderVerdict = end ? 'introduced' : first ? 'fixed' : 'transient';
  const perPatch: PatchVerdict[] = [];
  for (let i = 1; i <= last; i++) {
    if ((at[i] === null) === (at[i - 1] === null)) continue;
    const came = at[i] !== null;
    perPatch.push({
      patch: i,
      verdict: came ? 'introduced' : 'fixed',
      added: came ? 1 : 0,
      closed: came ? 0 : 1,
      remaining: came ? 1 : 0,
    });
  }
  const { symbols } = view.tree;
  const lock = view.locks.text(shown.lock);
  const file = symbols.path(symbols.t.fnFile.at(fn));
  const name = symbols.functionName(fn);
  const isMissing = shown.kind === 'missing-unlock';
  const confidence = shown.odd ? 0.86 : shown.always ? 0.7 : 0.74;
  return {
    kind: shown.kind,
    locks: [lock],
    verdict,
    introducedBy:
      verdict === 'fixed' ? null : (perPatch.find((patch) => patch.verdict === 'introduced')?.patch ?? null),
    fixedBy:
      verdict === 'introduced'
        ? null
        : ([...perPatch].reverse().find((patch) => patch.verdict === 'fixed')?.patch ?? null),
    perPatch,
    paths: [
      {
        holds: lock,
        waits: isMissing ? 'exit' : lock,
        chain: [{ function: name, file, line: shown.exitLine, via: 'entry', slot: null }],
        acquire: isMissing ? { step: 0, call: 'lock', file, line: shown.line } : null,
        wait: { step: 0, call: isMissing ? 'return' : 'unlock', file, line: isMissing ? shown.exitLine : shown.line },
        condition: null,
        instance: 'same',
        assumptions: shown.odd ? [] : ['the other ways out of the function are as it means them'],
        cost: 0,
      },
    ],
    remaining: [],
    statistics: {
      forward: { sites: 0, files: 0 },
      reverse: { sites: 0, files: 0 },
      remaining: end ? 1 : 0,
      closed: end ? 0 : 1,
    },
    confidence,
    reported: confidence >= THRESHOLD,
    notes: [],
  };
}

/** 0 for nothing, more for what can less be meant: told by the result, on every way out, on ways that nothing tells apart. */
function badness(imbalance: Imbalance | null): number {
  return imbalance === null ? 0 : imbalance.odd ? 3 : imbalance.always ? 2 : 1;
}

/** Whether a function returned with a lock, or without it, as its result said. */
function toldByResult(view: LockIndex, fn: number, lock: number): boolean {
  return view
    .summaryOf(fn)
    .effects.some((effect) => effect.lock === lock && effect.kind === EFFECT.ACQUIRE && effect.when !== WHEN.ALWAYS);
}
