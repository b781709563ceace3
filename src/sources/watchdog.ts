/** Ends a request that takes too long: no bytes for `idleMs`, or not over after `totalMs`. */
export interface Watchdog {
  readonly signal: AbortSignal;
  /** Bytes came. */
  readonly poke: () => void;
  /** Why it barked, or null while it did not. */
  readonly barked: () => 'idle' | 'total' | null;
  readonly stop: () => void;
}

/** Starts one; `stop` must be called when the request is over. */
export function startWatchdog(idleMs: number, totalMs: number): Watchdog {
  const controller = new AbortController();
  let why: 'idle' | 'total' | null = null;
  const bark = (reason: 'idle' | 'total') => () => {
    why ??= reason;
    controller.abort();
  };
  const total = setTimeout(bark('total'), totalMs);
  const idle = setTimeout(bark('idle'), idleMs);
  return {
    signal: controller.signal,
    poke: () => idle.refresh(),
    barked: () => why,
    stop: () => {
      clearTimeout(total);
      clearTimeout(idle);
    },
  };
}
