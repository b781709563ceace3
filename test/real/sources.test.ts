import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupSeries, linkVersions } from '../../src/series/index.ts';
import { fetchPatchworkMail, fetchPatchworkSeries, gather } from '../../src/sources/index.ts';
import { clientFor, type LocalServer, serve } from '../sources/local-server.ts';
import { hasPublicInbox, type PublicInbox, startPublicInbox } from '../sources/public-inbox-server.ts';
import { sharedPath } from './data.ts';

const seed = sharedPath('corpus/seed-series');
const locks = sharedPath('corpus/lock-series');
const recorded = sharedPath('corpus/kpd-testdata');

/** The mails of an mbox whose separators are `From ` lines after an empty line, without those lines. */
function split(mbox: string): string[] {
  return mbox.split(/^From \S+ .*\d{4}\n(?=[A-Z][\w-]+:)/m).filter((mail) => mail.trim() !== '');
}

describe.skipIf(seed === null || locks === null || !hasPublicInbox)('an archive with real series', () => {
  let server: PublicInbox;
  beforeAll(async () => {
    const own = readdirSync(seed ?? '').filter((name) => name.endsWith('.eml'));
    const others = readdirSync(locks ?? '').flatMap((folder) =>
      readdirSync(join(locks ?? '', folder)).flatMap((name) =>
        split(readFileSync(join(locks ?? '', folder, name), 'latin1')),
      ),
    );
    server = await startPublicInbox([
      ...own.map((name) => readFileSync(join(seed ?? '', name))),
      ...others.map((mail) => Buffer.from(mail, 'latin1')),
    ]);
  }, 120_000);
  afterAll(() => server?.stop());

  const collect = async (id: string, budget = 24) => {
    const { client } = clientFor([server.origin], { idleMs: 20_000, totalMs: 60_000 });
    const got = await gather({
      inputs: [`${server.origin}/kernel/${id}/`],
      client,
      inbox: server.origin,
      repository: '/nowhere',
      budget,
      exists: () => false,
    });
    if (!got.ok) throw new Error(got.fault.what);
    const mails = got.value.items.flatMap((item) => (item.ok ? [item.value] : []));
    const lineages = linkVersions(groupSeries(mails).series);
    return { lineages, requests: client.requests(), notes: got.value.notes };
  };

  test('gives all fourteen versions of the series that the project began from', async () => {
    const id = 'cover.1776839248.git.ionut.nechita@windriver.com';
    const { lineages, requests } = await collect(id);
    expect(lineages).toHaveLength(1);
    expect(lineages[0]?.versions.map((v) => v.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(lineages[0]?.versions.every((v) => v.series?.complete)).toBe(true);
    expect(requests).toBeLessThanOrEqual(24);
  });

  test('gives every version of the series about locking from the last one', async () => {
    const wrong: string[] = [];
    for (const folder of readdirSync(locks ?? '')) {
      const files = readdirSync(join(locks ?? '', folder)).sort(
        (a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]),
      );
      const last = readFileSync(join(locks ?? '', folder, files.at(-1) ?? ''), 'latin1');
      const id = /^Message-ID:\s*<([^>]+)>/im.exec(last)?.[1] ?? '';
      const { lineages, notes } = await collect(encodeURIComponent(id));
      const lineage = lineages.find((l) =>
        l.versions.some((v) => v.series?.patches.some((p) => p.messageId === id) || v.series?.messageId === id),
      );
      const at = lineage?.versions.filter((v) => v.series !== null).length ?? 0;
      if (at !== files.length) wrong.push(`${folder}: ${at} of ${files.length}\n${notes.join('\n')}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(recorded === null)('recorded answers of patchwork', () => {
  let server: LocalServer;
  beforeAll(async () => {
    const answers = new Map<string, string>();
    for (const folder of ['test_sync_patches_pr_summary_success', 'test_latest_series_real_sample']) {
      const index = JSON.parse(readFileSync(join(recorded ?? '', folder, 'responses.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      for (const [url, file] of Object.entries(index)) {
        if (typeof file === 'string')
          answers.set(new URL(url).pathname.replace('/api/1.1/', '/api/'), join(recorded ?? '', folder, file));
      }
    }
    server = await serve((request, response) => {
      const file = answers.get((request.url ?? '').replace('/api/1.1/', '/api/'));
      if (!file) return response.writeHead(404).end('{}');
      // The answers name their own server.
      const text = readFileSync(file, 'utf8').replace(/https:\/\/patchwork\.(?:test|kernel\.org)/g, server.origin);
      return response.end(text);
    });
  });
  afterAll(() => server?.close());
  const client = () => clientFor([server.origin]).client;
  const subjects = (items: readonly { ok: boolean; value?: { subject: string } }[]) =>
    items.map((item) => item.value?.subject);

  test('give a series by its mbox', async () => {
    const got = await fetchPatchworkSeries(client(), server.origin, 970926);
    if (!got.ok) throw new Error(got.fault.what);
    expect(subjects(got.value.items)).toEqual(['[PATCH bpf-next] bpf: clear user buf when bpf_d_path failed']);
    expect(got.value.messageId).toBe('20250611154859.259682-1-chen.dylane@linux.dev');
  });

  test('give a series from its data where there is no mbox, with its diffs whole, and says that the cover letter is missing', async () => {
    const got = await fetchPatchworkSeries(client(), server.origin, 970968);
    if (!got.ok) throw new Error(got.fault.what);
    const { series } = groupSeries(got.value.items.flatMap((item) => (item.ok ? [item.value] : [])));
    expect(series.map((s) => [s.version, s.total, s.complete])).toEqual([[2, 3, true]]);
    expect(got.value.notes.filter((note) => note.includes('could not be fetched'))).toHaveLength(1);
    expect(series[0]?.patches.every((patch) => patch.diff.startsWith('diff --git'))).toBe(true);
  });

  test('give the series of a patch', async () => {
    const got = await fetchPatchworkMail(client(), server.origin, 'patch', 14114605);
    expect(got.ok && got.value.notes).toEqual([`fetched 1 mails of series 970926 from ${server.origin}`]);
  });
});
