import type { Start } from './callback-contexts.ts';
import { chainDoubt } from './chain-doubt.ts';
import { type ContextGroup, type ContextKind, contextFinding, type Evidence } from './context-finding.ts';
import { ContextSearch, type Hazard, isAtomicStart, type Probe } from './context-search.ts';
import type { Site } from './context-walk.ts';
import { CONTEXT } from './context-watch.ts';
import type { CycleFinding } from './finding.ts';
import { FunctionShapes } from './function-shape.ts';
import { causeText, hazardPath } from './hazard-path.ts';
import type { Use } from './irq-usage.ts';
import { type Inversion, IrqInversions } from './judge-irqs.ts';
import type { LockIndex } from './lock-index.ts';
import type { LockPair } from './lock-pair.ts';
import type { OrderSearch, Witness } from './order-search.ts';
import type { OverlayLocks } from './overlay-locks.ts';
import type { RuleSet } from './rules/index.ts';
import { SleepSites } from './sleep-sites.ts';

/** Changed functions of one patch whose contexts are compared. */
const FUNCTIONS = 600;
/** New orders of one patch that are looked at for interrupts, and what they may cost. */
const ORDERS = 30;
const ORDER_COST = 3;
/** From this cost on every step counts twice. */
const FAR = 5;
/** New calls of one patch that are followed. */
const SITES = 1500;

/** One question put to every new call: what is looked for, under which causes. */
export interface Question {
  readonly kind: ContextKind;
  readonly probe: Probe;
  readonly isCause: (lock: number) => boolean;
  readonly starts: boolean;
  /** The event ends what its own function began: only what is held beside that is a cause. */
  readonly endsOwn: boolean;
  /** What a path waits for, in the words of a finding. */
  readonly waits: string;
  readonly because: string | null;
}

/** What a series changes about sleeping where nobody may, interrupts that come on too early, and calls that rules forbid. */
export function judgeContexts(
  base: LockIndex,
  steps: readonly OverlayLocks[],
  orders: readonly OrderSearch[],
  rules: RuleSet,
  pairs: readonly LockPair[],
): CycleFinding[] {
  const searches: ContextSearch[] = [];
  for (const order of orders) searches.push(new ContextSearch(order, rules, searches.at(-1) ?? null));
  const groups = new Map<string, ContextGroup>();
  const none = (): Evidence[][] => steps.map(() => []);
  const views: LockIndex[] = [base, ...steps];
  const changed: (readonly { fn: number; restarted: boolean }[])[] = [];
  const shapes = views.map((view) => new FunctionShapes(view.tree));
  steps.forEach((step, i) => {
    const before = searches[i] as ContextSearch;
    const after = searches[i + 1] as ContextSearch;
    const fns = changedFunctions(step, shapes[i] as FunctionShapes, shapes[i + 1] as FunctionShapes, before, after);
    changed.push(fns);
    for (const [which, from, to] of [
      ['added', before, after],
      ['gone', after, before],
    ] as const) {
      const questions = questionsOf(to, rules);
      for (const { fn, question, hazard, established } of changedHazards(fns, from, to, questions)) {
        // one context in one changed function, or one end of several chains, is one finding
        const keys = groupKeys(fn, hazard, to, question);
        const group = groups.get(keys[0]) ??
          groups.get(keys[1]) ?? { kind: question.kind, added: none(), gone: none(), established: true };
        for (const key of [...keys, `${question.kind}|${causeText(hazard, to)}`])
          if (!groups.has(key)) groups.set(key, group);
        (group[which][i] as Evidence[]).push(evidenceOf(hazard, to, question));
        if (!established) group.established = false;
      }
    }
  });
  const inversions = searches.map((search) => new IrqInversions(search));
  const noteInversion = (which: 'added' | 'gone', i: number, found: Inversion): void => {
    const key = `irq|${found.key}`;
    const group = groups.get(key) ?? {
      kind: 'irq-inversion' as const,
      added: none(),
      gone: none(),
      established: true,
    };
    groups.set(key, group);
    (group[which][i] as Evidence[]).push(found.evidence);
    if (!found.established) group.established = false;
  };
  steps.forEach((_, i) => {
    const fns = (changed[i] as readonly { fn: number }[]).map(({ fn }) => fn);
    for (const [which, from, to] of [
      ['added', i, i + 1],
      ['gone', i + 1, i],
    ] as const) {
      const there = inversions[to] as IrqInversions;
      const fresh = freshUses(fns, inversions[from] as IrqInversions, there);
      for (const found of there.ofUses(fresh)) noteInversion(which, i, found);
      const witnesses = pairs
        .flatMap((pair) => pair[which][i] as Witness[])
        .filter((witness) => witness.cost <= ORDER_COST)
        .sort((x, y) => x.cost - y.cost)
        .slice(0, ORDERS);
      const seen = new Set<string>();
      for (const witness of witnesses) {
        const key = `${witness.held.lock}>${witness.taken.lock}`;
        if (seen.has(key)) continue;
        seen.add(key);
        // who sleeps under a lock has met worse already
        if (groups.get(`sleep-in-atomic|${views[to]?.locks.text(witness.held.lock)}`)?.[which][i]?.length) continue;
        const found = there.ofOrder(witness);
        if (found) noteInversion(which, i, found);
      }
    }
  });
  const findings: CycleFinding[] = [];
  for (const group of new Set(groups.values())) {
    const finding = contextFinding(group);
    if (finding) findings.push(finding);
  }
  return findings;
}

/** Places where locks are taken in one tree that the other has not, or not with the same interrupts off. */
function freshUses(fns: readonly number[], from: IrqInversions, to: IrqInversions): Use[] {
  const keyOf = (use: Use): string => `${use.taken.lock}|${use.irqsOff}|${use.bhOff}`;
  return fns.flatMap((fn) => {
    const old = new Set(from.usage.usesIn(fn).map(keyOf));
    return to.usage.usesIn(fn).filter((use) => !old.has(keyOf(use)));
  });
}

function groupKeys(fn: number, hazard: Hazard, search: ContextSearch, question: Question): readonly [string, string] {
  const end = hazard.fns[hazard.fns.length - 1] as number;
  const { symbols } = search.index.tree;
  const about = `${question.kind}|${causeText(hazard, search)}`;
  return [`${about}|end|${symbols.functionName(end)}`, `${about}|in|${symbols.functionName(fn)}`];
}

function locksOf(hazard: Hazard, search: ContextSearch, question: Question): string[] {
  const cause = causeText(hazard, search);
  const { lock } = hazard.event;
  const text = lock >= 0 ? search.index.locks.text(lock) : '';
  const isNamed = lock >= 0 && search.index.locks.isClass(lock) && question.kind !== 'forbidden-call' && text !== cause;
  return isNamed ? [cause, text] : [cause];
}

/** Functions that a patch changes, or starts in another context. */
function changedFunctions(
  step: OverlayLocks,
  old: FunctionShapes,
  now: FunctionShapes,
  before: ContextSearch,
  after: ContextSearch,
): { fn: number; restarted: boolean }[] {
  const tree = step.tree as { touched?: readonly number[]; removed?: readonly number[] };
  const fns = new Set([...(tree.touched ?? []), ...(tree.removed ?? []), ...step.changed]);
  const inFiles = new Set([...(tree.touched ?? []), ...(tree.removed ?? [])]);
  const out: { fn: number; restarted: boolean }[] = [];
  for (const fn of [...fns].sort((a, b) => a - b)) {
    if (out.length >= FUNCTIONS) break;
    const changed = inFiles.has(fn) ? old.of(fn) !== now.of(fn) : true;
    const starts = (search: ContextSearch): string =>
      search.contexts
        .of(fn)
        .filter(isAtomicStart)
        .map((start) => start.context)
        .sort()
        .join();
    const restarted = inFiles.has(fn) && starts(before) !== starts(after);
    if (changed || restarted) out.push({ fn, restarted });
  }
  return out;
}

/** What is asked of every new call of a tree. */
export function questionsOf(search: ContextSearch, rules: RuleSet): Question[] {
  const { walks, nature, index } = search;
  const sleeps = new SleepSites(walks);
  const irqsOff = index.locks.intern(CONTEXT.IRQS_OFF);
  const questions: Question[] = [
    {
      kind: 'sleep-in-atomic',
      probe: (view, site) => sleeps.at(view, site),
      isCause: (lock) => nature.isAtomic(lock),
      starts: true,
      endsOwn: false,
      waits: 'sleep',
      because: null,
    },
    {
      kind: 'irq-inversion',
      probe: (_, site) =>
        rules.locks.get(site.name)?.irq === 'enable' && site.states.some((state) => !state.gone.includes(irqsOff))
          ? { call: site.name, lock: lockOfRelease(search, site), parameter: -1 }
          : null,
      isCause: (lock) => lock === irqsOff,
      starts: false,
      endsOwn: true,
      waits: 'ctx:hardirq',
      because: 'it switches interrupts on while a caller keeps them off',
    },
  ];
  const byHolding = new Map<string, Map<string, string>>();
  for (const rule of rules.forbidden) {
    const calls = byHolding.get(rule.holding) ?? new Map<string, string>();
    calls.set(rule.callee, rule.because);
    byHolding.set(rule.holding, calls);
  }
  for (const [holding, calls] of byHolding) {
    const lock = index.locks.intern(holding);
    questions.push({
      kind: 'forbidden-call',
      probe: (_, site) => (calls.has(site.name) ? { call: site.name, lock: -1, parameter: -1 } : null),
      isCause: (held) => held === lock,
      starts: holding === 'ctx:hardirq',
      endsOwn: false,
      waits: 'forbidden',
      because: [...calls.values()][0] ?? null,
    });
  }
  return questions;
}

/** The lock whose release switches interrupts on. */
function lockOfRelease(search: ContextSearch, site: Site): number {
  const held = site.states[0]?.held.filter((entry) => search.nature.isAtomic(entry.lock)) ?? [];
  return search.best([...held].reverse())?.lock ?? -1;
}

function* changedHazards(
  fns: readonly { fn: number; restarted: boolean }[],
  from: ContextSearch,
  to: ContextSearch,
  questions: readonly Question[],
): Generator<{ fn: number; question: Question; hazard: Hazard; established: boolean }> {
  let followed = 0;
  const sleepsBefore = new SleepSites(from.walks);
  const sleepsNow = new SleepSites(to.walks);
  for (const { fn, restarted } of fns) {
    const sites = to.walks.of(fn).sites;
    if (sites.length === 0) continue;
    const old = new Set(from.walks.of(fn).sites.map((site) => signature(site, from, fn, sleepsBefore)));
    const isNew = (site: Site): boolean => restarted || !old.has(signature(site, to, fn, sleepsNow));
    const before = sites.filter((site) => !isNew(site));
    for (const site of sites) {
      if (!isNew(site) || ++followed > SITES) continue;
      for (const question of questions) {
        const isStart = startsOf(question);
        for (const hazard of to.hazards(fn, site, { ...question, isStart })) {
          // only the callback that starts elsewhere now is news, if nothing else changed
          if (restarted && old.has(signature(site, to, fn, sleepsNow)) && (hazard.fns[0] !== fn || !hazard.cause.start))
            continue;
          yield { fn, question, hazard, established: isEstablished(to, fn, hazard, before, question) };
        }
      }
    }
  }
}

/** Whether another such call was made in the function before, in the very context that the hazard claims. */
function isEstablished(
  search: ContextSearch,
  fn: number,
  hazard: Hazard,
  before: readonly Site[],
  question: Question,
): boolean {
  const at = hazard.fns.indexOf(fn);
  const view = search.walks.of(fn);
  for (const site of before) {
    const event = question.probe(view, site);
    if (!event) continue;
    const other: Hazard = {
      ...hazard,
      fns: hazard.fns.slice(0, at + 1),
      sites: [...hazard.sites.slice(0, at), site],
      event,
    };
    if (search.holds(other, question.isCause)) return true;
  }
  return false;
}

/** What makes a call the same before and after: its callee, its flags, and the contexts around it. */
function signature(site: Site, search: ContextSearch, fn: number, sleeps: SleepSites): string {
  const { locks } = search.index;
  const around = new Set<string>();
  for (const state of site.states)
    for (const entry of state.held) if (search.nature.isAtomic(entry.lock)) around.add(locks.text(entry.lock));
  const event = sleeps.at(search.walks.of(fn), site);
  // taking a lock is the same by whatever call: mutex_lock(), guard(mutex)
  if (event && event.lock >= 0) return `takes|${locks.text(event.lock)}|${[...around].sort().join()}`;
  const free = site.states.some((state) => !state.held.some((entry) => search.nature.isAtomic(entry.lock)));
  return `${site.guard ?? ''}|${site.name}|${site.words.join()}|${flagsOf(site, search, fn)}|${[...around].sort().join()}|${free}`;
}

function flagsOf(site: Site, search: ContextSearch, fn: number): string {
  const { scope } = search.walks.of(fn);
  if (!scope) return '';
  return site.args
    .map((arg) => {
      const { file } = scope;
      // constants and flags, which decide whether a call sleeps
      const name = file.kind(arg) === 1 ? file.name(file.a(arg)) : '';
      return /^[A-Z0-9_]+$|^(true|false)$/.test(name) ? name : file.kind(arg) === 2 ? String(file.a(arg)) : '';
    })
    .join();
}

/** The starts of a callback that matter to a question. */
export function startsOf(question: Question): (start: Start) => boolean {
  if (!question.starts) return () => false;
  return question.kind === 'forbidden-call' ? (start) => start.context === 'hardirq' : isAtomicStart;
}

/** A hazard as a proof that a finding can show. */
export function evidenceOf(hazard: Hazard, search: ContextSearch, question: Question): Evidence {
  return {
    cost: hazard.cost,
    locks: locksOf(hazard, search, question),
    confidence: confidenceOf(hazard, search),
    notes: question.because === null ? [] : [question.because],
    paths: () => [hazardPath(hazard, search, question.waits)],
  };
}

/** How far a hazard can be believed: every call on the way costs, indirect ones more, and what is only asserted. */
function confidenceOf(hazard: Hazard, search: ContextSearch): number {
  // the farther, the more conditions on the way that are not known
  let confidence = 0.96 - 0.04 * hazard.cost - 0.04 * Math.max(0, hazard.cost - FAR);
  confidence -= chainDoubt(hazard, search);
  if (hazard.cause.entry?.entry) confidence -= 0.06;
  const { start } = hazard.cause;
  if (start) confidence -= start.context === 'atomic' ? 0.08 : 0.03;
  // chosen at run time: a mutex or a spinlock
  if (causeText(hazard, search).endsWith('snd_pcm_group.lock')) confidence -= 0.15;
  return confidence;
}
