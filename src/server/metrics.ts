import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { attempt, countParcels, listWorkers, type Queue, type Store } from '../store/index.ts';

/** What the process counts; parts register their own at `registry`. */
export interface Metrics {
  readonly registry: Registry;
  readonly jobEnded: (queue: string, outcome: string, seconds: number) => void;
  readonly answered: (method: string, route: string, status: number, seconds: number) => void;
}

const SECONDS = [0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** Metrics in Prometheus' form. What stands in the database is counted when it is asked for, by every process alike. */
export function createMetrics(store: Store, queue: Queue): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const jobs = new Counter({
    name: 'abbot_jobs_total',
    help: 'Jobs that ended in this process, by how they did',
    labelNames: ['queue', 'outcome'],
    registers,
  });
  const took = new Histogram({
    name: 'abbot_job_seconds',
    help: 'How long jobs took',
    labelNames: ['queue'],
    buckets: SECONDS,
    registers,
  });
  const http = new Histogram({
    name: 'abbot_http_seconds',
    help: 'How long requests took',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  // Each of these is asked for by itself, and one look at the database answers all of them.
  let looking: Promise<void> | null = null;
  const collect = (): Promise<void> => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers, collect });
  const up = gauge('abbot_database_up', '1 when the database answers');
  const workers = gauge('abbot_workers', 'Processes that take jobs');
  const queued = gauge('abbot_queue_jobs', 'Jobs in the queues, by state', ['queue', 'state']);
  const outbox = gauge('abbot_outbox_parcels', 'What is to be sent or was sent', ['channel', 'state']);
  const look = async (): Promise<void> => {
    const counted = await attempt(store, async () => ({
      jobs: await queue.counts(store),
      parcels: await countParcels(store),
      alive: await listWorkers(store),
    }));
    up.set(counted.ok ? 1 : 0);
    // What is not known is not said.
    for (const one of [workers, queued, outbox]) one.reset();
    if (!counted.ok) return;
    for (const { queue: name, state, count } of counted.value.jobs) queued.set({ queue: name, state }, count);
    for (const { channel, state, count } of counted.value.parcels) outbox.set({ channel, state }, count);
    workers.set(counted.value.alive.length);
  };
  return {
    registry,
    jobEnded(queue, outcome, seconds) {
      jobs.inc({ queue, outcome });
      took.observe({ queue }, seconds);
    },
    answered: (method, route, status, seconds) => http.observe({ method, route, status }, seconds),
  };
}
