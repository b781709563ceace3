import type { Logger } from 'pino';
import { explain, type Fault } from '../outcome/index.ts';

/** Whether the database is in reach, as the process last saw it; an outage is one line when it begins and one at its end. */
export interface Outage {
  readonly away: (fault: Fault) => void;
  readonly back: () => void;
  /** The fault while it lasts; null while all is well. */
  readonly fault: () => Fault | null;
  /** For how long the database has been in reach without a break, in milliseconds. */
  readonly wellFor: () => number;
}

/**
 * Follows one outage after the other; every place that uses the database tells it what it saw.
 *
 * @example
 * const outage = followOutage(log, Date.now);
 * outage.away(fault); // "the database does not answer …"
 * outage.back(); // "the database answers again after 12 s"
 */
export function followOutage(log: Logger, now: () => number): Outage {
  let current: Fault | null = null;
  let since = now();
  return {
    away(fault) {
      if (current === null) {
        since = now();
        log.error({ code: fault.code }, explain(fault));
      }
      current = fault;
    },
    back() {
      if (current === null) return;
      current = null;
      log.info(`the database answers again after ${Math.ceil((now() - since) / 1000)} s`);
      since = now();
    },
    fault: () => current,
    wellFor: () => (current === null ? now() - since : 0),
  };
}
