import { type Outcome, ok } from '../outcome/index.ts';
import type { WatchStore } from '../sources/index.ts';
import { databasePlace, openStore, watchTables } from '../store/index.ts';

/** What is watched, in the PostgreSQL of `DATABASE_URL`; to be closed. */
export interface WatchDatabase {
  readonly store: WatchStore;
  readonly close: () => Promise<void>;
}

/** Opens the lists of a bot whose processes share a PostgreSQL. */
export async function openWatchDatabase(url: string): Promise<Outcome<WatchDatabase>> {
  const place = databasePlace(url, '');
  if (!place.ok) return place;
  const opened = await openStore(place.value, { connections: 1 });
  if (!opened.ok) return opened;
  // Lists are added and removed here; series are ordered by the bot alone.
  const store = watchTables(opened.value, async () => {
    throw new Error('an order outside the bot');
  });
  return ok({ store, close: opened.value.close });
}
