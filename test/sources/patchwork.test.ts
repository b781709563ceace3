import { afterEach, describe, expect, test } from 'vitest';
import { fetchPatchworkMail, fetchPatchworkSeries } from '../../src/sources/index.ts';
import { clientFor, type LocalServer, serve } from './local-server.ts';
import { seriesMails } from './mails.ts';

// The shapes are those of patchwork's API 1.3 (docs/api/schemas in its source).
const [COVER = '', ONE = '', TWO = ''] = seriesMails(2);
let server: LocalServer;
afterEach(() => server.close());

type Answers = Record<string, string | ((origin: string) => unknown)>;

/** A server that answers a path with a mail, or with JSON that may name the server itself; all else is 404. */
async function patchwork(answers: Answers): Promise<ReturnType<typeof clientFor>['client']> {
  server = await serve((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer === undefined) return response.writeHead(404).end('{"detail":"Not found."}');
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer(server.origin)));
  });
  return clientFor([server.origin], { attempts: 1 }).client;
}

const part = (origin: string, kind: 'covers' | 'patches', id: number, name: string) => ({
  id,
  msgid: `<v2-${id}@example.org>`,
  name,
  url: `${origin}/api/${kind}/${id}/`,
  mbox: `${origin}/${kind}/${id}/mbox/`,
});

const series =
  (given: object = {}) =>
  (origin: string) => ({
    id: 7,
    name: 'lib: return better values',
    version: 2,
    total: 2,
    received_total: 2,
    mbox: `${origin}/series/7/mbox/`,
    cover_letter: part(origin, 'covers', 0, 'lib: return better values'),
    patches: [part(origin, 'patches', 1, '[v2,1/2] lib: a'), part(origin, 'patches', 2, '[v2,2/2] lib: b')],
    ...given,
  });

const mbox = (...mails: string[]) => mails.map((mail) => `From patchwork Sun Mar  1 10:00:00 2026\n${mail}\n`).join('');
const subjects = (items: readonly { ok: boolean; value?: { subject: string } }[]) =>
  items.map((item) => item.value?.subject);

describe('a series of patchwork', () => {
  test('is its mbox and the cover letter beside it', async () => {
    const client = await patchwork({
      '/api/series/7/': series(),
      '/series/7/mbox/': mbox(ONE, TWO),
      '/covers/0/mbox/': mbox(COVER),
    });
    const got = await fetchPatchworkSeries(client, server.origin, 7);
    if (!got.ok) throw new Error(got.fault.what);
    expect(subjects(got.value.items).sort()).toEqual([
      '[PATCH v2 0/2] lib: return better values',
      '[PATCH v2 1/2] lib: a',
      '[PATCH v2 2/2] lib: b',
    ]);
    expect(got.value.messageId).toBe('v2-0@example.org');
    expect(server.asked).toHaveLength(3);
  });

  test('of which patchwork lacks a patch says so', async () => {
    const client = await patchwork({
      '/api/series/7/': series({ total: 3, cover_letter: null }),
      '/series/7/mbox/': mbox(ONE, TWO),
    });
    const got = await fetchPatchworkSeries(client, server.origin, 7);
    expect(got.ok && got.value.notes).toContain('patchwork has 2 of the 3 patches');
  });

  test('without any mbox is put together from its data', async () => {
    const data = (subject: string, diff: string) => () => ({
      msgid: '<v2-1@example.org>',
      headers: {
        Subject: subject,
        From: 'Ada Love <ada@example.org>',
        Date: 'Sun, 1 Mar 2026 10:00:00 +0000',
        'Message-Id': '<v2-1@example.org>',
        'Content-Transfer-Encoding': 'base64',
        'X-Evil\nBcc': 'b@example.org',
      },
      content: 'Why.\n\nSigned-off-by: Ada Love <ada@example.org>',
      diff,
    });
    const client = await patchwork({
      '/api/series/7/': series({ cover_letter: null }),
      '/api/patches/1/': data(
        '[PATCH v2 1/2] lib: a',
        'diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n',
      ),
    });
    const got = await fetchPatchworkSeries(client, server.origin, 7);
    if (!got.ok) throw new Error(got.fault.what);
    expect(subjects(got.value.items)).toEqual(['[PATCH v2 1/2] lib: a']);
    expect(got.value.notes.at(-1)).toContain("'[v2,2/2] lib: b' could not be fetched");
  });

  test('of which nothing can be had is a fault', async () => {
    const client = await patchwork({ '/api/series/7/': series() });
    const got = await fetchPatchworkSeries(client, server.origin, 7);
    expect(!got.ok && got.fault.code).toBe('source/not-found');
  });

  test('whose parts lie on another server is not followed there', async () => {
    const elsewhere = series({ mbox: 'http://127.0.0.1:9/series/7/mbox/', cover_letter: null, patches: [] });
    const client = await patchwork({ '/api/series/7/': elsewhere });
    const got = await fetchPatchworkSeries(client, server.origin, 7);
    expect(got.ok && got.value.items).toEqual([]);
    expect(server.asked.map(({ path }) => path)).toEqual(['/api/series/7/']);
  });

  test.each([
    ['text that is no JSON', '{"id": '],
    ['JSON of another shape', '{"id": "seven"}'],
    ['a list of 3,000 patches', JSON.stringify({ ...series({ patches: Array(3000).fill({}) })('http://x') })],
  ])('answered with %s is malformed', async (_, answer) => {
    const client = await patchwork({ '/api/series/7/': answer });
    const got = await fetchPatchworkSeries(client, server.origin, 7);
    expect(!got.ok && got.fault.code).toBe('source/malformed');
  });
});

describe('a mail of patchwork', () => {
  test('named by its message-id leads to its series', async () => {
    const client = await patchwork({
      '/api/patches/?msgid=v2-1%40example.org': () => [{ id: 1 }],
      '/api/patches/1/': () => ({ msgid: '<v2-1@example.org>', headers: {}, content: '', series: [{ id: 7 }] }),
      '/api/series/7/': series({ cover_letter: null }),
      '/series/7/mbox/': mbox(ONE, TWO),
    });
    const got = await fetchPatchworkMail(client, server.origin, 'patch', 'v2-1@example.org' as never);
    expect(got.ok && got.value.items).toHaveLength(2);
  });

  test('that it does not know is not found', async () => {
    const client = await patchwork({ '/api/covers/?msgid=x%40example.org': () => [] });
    const got = await fetchPatchworkMail(client, server.origin, 'cover', 'x@example.org' as never);
    expect(!got.ok && got.fault.code).toBe('source/not-found');
  });
});
