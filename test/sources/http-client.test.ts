import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { openHttpCache } from '../../src/sources/index.ts';
import { clientFor, type LocalServer, serve } from './local-server.ts';

const MBOX = 'From mboxrd@z Thu Jan  1 00:00:00 1970\nSubject: [PATCH] x\nMessage-ID: <1@test>\n\nbody\n';
const open: LocalServer[] = [];
const start = async (answer: Parameters<typeof serve>[0]): Promise<LocalServer> => {
  const server = await serve(answer);
  open.push(server);
  return server;
};
const folders: string[] = [];
const cacheFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'abbot-http-')));
  return folders.at(-1)!;
};

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('a good server', () => {
  test('is asked with the name of the program, and a gzip answer is unpacked', async () => {
    const server = await start((_, response) => response.end(gzipSync(MBOX)));
    const { client } = clientFor([server.origin]);
    const got = await client.get(`${server.origin}/l/1@test/t.mbox.gz`, 'mbox');
    expect(got.ok && got.value.bytes.toString()).toBe(MBOX);
    expect(server.asked[0]?.headers['user-agent']).toBe('abbot/0.0.0 (test)');
  });

  test('has one request at a time, however many are wanted', async () => {
    const server = await start((_, response) => setTimeout(() => response.end(MBOX), 20));
    const { client } = clientFor([server.origin]);
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => client.get(`${server.origin}/${name}`, 'mbox')));
    expect(server.asked).toHaveLength(4);
    expect(server.mostAtOnce()).toBe(1);
  });

  test('is not asked again for a recent answer, and later only whether it still holds', async () => {
    const server = await start((request, response) => {
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.setHeader('etag', '"1"').end(MBOX);
    });
    const { client, tick } = clientFor([server.origin], { cache: openHttpCache(cacheFolder()) });
    const get = async () => {
      const got = await client.get(`${server.origin}/x`, 'mbox');
      return got.ok ? [got.value.how, got.value.bytes.toString() === MBOX] : got.fault;
    };
    expect(await get()).toEqual(['fetched', true]);
    expect(await get()).toEqual(['kept', true]);
    tick(600_000);
    expect(await get()).toEqual(['confirmed', true]);
    expect(server.asked).toHaveLength(2);
  });

  test('that fails later is stood in for by the kept answer, which says so', async () => {
    const server = await start((_, response, count) =>
      count === 1 ? response.end(MBOX) : response.writeHead(500).end(),
    );
    const { client, tick } = clientFor([server.origin], { cache: openHttpCache(cacheFolder()), attempts: 1 });
    await client.get(`${server.origin}/x`, 'mbox');
    tick(600_000);
    const got = await client.get(`${server.origin}/x`, 'mbox');
    expect(got.ok && got.value.how).toBe('stale');
  });

  test('leaves no half-written file in the cache', async () => {
    const server = await start((_, response) => response.end(MBOX));
    const folder = cacheFolder();
    const { client } = clientFor([server.origin], { cache: openHttpCache(folder) });
    await Promise.all(['a', 'b', 'c'].map((name) => client.get(`${server.origin}/${name}`, 'mbox')));
    expect(readdirSync(folder)).toHaveLength(3);
    expect(readdirSync(folder).every((name) => /^[0-9a-f]{64}\.http$/.test(name))).toBe(true);
  });
});

describe('a server that', () => {
  const codeOf = async (server: LocalServer, given = {}, expected: 'mbox' | 'atom' = 'mbox') => {
    const { client, waits } = clientFor([server.origin], given);
    const got = await client.get(`${server.origin}/x`, expected);
    return { code: got.ok ? 'ok' : got.fault.code, fault: got.ok ? null : got.fault, waits };
  };

  test('hangs is given up after a second try', async () => {
    const server = await start(() => {});
    const { code, waits } = await codeOf(server, { idleMs: 60 });
    expect([code, waits.length, server.asked.length]).toEqual(['source/timeout', 1, 2]);
  });

  test('answers 500 is asked again with growing waits, and no more often than allowed', async () => {
    const server = await start((_, response) => response.writeHead(500).end());
    const { code, waits } = await codeOf(server);
    expect([code, waits, server.asked.length]).toEqual(['source/server-error', [1000, 2000, 4000], 4]);
  });

  test('answers 500 once is asked again with success', async () => {
    const server = await start((_, response, count) =>
      count === 1 ? response.writeHead(500).end() : response.end(MBOX),
    );
    expect((await codeOf(server)).code).toBe('ok');
  });

  test('answers 429 with Retry-After is left alone for as long as it asks', async () => {
    const server = await start((_, response, count) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '7' }).end() : response.end(MBOX),
    );
    const { code, waits } = await codeOf(server);
    expect([code, waits]).toEqual(['ok', [7000]]);
  });

  test('names a date in Retry-After is understood', async () => {
    const server = await start((_, response, count) =>
      count === 1
        ? response.writeHead(503, { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }).end()
        : response.end(MBOX),
    );
    expect((await codeOf(server)).waits).toEqual([30_000]);
  });

  test('asks for an hour is given up at once', async () => {
    const server = await start((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    const { code, fault, waits } = await codeOf(server);
    expect([code, fault?.why, waits]).toEqual(['source/rate-limited', 'Retry-After: 3600', []]);
  });

  test('redirects to another host is not followed there', async () => {
    const other = await start((_, response) => response.end(MBOX));
    const server = await start((_, response) => response.writeHead(302, { location: `${other.origin}/x` }).end());
    const { code, fault } = await codeOf(server);
    expect(code).toBe('source/host-refused');
    expect(fault?.why).toContain(other.origin);
    expect(other.asked).toEqual([]);
  });

  test('redirects to a host on the list is followed', async () => {
    const other = await start((_, response) => response.end(MBOX));
    const server = await start((_, response) => response.writeHead(301, { location: `${other.origin}/y` }).end());
    const { client } = clientFor([server.origin, other.origin]);
    const got = await client.get(`${server.origin}/x`, 'mbox');
    expect(got.ok && got.value.url).toBe(`${other.origin}/y`);
  });

  test('redirects in a circle ends', async () => {
    const server = await start((_, response) => response.writeHead(302, { location: '/x' }).end());
    expect((await codeOf(server)).code).toBe('source/malformed');
    expect(server.asked.length).toBeLessThan(10);
  });

  test('sends without end is cut off at the limit', async () => {
    let closed = false;
    const server = await start((_, response) => {
      response.on('close', () => {
        closed = true;
      });
      const more = () => {
        while (!closed && response.write('x'.repeat(1 << 16)));
        if (!closed) response.once('drain', more);
      };
      response.write(MBOX);
      more();
    });
    expect((await codeOf(server, { body: { received: 1 << 20, unpacked: 1 << 21 } })).code).toBe('source/too-large');
    await expect.poll(() => closed).toBe(true);
  });

  test('drips without end is cut off in time', async () => {
    const server = await start((_, response) => {
      const timer = setInterval(() => response.write('Subject: x\n'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const { code, fault } = await codeOf(server, { idleMs: 200, totalMs: 300, attempts: 1 });
    expect([code, fault?.why]).toEqual(['source/timeout', 'the answer did not end']);
  });

  test('sends a gzip bomb is cut off at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20, 'From x\n'));
    const server = await start((_, response) => response.end(bomb));
    expect((await codeOf(server, { body: { received: 1 << 20, unpacked: 4 << 20 } })).code).toBe('source/too-large');
  });

  test('hides the bomb in a Content-Encoding is cut off as well', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20, 'From x\n'));
    const server = await start((_, response) => response.setHeader('content-encoding', 'gzip').end(bomb));
    expect((await codeOf(server, { body: { received: 1 << 20, unpacked: 4 << 20 } })).code).toBe('source/too-large');
  });

  test('answers with a web page instead of mails is said to guard itself, and not asked again', async () => {
    const server = await start((_, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end('<!DOCTYPE html><title>Making sure you are not a bot</title>'),
    );
    const { code, fault } = await codeOf(server);
    expect([code, fault?.why, server.asked.length]).toEqual([
      'source/bot-wall',
      'it may be guarding itself against robots',
      1,
    ]);
  });

  test('answers 403 with a web page is said to guard itself as well', async () => {
    const server = await start((_, response) => response.writeHead(403).end('<html>no</html>'));
    expect((await codeOf(server, {}, 'atom')).code).toBe('source/bot-wall');
  });

  test('cuts its gzip off is asked again, and then named', async () => {
    const whole = gzipSync(MBOX.repeat(50));
    const server = await start((_, response) => response.end(whole.subarray(0, whole.length - 20)));
    const { code } = await codeOf(server, { attempts: 2 });
    expect([code, server.asked.length]).toEqual(['source/truncated', 2]);
  });

  test('drops the connection in the middle is asked again', async () => {
    const server = await start((_, response, count) => {
      response.writeHead(200, { 'content-length': MBOX.length });
      if (count > 1) response.end(MBOX);
      else response.write(MBOX.slice(0, 30), () => response.destroy());
    });
    expect((await codeOf(server)).code).toBe('ok');
  });

  test('is not on the list is never contacted', async () => {
    const server = await start((_, response) => response.end(MBOX));
    const { client } = clientFor(['https://lore.kernel.org']);
    const got = await client.get(`${server.origin}/x`, 'mbox');
    expect(!got.ok && got.fault.code).toBe('source/host-refused');
    expect(server.asked).toEqual([]);
  });

  test('cannot be reached is named with the reason', async () => {
    const server = await serve(() => {});
    await server.close();
    const { code, fault } = await codeOf(server, { attempts: 2 });
    expect(code).toBe('source/unreachable');
    expect(fault?.why).toContain('ECONNREFUSED');
  });
});
