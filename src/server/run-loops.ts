import { attempt, claimLoop, releaseLoops } from '../store/index.ts';
import type { Outage } from './outage.ts';
import type { Host, Loop } from './part.ts';

/** Seconds until a loop that failed or is another process's is tried again. */
const AGAIN = 10;

/**
 * Runs loops until the process ends. Of all processes on one database one runs a loop at a time; when it is gone, another
 * takes over within the lease.
 */
export async function runLoops(loops: readonly Loop[], host: Host, outage: Outage, lease: number): Promise<void> {
  await Promise.all(loops.map((loop) => runLoop(loop, host, outage, lease)));
  if (loops.length > 0) await attempt(host.store, () => releaseLoops(host.store, host.worker));
}

async function runLoop(loop: Loop, host: Host, outage: Outage, lease: number): Promise<void> {
  const { store, worker, signal } = host;
  const log = host.log.child({ loop: loop.name });
  const claim = async (): Promise<boolean> => {
    const claimed = await attempt(store, () => claimLoop(store, loop.name, worker, lease));
    if (!claimed.ok) outage.away(claimed.fault);
    return claimed.ok && claimed.value;
  };
  while (!signal.aborted) {
    let seconds = AGAIN;
    if (await claim()) {
      const keep = setInterval(() => void claim(), (lease * 1000) / 3);
      try {
        seconds = await loop.round({ ...host, log });
      } catch (error) {
        log.error({ err: error }, 'a round ended with an exception: this is a bug');
      } finally {
        clearInterval(keep);
      }
    }
    await untilAborted(seconds * 1000, signal);
  }
}

function untilAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
