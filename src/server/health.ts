import { sql } from 'kysely';
import { attempt, type Store } from '../store/index.ts';
import type { Outage } from './outage.ts';
import type { Part } from './part.ts';

/** Milliseconds after which a database that does not answer is taken for one that is away. */
const PATIENCE = 2000;

/**
 * `/healthz`: the process answers, whatever the database does; `/readyz`: it can take work, with reasons when it cannot;
 * `/metrics`.
 */
export function healthPart(outage: Outage): Part {
  return {
    name: 'health',
    routes(app, host) {
      app.get('/healthz', (c) => c.text('ok\n'));
      app.get('/readyz', async (c) => {
        const why = host.signal.aborted ? 'shutting down' : await databaseTrouble(host.store, outage);
        return why === null ? c.json({ ready: true }) : c.json({ ready: false, why }, 503);
      });
      app.get('/metrics', async (c) =>
        c.body(await host.metrics.metrics(), 200, { 'content-type': host.metrics.contentType }),
      );
    },
  };
}

async function databaseTrouble(store: Store, outage: Outage): Promise<string | null> {
  const late = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), PATIENCE).unref();
  });
  const asked = await Promise.race([attempt(store, () => sql`select 1`.execute(store.db)), late]);
  if (asked === null) return 'the database does not answer';
  if (asked.ok) {
    outage.back();
    return null;
  }
  outage.away(asked.fault);
  // Whoever asks may be anybody: the address stays inside.
  return 'the database does not answer';
}
