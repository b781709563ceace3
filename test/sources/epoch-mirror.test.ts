import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../../src/outcome/index.ts';
import { epochHead } from '../../src/sources/epoch.ts';
import { readManifest } from '../../src/sources/epoch-mirror.ts';
import { findEpochs, mirrorEpochs, openWatchStore, readEpoch, runWatch } from '../../src/sources/index.ts';
import { clientFor, serve } from './local-server.ts';
import { rawMail, seriesMails } from './mails.ts';
import { hasPublicInbox, type PublicInbox, startPublicInbox } from './public-inbox-server.ts';

const top = mkdtempSync(join(tmpdir(), 'abbot-mirror-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const manifest = (value: unknown) => readManifest(Buffer.from(JSON.stringify(value)), 'kernel');

describe('a manifest', () => {
  test('names the epochs of its list in order, and nothing else is taken from it', () => {
    const read = manifest({
      '/kernel/git/10.git': { modified: 20 },
      '/kernel/git/9.git': {},
      '/other/git/3.git': { modified: 5 },
      '/kernel/git/../../etc/0.git': {},
      '/kernel/all.git': {},
    });
    expect(read.ok && read.value.map(({ number, modified }) => [number, modified])).toEqual([
      [9, null],
      [10, 20],
    ]);
  });

  test.each([
    ['that is an array', []],
    ['that is null', null],
    ['that is a word', 'x'],
  ])('%s is malformed', (_, value) => {
    const read = manifest(value);
    expect(!read.ok && read.fault.code).toBe('source/malformed');
  });

  test('without an epoch says to watch the feed', () => {
    const read = manifest({});
    expect(!read.ok && [read.fault.code, read.fault.hint]).toEqual(['source/not-found', 'watch it by its feed']);
  });
});

describe.skipIf(!hasPublicInbox)('the git archive of a real public-inbox', () => {
  let server: PublicInbox;
  beforeAll(async () => {
    server = await startPublicInbox(seriesMails(1));
  }, 180_000);
  afterAll(() => server?.stop());
  const place = () => ({ inbox: server.origin, list: server.list });
  const mailsIn = async (folder: string): Promise<number> => {
    const epochs = await findEpochs(folder);
    const epoch = (epochs.ok && epochs.value[0]) || '';
    const head = await epochHead(epoch);
    let count = 0;
    if (head.ok && head.value !== null)
      for await (const item of readEpoch(epoch, null, head.value)) if (item.ok) count++;
    return count;
  };

  test('is fetched whole, then only what is new', async () => {
    const { client } = clientFor([server.origin]);
    const folder = join(top, 'whole');
    expect(await mirrorEpochs(client, place(), folder, 0)).toEqual({ ok: true, value: undefined });
    expect(await mailsIn(folder)).toBe(3);
    server.deliver([rawMail({ subject: 'more', id: 'more@example.org' })]);
    expect(await mirrorEpochs(client, place(), folder, 0)).toEqual({ ok: true, value: undefined });
    expect(await mailsIn(folder)).toBe(4);
  }, 60_000);

  test('of which nothing is new is cut to its last commit', async () => {
    const { client } = clientFor([server.origin]);
    const folder = join(top, 'recent');
    expect(await mirrorEpochs(client, place(), folder, Date.now())).toEqual({ ok: true, value: undefined });
    expect(await mailsIn(folder)).toBe(1);
  }, 60_000);

  test('is watched: each new version is reviewed once', async () => {
    const { client } = clientFor([server.origin]);
    const store = openWatchStore(join(top, 'watch'));
    const since = '2026-01-01T00:00:00.000Z';
    const source = { kind: 'mirror', ...place(), folder: join(top, 'watched') } as const;
    await store.saveLists([{ place: 'here', source, settle: 15, since }]);
    const round = async () => {
      const said: string[] = [];
      const now = () => Date.parse('2026-03-20T00:00:00Z');
      for await (const event of runWatch({ store, client, review: async () => ok({}), now, budget: 5 }))
        said.push(event.kind === 'reviewed' ? `v${event.record.version}` : event.kind);
      return said;
    };
    expect(await round()).toEqual(['v1']);
    expect(await round()).toEqual([]);
    server.deliver(seriesMails(2));
    expect(await round()).toEqual(['v2']);
  }, 120_000);

  test('from a server that is not on the list is not asked for', async () => {
    const { client } = clientFor(['http://127.0.0.1:9']);
    const done = await mirrorEpochs(client, place(), join(top, 'refused'), 0);
    expect(!done.ok && done.fault.code).toBe('source/host-refused');
  });
});

test('a server whose manifest is a web page is said to guard itself, and nothing is fetched', async () => {
  const wall = await serve((_, response) => response.end('<html>are you human?</html>'));
  const { client } = clientFor([wall.origin], { attempts: 1 });
  const done = await mirrorEpochs(client, { inbox: wall.origin, list: 'kernel' }, join(top, 'wall'), 0);
  expect(!done.ok && done.fault.code).toBe('source/bot-wall');
  await wall.close();
});

test('a server that has a manifest and no git is one clear line', async () => {
  const half = await serve((request, response) => {
    if (request.url?.endsWith('manifest.js.gz')) return response.end(JSON.stringify({ '/kernel/git/0.git': {} }));
    response.statusCode = 404;
    response.end('no');
  });
  const { client } = clientFor([half.origin], { attempts: 1 });
  const done = await mirrorEpochs(client, { inbox: half.origin, list: 'kernel' }, join(top, 'half'), 0);
  expect(!done.ok && done.fault.code).toBe('source/git-failed');
  await half.close();
});

test('a folder that cannot be written is one clear line', async () => {
  const half = await serve((_, response) => response.end(JSON.stringify({ '/kernel/git/0.git': {} })));
  const { client } = clientFor([half.origin], { attempts: 1 });
  writeFileSync(join(top, 'file'), '');
  const done = await mirrorEpochs(client, { inbox: half.origin, list: 'kernel' }, join(top, 'file'), 0);
  expect(!done.ok && done.fault.code).toBe('watch/state');
  await half.close();
});
