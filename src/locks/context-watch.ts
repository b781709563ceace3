import { type Entry, type HeldSets, heldEntry } from './held-sets.ts';
import type { LockTable } from './lock-table.ts';
import type { LockApi } from './rules/index.ts';
import { MODE } from './summary.ts';

/** Classes that stand for "interrupts are off" and its like where a function's contexts are followed. */
export const CONTEXT = {
  IRQS_OFF: 'ctx:irqs-off',
  BH_OFF: 'ctx:bh-off',
  PREEMPT_OFF: 'ctx:preempt-off',
  RCU: 'rcu',
} as const;

/** A place in a function where something is called, as one path reaches it. */
export interface SeenCall {
  readonly pc: number;
  /** The call expression, -1 for a guard. */
  readonly expr: number;
  readonly args: readonly number[];
  /** `mutex` in `guard(mutex)(&x)`; null for a plain call. */
  readonly guard: string | null;
  readonly line: number;
}

/** Whoever wants to see each call with what is held there, while a function is walked. */
export interface ContextWatch {
  /** `parameters`: 1 true, 0 false, -1 unknown; `task`: a test on the path said that sleeping is allowed. */
  call(call: SeenCall, held: readonly Entry[], parameters: readonly number[], task: boolean): void;
  /** 1 when the truth of a condition means that sleeping is allowed, -1 when it means the opposite, 0 for neither. */
  testOf(condition: number): number;
}

/** The contexts' classes as ids of a table. */
export function contextIds(locks: LockTable): ReadonlySet<number> {
  return new Set(Object.values(CONTEXT).map((text) => locks.intern(text)));
}

/** What a lock call says about interrupts, softirqs, preemption and RCU. */
type Says = Pick<LockApi, 'irq' | 'bh' | 'preempt' | 'family' | 'op'>;

/** The contexts that a call enters: before it takes its lock. */
export function entering(
  held: HeldSets,
  locks: LockTable,
  set: number,
  api: Says,
  line: number,
  scope: number,
): number {
  let after = set;
  for (const text of entered(api)) {
    const lock = locks.intern(text);
    after = held.add(after, heldEntry({ lock, instance: `:${text}`, mode: MODE.RECURSIVE, line }, { scope }));
  }
  return after;
}

/** The contexts that a call leaves: after it let go of its lock. */
export function leaving(held: HeldSets, locks: LockTable, set: number, api: Says, line: number): number {
  let after = set;
  const remove = (text: string): void => {
    after = held.remove(after, locks.intern(text), `:${text}`, MODE.RECURSIVE, line, true);
  };
  if (api.irq === 'restore') remove(CONTEXT.IRQS_OFF);
  if (api.irq === 'enable') {
    // enabling does not count: whoever disabled them, they are on now
    const lock = locks.intern(CONTEXT.IRQS_OFF);
    do remove(CONTEXT.IRQS_OFF);
    while (held.holds(after, lock));
  }
  if (api.bh === 'enable') remove(CONTEXT.BH_OFF);
  if (api.preempt === 'enable') remove(CONTEXT.PREEMPT_OFF);
  if (api.family === 'rcu' && api.op === 'release') remove(CONTEXT.RCU);
  return after;
}

function* entered(api: Says): Generator<string> {
  if (api.irq === 'disable' || api.irq === 'save') yield CONTEXT.IRQS_OFF;
  if (api.bh === 'disable') yield CONTEXT.BH_OFF;
  if (api.preempt === 'disable') yield CONTEXT.PREEMPT_OFF;
  if (api.family === 'rcu' && api.op === 'acquire') yield CONTEXT.RCU;
}
