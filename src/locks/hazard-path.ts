import type { Start } from './callback-contexts.ts';
import { type ContextSearch, type Hazard, linksOf } from './context-search.ts';
import type { Site } from './context-walk.ts';
import type { OrderPath } from './finding.ts';
import { MODE } from './summary.ts';
import { PathWriter } from './witness-path.ts';

/** The class under which a finding names the cause of a hazard. */
export function causeText(hazard: Hazard, search: ContextSearch): string {
  const { start } = hazard.cause;
  const entry = hazard.cause.lock ?? hazard.cause.entry;
  if (entry) {
    const text = search.index.locks.text(entry.lock);
    return text === 'ctx:bh-off' ? 'ctx:softirq' : text.startsWith('ctx:') ? 'ctx:atomic' : text;
  }
  if (start?.holds !== undefined) return search.index.locks.text(start.holds);
  switch (start?.context) {
    case 'hardirq':
      return 'ctx:hardirq';
    case 'softirq':
    case 'timer':
    case 'rcu-callback':
      return 'ctx:softirq';
    default:
      return 'ctx:atomic';
  }
}

/** The chain of a hazard as a path of a finding: what it holds, and `waits` at its end. */
export function hazardPath(hazard: Hazard, search: ContextSearch, waits: string): OrderPath {
  const { start } = hazard.cause;
  const entry = hazard.cause.lock ?? hazard.cause.entry;
  const end = hazard.sites[hazard.sites.length - 1] as Site;
  const lock = hazard.event.lock;
  const written = new PathWriter(search.orders).write({
    held: {
      lock: entry?.lock ?? search.index.locks.intern('ctx:atomic'),
      instance: entry?.instance ?? '',
      mode: entry?.mode ?? MODE.EXCLUSIVE,
      line: entry?.line ?? 0,
      via: entry?.via ?? -1,
      entry: entry === null || entry.entry,
    },
    holder: hazard.fns[0] as number,
    links: linksOf(hazard),
    taken: {
      lock: Math.max(lock, 0),
      instance: '?',
      mode: MODE.EXCLUSIVE,
      line: end.line,
      via: -1,
      tries: false,
      reentrant: false,
      nested: false,
      held: [],
      dropped: [],
    },
    together: [],
    cost: hazard.cost,
  });
  // a callback begins the chain itself; who is above it does not call it
  const above = start ? written.chain.length - hazard.fns.length : 0;
  const chain = written.chain.slice(above).map((step, i) => (i === 0 ? { ...step, via: 'entry' as const } : step));
  const assumptions = start
    ? [
        ...written.assumptions.filter((text) => !text.includes('held, as it says itself')),
        startSentence(start, chain[0]?.function ?? '?'),
      ]
    : written.assumptions;
  return {
    ...written,
    holds: causeText(hazard, search),
    waits,
    chain,
    assumptions,
    wait: {
      step: chain.length - 1,
      call: hazard.event.call,
      file: chain[chain.length - 1]?.file ?? '',
      line: end.line,
    },
  };
}

const RUNS: Readonly<Record<string, string>> = {
  hardirq: 'in a hard interrupt',
  softirq: 'in a softirq',
  timer: 'in the timer softirq',
  'rcu-callback': 'in a softirq, after a grace period',
  atomic: 'where nobody may sleep',
};

/** Why a function is taken to run in a context. */
export function startSentence(start: Start, name: string): string {
  return `${name}() runs ${RUNS[start.context] ?? 'in a task'} (${start.by})`;
}
