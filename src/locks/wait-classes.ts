import type { RuleSet } from './rules/index.ts';

const prefixes = new WeakMap<RuleSet, ReadonlySet<string>>();

/** Whether a class is something that is waited for rather than held (`timer:foo.watchdog`, `work:foo.reset`). */
export function isWaitClass(text: string, rules: RuleSet): boolean {
  const colon = text.indexOf(':');
  if (colon < 0) return false;
  let known = prefixes.get(rules);
  if (!known) {
    known = prefixesOf(rules);
    prefixes.set(rules, known);
  }
  return known.has(text.slice(0, colon));
}

/** What the rules put before the colon of a class for those who wait, and for what they wait for. */
function prefixesOf(rules: RuleSet): Set<string> {
  const found = new Set<string>();
  for (const { waitClass } of [...rules.registrations.values(), ...rules.handovers.values()])
    if (waitClass) found.add(waitClass);
  for (const { op, lockClass } of rules.locks.values()) {
    const colon = op === 'wait' && lockClass ? lockClass.indexOf(':') : -1;
    if (lockClass && colon >= 0) found.add(lockClass.slice(0, colon));
  }
  return found;
}
