import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, type Fault } from '../outcome/index.ts';
import { attempt, countJobs, databasePlace, listWorkers, openStore } from '../store/index.ts';
import type { Check } from './doctor-command.ts';
import type { ServerSettings } from './server-settings.ts';

/** The database and its queues, for `abbot doctor`: it looks, makes nothing and changes nothing. */
export async function databaseChecks(server: ServerSettings): Promise<readonly Check[]> {
  const place = databasePlace(server.databaseUrl, server.databaseFolder);
  if (!place.ok) return [bad(place.fault)];
  if (place.value.engine === 'pglite') {
    const there = await stat(join(place.value.folder, 'pgdata')).catch(() => null);
    if (there === null) return [good('database', `none yet: \`abbot serve\` makes one in ${place.value.folder}`)];
  }
  const opened = await openStore(place.value, { migrate: false, connections: 1 });
  // Somebody works with it, so all is well.
  if (!opened.ok && opened.fault.code === 'store/in-use') return [good('database', opened.fault.what)];
  if (!opened.ok) return [bad(opened.fault)];
  const store = opened.value;
  const counted = await attempt(store, async () => {
    const jobs = await countJobs(store);
    // Before the first `abbot serve` there is no table to ask.
    return { jobs, workers: jobs.length > 0 ? (await listWorkers(store)).length : 0 };
  });
  await store.close();
  if (!counted.ok) return [bad(counted.fault)];
  const { jobs, workers } = counted.value;
  const sum = (states: readonly string[]) =>
    jobs.filter(({ state }) => states.includes(state)).reduce((total, { count }) => total + count, 0);
  const failed = sum(['failed']);
  const queue = `${sum(['created', 'retry'])} jobs wait, ${sum(['active'])} are worked on, ${failed} failed; ${workers} workers`;
  return [good('database', store.shown), good('queue', queue)];
}

const good = (name: string, found: string): Check => ({ name, good: true, found });
const bad = (fault: Fault): Check => ({ name: 'database', good: false, found: explain(fault) });
