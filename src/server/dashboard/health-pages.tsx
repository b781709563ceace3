import {
  consentLedger,
  failedRuns,
  giveConsent,
  latestParcels,
  listWorkers,
  revokeConsent,
  watchedStates,
} from '../../store/index.ts';
import { sentForm } from './account.ts';
import { HealthPage, type HealthView } from './health-page.tsx';
import { refused, troubled } from './notices.tsx';
import type { Pages } from './part.tsx';

/** Rows of the last errors and of the outbox. */
const SHOWN = 20;

/** `/health` and the ledger of consents. `tree` says what is known of the tree and its index, one line each. */
export function healthPages(now: () => number, tree: () => Promise<HealthView['tree']>): Pages {
  return (app, desk) => {
    const { store, queue } = desk.host;
    app.get('/health', async (c) => {
      const view: HealthView = {
        now: new Date(now()),
        engine: store.engine === 'pglite' ? 'database in the data folder' : 'PostgreSQL',
        queues: await queue.counts(store),
        workers: await listWorkers(store),
        lists: await watchedStates(store),
        failed: await failedRuns(store, SHOWN),
        outbox: await latestParcels(store, SHOWN),
        consents: await consentLedger(store),
        tree: await tree(),
        viewer: await desk.viewer(c),
      };
      return desk.page(c, { title: 'Health', area: 'health' }, <HealthPage view={view} />);
    });
    app.post('/health/consent', async (c) => {
      const form = await sentForm(c, await desk.viewer(c));
      if (form === null) return refused(c, desk);
      const [place, by, evidence] = ['place', 'by', 'evidence'].map((name) => form.text(name).slice(0, 500));
      const mode = form.text('mode') === 'list' ? 'list' : 'author';
      if (!place || !by || !evidence)
        return troubled(c, desk, 400, 'A consent needs the list, who agreed, and where it can be read.');
      await giveConsent(store, {
        place,
        mode,
        by: `${by} (recorded by ${form.viewer.login})`,
        evidence,
        givenAt: new Date(now()),
      });
      return c.redirect('/health#consents', 303);
    });
    app.post('/health/revoke', async (c) => {
      const form = await sentForm(c, await desk.viewer(c));
      if (form === null) return refused(c, desk);
      const mode = form.text('mode') === 'list' ? 'list' : 'author';
      await revokeConsent(store, form.text('place'), mode, form.viewer.login);
      return c.redirect('/health#consents', 303);
    });
  };
}
