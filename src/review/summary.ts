import type { CycleFinding, OrderPath } from '../locks/index.ts';

/** One sentence that says what the series does to a cycle, naming where to look first. */
export function summarize(finding: CycleFinding, total: number): string {
  const [path, reverse] = finding.paths;
  const patch = (index: number | null): string => (index === null ? 'the series' : `patch ${index}/${total}`);
  if (finding.kind === 'self-deadlock') return selfDeadlock(finding, patch);
  if (finding.kind === 'sleep-in-atomic' || finding.kind === 'irq-inversion' || finding.kind === 'forbidden-call')
    return aboutContext(finding, patch);
  if (finding.kind !== 'abba' && finding.kind !== 'wait-under-lock') return imbalance(finding, patch);
  const [held = '?', taken = '?'] = finding.locks;
  const mine = path ? `${entry(path)} takes ${path.waits} with ${path.holds} held` : `${taken} is taken under ${held}`;
  const theirs = reverse ? `${entry(reverse)} takes them the other way round` : 'the other order exists too';
  switch (finding.verdict) {
    case 'introduced':
      return `With ${patch(finding.introducedBy)}, ${mine}, and ${theirs}.`;
    case 'new-path':
      return `${held} and ${taken} were taken in both orders before; with ${patch(finding.introducedBy)}, ${mine} as well, and ${theirs}.`;
    case 'fixed':
      return `${held} and ${taken} were taken in both orders; ${patch(finding.fixedBy)} leaves no such path: before it, ${mine}, and ${theirs}.`;
    case 'narrowed':
      return `${held} and ${taken} are still taken in both orders; the series closes ${paths(finding.statistics.closed)}, and ${paths(finding.statistics.remaining)} ${finding.statistics.remaining === 1 ? 'remains' : 'remain'}.`;
    case 'transient':
      return `Between ${patch(finding.introducedBy)} and ${patch(finding.fixedBy)} only, ${mine}, and ${theirs}.`;
    case 'gated':
      return `With ${patch(finding.introducedBy)}, ${mine}, and ${theirs}, but both hold a common third lock.`;
    case 'pre-existing':
      return `${held} and ${taken} are taken in both orders, before the series and after it.`;
  }
}

function selfDeadlock(finding: CycleFinding, patch: (index: number | null) => string): string {
  const [lock = '?'] = finding.locks;
  const [path] = finding.paths;
  const where = path ? `${entry(path)} takes ${lock} while it holds it already` : `${lock} is taken twice`;
  if (finding.verdict === 'fixed') return `Before ${patch(finding.fixedBy)}, ${where}.`;
  if (finding.verdict === 'transient')
    return `Between ${patch(finding.introducedBy)} and ${patch(finding.fixedBy)} only, ${where}.`;
  return `With ${patch(finding.introducedBy)}, ${where}.`;
}

/** Sleeping, interrupts and forbidden calls: what happens at the end of the first path, and why it may not. */
function aboutContext(finding: CycleFinding, patch: (index: number | null) => string): string {
  const [path, other] = finding.paths;
  const at = path?.chain[path.wait?.step ?? path.chain.length - 1]?.function ?? 'a function';
  const call = `${path?.wait?.call ?? 'a call'}()`.replace(/\)\(\)$/, ')');
  let what: string;
  if (finding.kind === 'sleep-in-atomic') what = `${at}() calls ${call}, which may sleep, ${placeOf(path)}`;
  else if (finding.kind === 'forbidden-call') what = `${at}() calls ${call} ${placeOf(path)}, which is forbidden`;
  else if (path?.wait && !other?.wait) what = `${at}() switches interrupts on by ${call}, ${placeOf(path)}`;
  else {
    const from = other?.chain[0]?.function ?? 'an interrupt';
    const last = finding.paths[finding.paths.length - 1];
    const lock = last?.waits ?? finding.locks[0] ?? '?';
    what = `${at}() holds ${path?.holds ?? lock} where an interrupt may come that waits for it (from ${from}())`;
  }
  if (finding.verdict === 'fixed') return `Before ${patch(finding.fixedBy)}, ${what}.`;
  if (finding.verdict === 'transient')
    return `Between ${patch(finding.introducedBy)} and ${patch(finding.fixedBy)} only, ${what}.`;
  return `With ${patch(finding.introducedBy)}, ${what}.`;
}

function placeOf(path: OrderPath | undefined): string {
  switch (path?.holds) {
    case 'ctx:hardirq':
      return 'in a hard interrupt';
    case 'ctx:softirq':
      return 'in a softirq, or with softirqs off';
    case 'ctx:atomic':
    case undefined:
      return 'where nobody may sleep';
    case 'rcu':
      return 'under rcu_read_lock()';
    default:
      return `with ${path?.holds} held`;
  }
}

function imbalance(finding: CycleFinding, patch: (index: number | null) => string): string {
  const [lock = '?'] = finding.locks;
  const [path] = finding.paths;
  const name = path ? entry(path) : 'a function';
  const what =
    finding.kind === 'missing-unlock'
      ? `${name} returns with ${lock} held on one way out and without it on others`
      : `${name} lets go of ${lock} on a way where it does not hold it`;
  if (finding.verdict === 'fixed') return `Before ${patch(finding.fixedBy)}, ${what}.`;
  if (finding.verdict === 'transient')
    return `Between ${patch(finding.introducedBy)} and ${patch(finding.fixedBy)} only, ${what}.`;
  return `With ${patch(finding.introducedBy)}, ${what}.`;
}

function entry(path: OrderPath): string {
  return `${path.chain[0]?.function ?? 'a path'}()`;
}

function paths(count: number): string {
  return `${count} ${count === 1 ? 'path' : 'paths'}`;
}
