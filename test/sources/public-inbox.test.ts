import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageId } from '../../src/mail/index.ts';
import { fetchRaw, fetchThread, gather, newestMails, searchInbox } from '../../src/sources/index.ts';
import { clientFor } from './local-server.ts';
import { patchText, rawMail, seriesMails } from './mails.ts';
import { hasPublicInbox, type PublicInbox, startPublicInbox } from './public-inbox-server.ts';

const CHANGE_ID = '20260301-better-values-0123456789ab';
const HOSTILE = 'a/../$(x)\';"b?c#d%2e@example.org';
/** v1 is found by change-id, v2 by subject and author, v3 by a link, v4 and v5 by a link of the next. */
const mails = [
  ...seriesMails(1, { title: 'lib: begin with something else', notes: `change-id: ${CHANGE_ID}` }),
  ...seriesMails(2),
  ...seriesMails(3, { notes: 'Changes in v3:\n- nothing links to v2' }),
  ...seriesMails(4, { notes: 'v3: https://lore.kernel.org/r/v3-0@example.org/' }),
  ...seriesMails(5, { notes: `v4: https://lore.kernel.org/kernel/v4-0%40example.org/\nchange-id: ${CHANGE_ID}` }),
  rawMail({
    subject: 'Re: [PATCH v5 1/2] lib: a',
    id: 'reply@example.org',
    re: 'v5-1@example.org',
    from: 'Bob <bob@example.org>',
  }),
  rawMail({ subject: '[PATCH] lib: odd id', id: HOSTILE, body: patchText('7') }),
  rawMail({
    subject: '[PATCH v2] self: links to itself',
    id: 'self@example.org',
    body: patchText('8', 'v1: https://lore.kernel.org/r/self@example.org/\n'),
  }),
  rawMail({
    subject: '[PATCH v9 0/1] twice: here',
    id: 'tw-a@example.org',
    body: 'v8: https://lore.kernel.org/r/tw-c@example.org\n',
  }),
  rawMail({ subject: '[PATCH v9 1/1] twice: x', id: 'tw-b@example.org', re: 'tw-a@example.org', body: patchText('9') }),
  rawMail({ subject: '[PATCH v8] twice: here', id: 'tw-c@example.org', re: 'tw-a@example.org', body: patchText('10') }),
  rawMail({
    subject: '[PATCH v8] twice: here, differently',
    id: 'tw-d@example.org',
    re: 'tw-a@example.org',
    body: patchText('11'),
  }),
];

describe.skipIf(!hasPublicInbox)('a real public-inbox', () => {
  let server: PublicInbox;
  beforeAll(async () => {
    server = await startPublicInbox(mails);
  }, 180_000);
  afterAll(() => server?.stop());

  const id = (text: string) => text as MessageId;
  const place = () => ({ inbox: server.origin, list: server.list });
  const request = (input: string, budget = 24) => ({
    inputs: [input],
    client: clientFor([server.origin], { attempts: 1 }).client,
    inbox: server.origin,
    repository: '/nowhere',
    budget,
    exists: () => false,
  });

  test('gives the thread of a mail', async () => {
    const got = await fetchThread(clientFor([server.origin]).client, place(), id('v5-1@example.org'));
    const ids = got.ok ? got.value.items.map((item) => item.ok && item.value.messageId) : [];
    expect(ids.sort()).toEqual(['reply@example.org', 'v5-0@example.org', 'v5-1@example.org', 'v5-2@example.org']);
  });

  test('gives one mail alone', async () => {
    const got = await fetchRaw(clientFor([server.origin]).client, place(), id('v5-1@example.org'));
    expect(got.ok && got.value.items.map((item) => item.ok && item.value.subject)).toEqual(['[PATCH v5 1/2] lib: a']);
  });

  test('finds a mail whose id has slashes and shell characters', async () => {
    const got = await fetchThread(clientFor([server.origin]).client, place(), id(HOSTILE));
    expect(got.ok && got.value.items.map((item) => item.ok && item.value.messageId)).toEqual([HOSTILE]);
  });

  test('that does not have a mail is said not to', async () => {
    const got = await fetchThread(clientFor([server.origin]).client, place(), id('nobody@nowhere'));
    expect(!got.ok && got.fault.code).toBe('source/not-found');
  });

  test('has the mail in another list than the link says', async () => {
    const got = await fetchThread(
      clientFor([server.origin]).client,
      { inbox: server.origin, list: 'other' },
      id('v1-0@example.org'),
    );
    expect(got.ok && got.value.url).toContain('/all/');
  });

  test('lists its newest mails', async () => {
    const feed = await newestMails(clientFor([server.origin]).client, place());
    expect(feed.ok && feed.value).toHaveLength(mails.length);
    expect(feed.ok && feed.value.find((e) => e.messageId === 'v5-1@example.org')).toMatchObject({
      title: '[PATCH v5 1/2] lib: a',
      author: { name: 'Ada Love', email: 'ada@example.org' },
      inReplyTo: 'v5-0@example.org',
    });
    expect(feed.ok && feed.value.map((e) => e.messageId)).toContain(HOSTILE);
  });

  test('is searched, and finding nothing is no failure', async () => {
    const { client } = clientFor([server.origin]);
    const found = await searchInbox(client, place(), 's:"lib: return better values" f:ada@example.org');
    expect(found.ok && found.value.length).toBeGreaterThan(3);
    expect(await searchInbox(client, place(), 's:"no such words here"')).toEqual({ ok: true, value: [] });
  });

  test('gives all versions of a series: by link, change-id, and subject and author', async () => {
    const got = await gather(request(`${server.origin}/kernel/v5-0%40example.org/T/#u`));
    if (!got.ok) throw new Error(got.fault.what);
    const covers = got.value.items.flatMap((item) =>
      item.ok && /0\/2/.test(item.value.subject) ? [item.value.messageId] : [],
    );
    expect(covers.sort()).toEqual([1, 2, 3, 4, 5].map((v) => `v${v}-0@example.org`));
    expect(got.value.wanted).toBe('v5-0@example.org');
    const host = server.origin;
    expect(got.value.notes).toEqual([
      `fetched 4 mails from ${host}/kernel/v5-0@example.org/t.mbox.gz (the thread)`,
      `fetched 3 mails from ${host}/kernel/v4-0@example.org/t.mbox.gz (v4, linked to)`,
      `fetched 3 mails from ${host}/kernel/v3-0@example.org/t.mbox.gz (v3, linked to)`,
      `fetched 3 mails from ${host}/kernel/v1-0@example.org/t.mbox.gz (v1, found by change-id)`,
      `fetched 3 mails from ${host}/kernel/v2-0@example.org/t.mbox.gz (v2, found by subject and author)`,
    ]);
  });

  test('is asked no more often than allowed, and what is missing is said', async () => {
    const asked = request('v5-0@example.org', 3);
    const got = await gather(asked);
    expect(asked.client.requests()).toBeLessThanOrEqual(3);
    expect(got.ok && got.value.notes.at(-1)).toBe('stopped after enough requests; not at hand: v1, v2');
  });

  test('finds a bare message-id', async () => {
    const got = await gather(request('<v1-1@example.org>'));
    expect(got.ok && got.value.items).toHaveLength(3);
  });

  test('with a cover letter that links to itself ends', async () => {
    const got = await gather(request('self@example.org'));
    expect(got.ok && got.value.items).toHaveLength(1);
    expect(got.ok && got.value.notes.at(-1)).toBe('not found in the archive: v1');
  });

  test('with two mails that claim to be the same version keeps each once', async () => {
    const got = await gather(request('tw-a@example.org', 40));
    const ids = got.ok ? got.value.items.map((item) => item.ok && item.value.messageId) : [];
    expect([...ids].sort()).toEqual(['tw-a@example.org', 'tw-b@example.org', 'tw-c@example.org', 'tw-d@example.org']);
  });

  test('stands in for a server that fails', async () => {
    const { client } = clientFor(['http://127.0.0.1:9'], {
      attempts: 1,
      mirrors: { 'http://127.0.0.1:9': [server.origin] },
    });
    const got = await fetchThread(client, { inbox: 'http://127.0.0.1:9', list: 'kernel' }, id('v5-0@example.org'));
    expect(got.ok && got.value.url).toContain(server.origin);
  });
});
