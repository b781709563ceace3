import type { CycleFinding, OrderPath } from './finding.ts';
import type { LockIndex } from './lock-index.ts';
import type { OverlayLocks } from './overlay-locks.ts';

/** Paths of one finding that are shown. */
const PATHS = 8;
/** Lock classes that one finding names. */
const CLASSES = 8;

/** Verdicts that one change may give at once. */
const DIRECTION: Readonly<Record<CycleFinding['verdict'], string>> = {
  introduced: 'added',
  'new-path': 'added',
  fixed: 'closed',
  narrowed: 'closed',
  transient: 'transient',
  gated: 'gated',
  'pre-existing': 'pre-existing',
};

const ORDERS: ReadonlySet<string> = new Set(['abba', 'wait-under-lock']);
const FOLLOWING: ReadonlySet<string> = new Set([...ORDERS, 'forbidden-call', 'irq-inversion']);
const CONTEXTS: ReadonlySet<string> = new Set(['sleep-in-atomic', 'irq-inversion']);

/**
 * One finding for one fault. A lock that comes to be taken under another often closes several cycles at once, and is
 * taken again by several callers: the most certain one speaks, and names the classes of the others. A lock that is held
 * too long because a way out forgets it is no new order.
 */
export function oneForEachFault(
  findings: readonly CycleFinding[],
  base: LockIndex,
  steps: readonly OverlayLocks[],
): CycleFinding[] {
  const touched = changedNames(base, steps);
  const kept = findings.filter((finding) => !isFollowOn(finding, findings));
  const out: CycleFinding[] = [];
  const ranked = kept
    .map((finding, i) => ({ finding, i }))
    .sort((x, y) => isNew(y.finding) - isNew(x.finding) || y.finding.confidence - x.finding.confidence || x.i - y.i);
  const groups: { place: number; members: CycleFinding[]; key: string }[] = [];
  for (const { finding, i } of ranked) {
    const key = groupKey(finding, touched);
    const same =
      key === null
        ? undefined
        : groups.find((group) => group.key === key && sharesLock(group.members[0] as CycleFinding, finding));
    if (same) {
      same.members.push(finding);
      same.place = Math.min(same.place, i);
    } else groups.push({ place: i, members: [finding], key: key ?? '' });
  }
  for (const { members } of groups.sort((x, y) => x.place - y.place)) out.push(merged(members));
  return out;
}

/** What findings of one fault have in common; null for those that stand alone. */
function groupKey(finding: CycleFinding, touched: ReadonlySet<string>): string | null {
  const when = `${DIRECTION[finding.verdict]}|${finding.reported}|${finding.introducedBy}|${finding.fixedBy}`;
  if (finding.kind === 'self-deadlock') return `self|${when}`;
  if (!ORDERS.has(finding.kind)) return null;
  const place = finding.paths[0]?.chain.find((step) => touched.has(`${step.file}|${step.function}`));
  // a callback that is put on another queue need not be in a file that the series touches
  const at = place ?? finding.paths[0]?.chain[0];
  return at ? `order|${when}|${at.file}|${at.function}` : null;
}

/** Cycles that were not there before stand for those that only got another way. */
function isNew({ verdict }: CycleFinding): number {
  return verdict === 'introduced' || verdict === 'fixed' ? 1 : 0;
}

function sharesLock(a: CycleFinding, b: CycleFinding): boolean {
  return a.locks.slice(0, 2).some((lock) => b.locks.includes(lock));
}

function merged(members: readonly CycleFinding[]): CycleFinding {
  const [first, ...others] = members as [CycleFinding, ...CycleFinding[]];
  if (others.length === 0) return first;
  const locks = [...new Set(members.flatMap((finding) => finding.locks))];
  const paths: OrderPath[] = [...first.paths];
  for (const finding of others)
    for (const path of finding.paths.slice(0, 2)) if (paths.length < PATHS) paths.push(path);
  const more = locks.filter((lock) => !first.locks.includes(lock));
  const note = more.length > 0 ? [`the same change closes cycles with ${more.slice(0, CLASSES).join(', ')} too`] : [];
  return { ...first, locks: locks.slice(0, CLASSES), paths, notes: [...first.notes, ...note] };
}

/**
 * Whether a finding only follows from another: an order that is there because a way out of a function forgets the lock, or
 * whose place may not sleep or be interrupted; an interrupt's order where the task waits for itself already; a call that is
 * forbidden under a lock where the cycle that it closes is told.
 */
function isFollowOn(finding: CycleFinding, all: readonly CycleFinding[]): boolean {
  if (!FOLLOWING.has(finding.kind)) return false;
  const leads = leadsOf(finding.kind);
  const places = new Set(placesOf(finding.paths.slice(0, 1)));
  return all.some((other) => {
    if (!leads(other) || !other.reported || other.introducedBy !== finding.introducedBy) return false;
    if (DIRECTION[other.verdict] !== DIRECTION[finding.verdict]) return false;
    if (!other.locks.some((lock) => finding.locks.includes(lock))) return false;
    return isBalance(other) || placesOf(other.paths).some((place) => places.has(place));
  });
}

/** The findings from which one of a kind may follow. */
function leadsOf(kind: CycleFinding['kind']): (other: CycleFinding) => boolean {
  if (ORDERS.has(kind)) return (other) => isBalance(other) || CONTEXTS.has(other.kind);
  if (kind === 'forbidden-call') return (other) => ORDERS.has(other.kind);
  return (other) => other.kind === 'self-deadlock';
}

function placesOf(paths: readonly OrderPath[]): string[] {
  return paths.flatMap((path) => path.chain.map((step) => `${step.file}|${step.function}`));
}

function isBalance({ kind }: CycleFinding): boolean {
  return kind === 'missing-unlock' || kind === 'double-unlock' || kind === 'unlock-not-held';
}

/** Functions that do something else with locks, or call others, than before, as `file|name`. */
function changedNames(base: LockIndex, steps: readonly OverlayLocks[]): Set<string> {
  const names = new Set<string>();
  let old = base;
  for (const step of steps) {
    const { symbols, graph } = step.tree;
    for (const fn of (step.tree as { touched?: readonly number[] }).touched ?? []) {
      const calls = Array.from(graph.calleesOf(fn)).join() !== Array.from(old.tree.graph.calleesOf(fn)).join();
      if (calls || places(step, fn) !== places(old, fn))
        names.add(`${symbols.path(symbols.t.fnFile.at(fn))}|${symbols.functionName(fn)}`);
    }
    old = step;
  }
  return names;
}

/** What a function takes and calls under which locks, without its lines. */
function places(index: LockIndex, fn: number): string {
  const { acquisitions, calls } = index.summaryOf(fn);
  const held = (list: readonly { readonly lock: number }[]): string => list.map((one) => one.lock).join('+');
  return [
    ...acquisitions.map((taken) => `${taken.lock}|${held(taken.held)}|${taken.dropped.join()}`),
    ...calls.map((call) => `${call.callee}|${held(call.held)}|${call.dropped.join()}`),
  ].join('\n');
}
