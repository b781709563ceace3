import type { Imbalance } from './balance.ts';
import { THRESHOLD } from './confidence.ts';
import type { CycleFinding, OrderVerdict, PatchVerdict } from './finding.ts';
import { FunctionAnalysis } from './function-analysis.ts';
import type { LockIndex } from './lock-index.ts';
import { isOpaque } from './opaque-paths.ts';
import type { OverlayLocks } from './overlay-locks.ts';
import type { RuleSet } from './rules/index.ts';
import { EFFECT } from './summary.ts';

/** Functions looked at for one series. */
const FUNCTIONS = 4000;

/** Locks that a way out of a function forgets, or lets go twice, in one tree of the series but not in another. */
export function judgeBalance(base: LockIndex, steps: readonly OverlayLocks[], rules: RuleSet): CycleFinding[] {
  const fns = new Set<number>();
  for (const step of steps) for (const fn of step.changed) if (fns.size < FUNCTIONS) fns.add(fn);
  const views: LockIndex[] = [base, ...steps];
  const analyses = views.map(
    (view) => new FunctionAnalysis(view.tree, rules, view.locks, (fn) => view.summaryOf(fn).effects, view.runsIn),
  );
  const findings: CycleFinding[] = [];
  for (const fn of [...fns].sort((a, b) => a - b)) {
    const changed = views.map((_, i) => i === 0 || (steps[i - 1] as OverlayLocks).changed.has(fn));
    const states: Imbalance[][] = [];
    for (const [i, view] of views.entries()) {
      const found = changed[i]
        ? balanceIn(view, analyses[i] as FunctionAnalysis, fn, rules)
        : (states[i - 1] as Imbalance[]);
      // what a changed callee leaves behind is its own fault, not its callers'
      states.push(found.filter((imbalance) => !fns.has(imbalance.via)));
    }
    const keys = new Set(states.flat().map((imbalance) => `${imbalance.kind}|${imbalance.lock}`));
    for (const key of keys) {
      const at = states.map(
        (state) => state.find((imbalance) => `${imbalance.kind}|${imbalance.lock}` === key) ?? null,
      );
      const finding = judge(fn, at, views);
      if (finding) findings.push(finding);
    }
  }
  return findings;
}

function balanceIn(view: LockIndex, analysis: FunctionAnalysis, fn: number, rules: RuleSet): Imbalance[] {
  const { symbols, source } = view.tree;
  const fileId = symbols.t.fnFile.find(fn);
  const file = fileId < 0 || symbols.gone.has(fileId) || isOpaque(rules, symbols.path(fileId)) ? null : source(fileId);
  return file ? analysis.balance(file, symbols.t.fnLocal.at(fn)) : [];
}

function judge(fn: number, at: readonly (Imbalance | null)[], views: readonly LockIndex[]): CycleFinding | null {
  const last = at.length - 1;
  const first = at[0] ?? null;
  const end = at[last] ?? null;
  if (first && end) return null;
  const shownAt = end ? last : at.findIndex((imbalance) => imbalance !== null);
  const shown = at[shownAt] as Imbalance;
  const view = views[shownAt] as LockIndex;
  const other = views[first ? last : 0] as LockIndex;
  // a new function may hand a lock to its caller by design, as long as its result tells
  if (!shown.odd && !shown.always && fn >= (views[0] as LockIndex).tree.symbols.functionCount) return null;
  if (shown.always && !wasBalanced(other, fn, shown.lock)) return null;
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

/** Whether a function took and let go of a lock, and left nothing behind. */
function wasBalanced(view: LockIndex, fn: number, lock: number): boolean {
  const summary = view.summaryOf(fn);
  return (
    summary.acquisitions.some((taken) => taken.lock === lock) &&
    !summary.effects.some((effect) => effect.lock === lock && effect.kind !== EFFECT.TOUCH)
  );
}
