import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  closeSession,
  listTokens,
  makeToken,
  markSeen,
  type OpenStore,
  openSession,
  revokeToken,
  saveReview,
  seenOf,
  sessionUser,
  tokenOf,
} from '../../src/store/index.ts';
import { type Databases, ENGINES, startDatabases } from '../servers/databases.ts';

describe.each(ENGINES)('accounts on %s', (engine) => {
  let databases: Databases;
  let store: OpenStore;
  beforeAll(async () => {
    databases = await startDatabases(engine);
    store = await databases.store();
  }, 120_000);
  afterAll(() => databases?.remove());

  test('a session belongs to its user until it is closed, and a guess belongs to nobody', async () => {
    const id = await openSession(store, { login: 'ada', name: 'Ada' });
    const again = await openSession(store, { login: 'ada', name: 'Ada Love' });
    expect(again).not.toBe(id);
    expect(await sessionUser(store, id)).toMatchObject({ login: 'ada', name: 'Ada Love' });
    expect(await sessionUser(store, `${id}x`)).toBe(null);
    expect(await sessionUser(store, 'x'.repeat(100_000))).toBe(null);
    await closeSession(store, id);
    expect(await sessionUser(store, id)).toBe(null);
    expect(await sessionUser(store, again)).not.toBe(null);
  });

  test('the id of a session is not kept', async () => {
    const id = await openSession(store, { login: 'eve', name: 'Eve' });
    const rows = await store.db.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(id);
  });

  test('a token is known by its text until it is revoked or its time is over', async () => {
    const text = await makeToken(store, { name: 'ci', scopes: ['write'], userId: null, expiresAt: null });
    const old = await makeToken(store, { name: 'old', scopes: ['write'], userId: null, expiresAt: new Date(0) });
    const row = await tokenOf(store, text);
    expect(row).toMatchObject({ name: 'ci', scopes: ['write'] });
    expect(await tokenOf(store, old)).toBe(null);
    expect(await tokenOf(store, 'abbot_x')).toBe(null);
    expect(JSON.stringify(await listTokens(store))).not.toContain(text);
    expect(await revokeToken(store, row?.id ?? 0)).toBe(true);
    expect(await revokeToken(store, row?.id ?? 0)).toBe(false);
    expect(await tokenOf(store, text)).toBe(null);
  });

  test('what somebody has read is read for nobody else', async () => {
    const { id } = await saveReview(store, {
      key: 'k',
      origin: 'list',
      place: 'https://lore.kernel.org/linux-pci',
      title: 't',
      version: 1,
      messageId: null,
      author: { name: 'a', email: 'a@example.org' },
      sentAt: new Date(0),
      total: 1,
      complete: true,
      beginnings: ['a@example.org'],
      subsystems: [],
      result: { fault: { code: 'patch/does-not-apply', what: 'no' } },
    });
    const users = await Promise.all(
      ['one', 'two'].map(async (login) => sessionUser(store, await openSession(store, { login, name: login }))),
    );
    const [one, two] = users.map((user) => user?.id ?? 0);
    await markSeen(store, one ?? 0, id, true);
    await markSeen(store, one ?? 0, id, true);
    expect([...(await seenOf(store, one ?? 0, [id]))]).toEqual([id]);
    expect([...(await seenOf(store, two ?? 0, [id]))]).toEqual([]);
    await markSeen(store, one ?? 0, id, false);
    expect([...(await seenOf(store, one ?? 0, [id]))]).toEqual([]);
  });
});
