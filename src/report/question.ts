import type { Finding, WitnessPath } from '../review/index.ts';
import { plain } from './plain.ts';

/**
 * What a reviewer would ask about the finding, below the quoted lines: a question and not a verdict, for the author knows
 * more than the tree says. One sentence or two, plain characters.
 *
 * @example
 * question(finding); // 'Can this deadlock with remove_store()?'
 */
export function question(finding: Finding): string {
  return plain(ask(finding));
}

function ask(finding: Finding): string {
  const [first, second] = finding.paths;
  const lock = finding.locks[0] ?? 'the lock';
  const inside = `${first?.chain.at(-1)?.function ?? '?'}()`;
  switch (finding.kind) {
    case 'abba':
      if (finding.verdict === 'new-path') return `Is this another way into the deadlock of ${names(finding)}?`;
      return second ? `Can this deadlock with ${entryOf(second)}?` : `Can this deadlock on ${names(finding)}?`;
    case 'wait-under-lock':
      return `Can what is waited for here need ${first?.holds ?? lock} itself?`;
    case 'self-deadlock':
      return `Is ${lock} not already held when ${inside} takes it?`;
    case 'missing-unlock':
      return `Is ${lock} meant to stay held when ${inside} returns?`;
    case 'double-unlock':
      return `Is ${lock} released twice in ${inside}?`;
    case 'unlock-not-held':
      return `Who holds ${lock} when ${inside} releases it?`;
    case 'irq-inversion':
      return `Can an interrupt that takes ${lock} come in while it is held here?`;
    case 'sleep-in-atomic':
      return `Can this sleep ${where(first, lock)}?`;
    case 'forbidden-call':
      return `Is it safe to call this ${where(first, lock)}?`;
  }
}

function names(finding: Finding): string {
  return finding.locks.slice(0, 4).join(' and ');
}

function entryOf(path: WitnessPath): string {
  return `${path.chain[0]?.function ?? '?'}()`;
}

function where(path: WitnessPath | undefined, lock: string): string {
  switch (path?.holds) {
    case 'ctx:hardirq':
      return 'in a hard interrupt';
    case 'ctx:softirq':
      return 'in a softirq';
    case 'ctx:atomic':
      return 'in atomic context';
    case 'rcu':
      return 'inside rcu_read_lock()';
    default:
      return `with ${path?.holds ?? lock} held`;
  }
}
