import type { Logger } from 'pino';
import { explain, type Fault } from '../outcome/index.ts';
import { endRun, type Queue, type Run, type Store, transact } from '../store/index.ts';
import type { Conclusion } from './jobs.ts';
import type { Outage } from './outage.ts';

interface Ending {
  readonly store: Store;
  readonly queue: Queue;
  readonly run: Run;
  readonly log: Logger;
}

interface PatientEnding extends Ending {
  readonly outage: Outage;
  /** Waits so many milliseconds, or less when the process is to end. */
  readonly pause: (ms: number) => Promise<void>;
  /** Aborted when the job is not this worker's any more. */
  readonly signal: AbortSignal;
}

/** How a run ended, for the metrics. */
export type RunEnd = 'done' | 'fault' | 'lost';

/** Thrown to roll back: somebody else has the job. */
class TakenAway extends Error {}

/** Keeps the results of a job and ends it, in one transaction; `lost` when it was taken from this worker before. */
export function concludeRun(ending: PatientEnding, conclusion: Conclusion): Promise<RunEnd> {
  return patiently(ending, 'done', async (tx) => {
    const { run, queue } = ending;
    // The claim first: its row stays locked, so that nobody takes the job away while its results are written.
    if (!(await endRun(tx, run, 'done'))) throw new TakenAway();
    await conclusion(tx);
    if (!(await queue.complete(tx, run.job))) throw new TakenAway();
  });
}

/** Gives a job back for its next try; after the last one `lastWords` are kept in the same transaction. */
export function failRun(ending: PatientEnding, fault: Fault, lastWords: Conclusion): Promise<RunEnd> {
  const { run, queue, log } = ending;
  log.warn({ code: fault.code, attempt: run.job.attempt, last: run.job.last }, explain(fault));
  return patiently(ending, 'fault', async (tx) => {
    if (!(await endRun(tx, run, 'fault', fault))) throw new TakenAway();
    if (run.job.last) await lastWords(tx);
    if (!(await queue.fail(tx, run.job, fault))) throw new TakenAway();
  });
}

/** Gives a job back at the end of the process, as if it had not been taken. */
export async function giveRunBack({ store, queue, run, log }: Ending): Promise<void> {
  const given = await transact(store, async (tx) => {
    if (await endRun(tx, run, 'given-back')) await queue.giveBack(tx, run.job, 0);
  });
  // Its lease runs out, and another worker takes it.
  if (!given.ok) log.warn(explain(given.fault));
}

/** What was worked out is worth waiting for a database that is away; the claim tells afterwards whether it still counts. */
async function patiently(ending: PatientEnding, end: RunEnd, step: (tx: Store) => Promise<void>): Promise<RunEnd> {
  const { store, log, outage, pause, signal } = ending;
  for (let wait = 500; ; wait = Math.min(wait * 2, 5000)) {
    try {
      const kept = await transact(store, step);
      if (kept.ok) {
        outage.back();
        return end;
      }
      outage.away(kept.fault);
    } catch (error) {
      if (!(error instanceof TakenAway)) throw error;
      log.warn('a job was finished that another worker has by now; its results are dropped');
      return 'lost';
    }
    if (signal.aborted) return 'lost';
    await pause(wait);
  }
}
