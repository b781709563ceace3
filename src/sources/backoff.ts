/** How often and how long to wait for a server that is busy, in milliseconds. */
export interface Patience {
  /** Requests for one answer, the first included. */
  readonly attempts: number;
  /** Wait after the first failure; doubled after each. */
  readonly firstWaitMs: number;
  /** No single wait is longer; a server that asks for more is given up at once. */
  readonly longestWaitMs: number;
}

/** What `Retry-After` asks for in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3); null when it cannot be read. */
export function retryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const then = Date.parse(text);
  return Number.isNaN(then) ? null : Math.max(0, then - now);
}

/** How long to wait before the next attempt, or null to give up; `asked` is what the server asked for. */
export function nextWait(patience: Patience, failures: number, asked: number | null): number | null {
  if (failures >= patience.attempts) return null;
  if (asked !== null && asked > patience.longestWaitMs) return null;
  const own = Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (failures - 1));
  return Math.max(own, asked ?? 0);
}
