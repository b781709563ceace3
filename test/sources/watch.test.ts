import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fail, ok } from '../../src/outcome/index.ts';
import { openWatchStore, runWatch, type Watched, type WatchReview, type WatchStore } from '../../src/sources/index.ts';
import { openEpoch } from './epoch-repository.ts';
import { clientFor } from './local-server.ts';
import { patchText, rawMail, seriesMails } from './mails.ts';
import { hasPublicInbox, type PublicInbox, startPublicInbox } from './public-inbox-server.ts';

const LATER = Date.parse('2026-03-20T00:00:00Z');
const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'abbot-watch-')));
  return folders.at(-1)!;
};
afterEach(() => {
  for (const name of folders.splice(0)) rmSync(name, { recursive: true, force: true });
});

/** One round with a reviewer that notes what it was asked; gives what happened, in words. */
async function round(
  store: WatchStore,
  given: { origins?: string[]; now?: number; review?: WatchReview; reviewed?: string[] } = {},
): Promise<string[]> {
  const review: WatchReview = async ({ wanted, items }) => {
    given.reviewed?.push(`${wanted} of ${items.length}`);
    return ok({ wanted });
  };
  const { client } = clientFor(given.origins ?? [], { attempts: 1 });
  const events: string[] = [];
  const request = { store, client, review: given.review ?? review, now: () => given.now ?? LATER, budget: 10 };
  for await (const event of runWatch(request)) {
    if (event.kind === 'fault') events.push(`fault ${event.fault.code}`);
    else if (event.kind === 'reviewed')
      events.push(`reviewed v${event.record.version} ${event.record.fault?.code ?? ''}`.trim());
    else events.push(`${event.kind} v${event.series.version}`);
  }
  return events;
}

async function watching(source: Watched['source'], settle = 15): Promise<WatchStore> {
  const store = openWatchStore(folder());
  await store.saveLists([{ place: 'here', source, settle, since: '2026-01-01T00:00:00.000Z' }]);
  return store;
}

describe('a watched git archive', () => {
  test('has each complete version reviewed once, with the versions before it', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    epoch.add(seriesMails(1));
    const reviewed: string[] = [];
    expect(await round(store, { reviewed })).toEqual(['reviewed v1']);
    expect(await round(store, { reviewed })).toEqual([]);
    epoch.add(seriesMails(2));
    expect(await round(store, { reviewed })).toEqual(['reviewed v2']);
    expect(reviewed).toEqual(['v1-1@example.org of 3', 'v2-1@example.org of 6']);
  });

  test('waits for the parts of a series, says when they do not come, and reviews it when they come late', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    const [cover = '', one = '', two = ''] = seriesMails(1);
    epoch.add([cover, one]);
    expect(await round(store, { now: epoch.timeOf(1) + 60_000 })).toEqual(['waiting v1']);
    expect(await round(store)).toEqual(['incomplete v1']);
    epoch.add([two]);
    expect(await round(store, { now: epoch.timeOf(2) + 60_000 })).toEqual(['waiting v1']);
    expect(await round(store)).toEqual(['reviewed v1']);
    expect(await round(store)).toEqual([]);
  });

  test('does not review what was taken out again', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    const mail = rawMail({ subject: '[PATCH] a', id: 'a@example.org', body: patchText('1') });
    epoch.add([mail]);
    epoch.remove(mail);
    expect(await round(store)).toEqual([]);
  });

  test('keeps the mails of a mail sent twice once', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    const [cover = '', one = '', two = ''] = seriesMails(1);
    epoch.add([cover, one, two, one, two]);
    expect(await round(store)).toEqual(['reviewed v1']);
    const mails = await store.mails('here');
    expect(mails.ok && mails.value).toHaveLength(3);
  });

  test('has a series that cannot be reviewed recorded with the reason, and not tried again', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    epoch.add(seriesMails(1));
    const review: WatchReview = async () => fail('patch/does-not-apply', 'no hunk applies');
    expect(await round(store, { review })).toEqual(['reviewed v1 patch/does-not-apply']);
    expect(await round(store)).toEqual([]);
  });

  test('has a series tried again when the tree was at fault', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    epoch.add(seriesMails(1));
    const review: WatchReview = async () => fail('tree/unreadable', 'the tree is gone');
    expect(await round(store, { review })).toEqual(['fault tree/unreadable']);
    expect(await round(store)).toEqual(['reviewed v1']);
  });

  test('has its mails dropped after some weeks, and reads none of them again', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    epoch.add(seriesMails(1));
    await round(store);
    expect(await round(store, { now: LATER + 50 * 86_400_000 })).toEqual([]);
    expect(await store.mails('here')).toEqual({ ok: true, value: [] });
  });

  test('that two processes watch has one review of each version', async () => {
    const epoch = openEpoch(folder());
    const store = await watching({ kind: 'epoch', folder: epoch.path });
    epoch.add([...seriesMails(1), ...seriesMails(2)]);
    const both = await Promise.all([round(store), round(openWatchStore(store.folder))]);
    expect(both.flat().sort()).toEqual(['reviewed v1', 'reviewed v2']);
    expect(readdirSync(join(store.folder, 'reviews'))).toHaveLength(2);
  });
});

describe.skipIf(!hasPublicInbox)('a watched list of a real public-inbox', () => {
  let server: PublicInbox;
  beforeAll(async () => {
    server = await startPublicInbox(seriesMails(1));
  }, 180_000);
  afterAll(() => server?.stop());

  test('has new versions reviewed as they come, also when more came than the feed shows', async () => {
    const store = await watching({ kind: 'atom', inbox: server.origin, list: server.list });
    const origins = [server.origin];
    expect(await round(store, { origins })).toEqual(['reviewed v1']);
    expect(await round(store, { origins })).toEqual([]);
    const talk = Array.from({ length: 30 }, (_, i) =>
      rawMail({ subject: `Re: talk ${i}`, id: `talk-${i}@example.org` }),
    );
    server.deliver([...seriesMails(2), ...talk]);
    const reviewed: string[] = [];
    expect(await round(store, { origins, reviewed })).toEqual(['reviewed v2']);
    expect(reviewed).toEqual(['v2-1@example.org of 6']);
    expect(await round(store, { origins })).toEqual([]);
  }, 180_000);

  test('that does not answer is a fault, and is read on later', async () => {
    const store = await watching({ kind: 'atom', inbox: 'http://127.0.0.1:9', list: 'kernel' });
    expect(await round(store, { origins: ['http://127.0.0.1:9'] })).toEqual(['fault source/unreachable']);
    const cursor = await store.cursor('here');
    expect(cursor).toEqual({ ok: true, value: null });
  });
});
