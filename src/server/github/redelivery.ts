import { explain, type Outcome, ok } from '../../outcome/index.ts';
import { attempt, keptDeliveries, type Store } from '../../store/index.ts';
import type { Host, Loop } from '../part.ts';
import { outcomeOf } from './adapter.ts';
import type { GitHubSetup } from './setup.ts';

/** A delivery as GitHub lists it; one that was sent again has the guid of the first. */
export interface ListedDelivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly delivered_at: string;
}

/** GitHub lists three days. */
const DAYS = 3;
/** A delivery that fails so often fails for a reason of its own. */
const MOST_TRIES = 5;
const AT_ONCE = 100;
const EVENTS = new Set(['pull_request', 'issue_comment', 'check_run', 'check_suite', 'push', 'installation']);

/**
 * The deliveries that are to be sent again, oldest first: those that never reached the database. What a server answered
 * says less: it may have died after its answer, and was not asked twice then, or before it.
 */
export function missedDeliveries(
  listed: readonly ListedDelivery[],
  kept: ReadonlySet<string>,
): readonly ListedDelivery[] {
  const tries = new Map<string, ListedDelivery[]>();
  for (const delivery of listed) tries.set(delivery.guid, [...(tries.get(delivery.guid) ?? []), delivery]);
  return [...tries.values()]
    .flatMap((all) => {
      const [newest] = all;
      return newest && !kept.has(newest.guid) && EVENTS.has(newest.event) && all.length < MOST_TRIES ? [newest] : [];
    })
    .sort((a, b) => a.id - b.id)
    .slice(0, AT_ONCE);
}

/** Asks GitHub what it sent while nobody listened, and has it sent again. Gives how many. */
export async function redeliver(setup: GitHubSetup, store: Store, now: number): Promise<Outcome<number>> {
  const api = await setup.app.itself();
  const oldest = new Date(now - DAYS * 86_400_000).toISOString();
  const listed = outcomeOf(
    await api.pages<ListedDelivery>('GET /app/hook/deliveries', {}, (page) =>
      page.some((delivery) => delivery.delivered_at < oldest),
    ),
  );
  if (!listed.ok) return listed;
  const guids = [...new Set(listed.value.map((delivery) => delivery.guid))];
  const kept = new Set<string>();
  for (let i = 0; i < guids.length; i += 1000) {
    const part = await attempt(store, () => keptDeliveries(store, guids.slice(i, i + 1000)));
    if (!part.ok) return part;
    for (const guid of part.value) kept.add(guid);
  }
  const missed = missedDeliveries(listed.value, kept);
  for (const { id } of missed) {
    const asked = await api.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
    if (!asked.ok && asked.fault.code !== 'github/gone') return outcomeOf(asked);
  }
  return ok(missed.length);
}

/** Looks at the start, and every so many seconds from then on. */
export function redeliveryLoop(setup: () => GitHubSetup, every: number, now: () => number): Loop {
  return {
    name: 'github-redelivery',
    async round({ store, log }: Host) {
      const asked = await redeliver(setup(), store, now());
      if (!asked.ok) log.warn(explain(asked.fault));
      else if (asked.value > 0) log.info(`${asked.value} deliveries that were missed are sent again`);
      return every;
    },
  };
}
