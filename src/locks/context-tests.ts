import { X } from '../csource/index.ts';
import type { LinkedFile } from '../tree/index.ts';
import type { RuleSet } from './rules/index.ts';

const BITWISE_AND = X.OPERATOR + 38;
/** How variables and flags that say "sleeping is allowed" are named, and those that say the opposite. */
const MAY_SLEEP = /(?:^|_)(?:can_?|may_?|might_?|do_?|should_?)?(?:sleep|sleepable|wait|block|blocking|cansleep)$/;
const MAY_NOT =
  /(?:^|_)(?:atomic|in_atomic|nowait|no_wait|nosleep|no_sleep|nonblock|nonblocking|polling|irqs_?off|in_irq|from_irq|in_isr|panic|in_panic|oops|crash|crashing)$/;

/** 1 when the truth of a condition means that sleeping is allowed, -1 when it means the opposite, 0 for neither. */
export function sleepTest(
  file: LinkedFile,
  condition: number,
  rules: RuleSet,
  isParameter: (name: number) => boolean,
): number {
  let e = condition;
  let sense = 1;
  for (let i = 0; i < 12; i++) {
    switch (file.kind(e)) {
      case X.NOT:
        sense = -sense;
        e = file.a(e);
        continue;
      case X.CAST:
        e = file.b(e);
        continue;
      case X.CALL: {
        if (file.kind(file.a(e)) !== X.NAME) return 0;
        const name = file.name(file.a(file.a(e)));
        const rule = rules.contextTests.get(name);
        if (rule) return rule.means === 'may-sleep' ? sense : -sense;
        const [first] = file.list(file.b(e));
        if (first === undefined || !/^(?:un)?likely$|^READ_ONCE$|^WARN_ON(?:_ONCE)?$/.test(name))
          return sense * sleepName(name);
        e = first;
        continue;
      }
      case X.NAME: {
        const name = file.name(file.a(e));
        const rule = rules.contextTests.get(name);
        if (rule) return rule.means === 'may-sleep' ? sense : -sense;
        // what a parameter says is known where the function is called
        return isParameter(file.a(e)) ? 0 : sense * sleepName(name);
      }
      case X.FIELD:
      case X.ARROW:
        return sense * sleepName(file.name(file.b(e)));
      default:
        // gfp & __GFP_DIRECT_RECLAIM, flags & FOO_NOWAIT
        if (file.kind(e) !== BITWISE_AND) return 0;
        return sense * ofMask(file, file.b(e), rules);
    }
  }
  return 0;
}

/** 1 for a name that says that sleeping is allowed, -1 for one that says the opposite, 0 for any other. */
export function sleepName(name: string): number {
  const lower = name.toLowerCase();
  return MAY_NOT.test(lower) ? -1 : MAY_SLEEP.test(lower) ? 1 : 0;
}

function ofMask(file: LinkedFile, mask: number, rules: RuleSet): number {
  if (mask < 0 || file.kind(mask) !== X.NAME) return 0;
  const name = file.name(file.a(mask));
  return rules.sleepingFlags.has(name) ? 1 : sleepName(name);
}
