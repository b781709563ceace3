import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Mail, type ReadItem, readMails } from '../../src/mail/index.ts';
import { groupSeries, type Lineage, linkVersions } from '../../src/series/index.ts';
import { sharedPath } from './data.ts';

const corpus = sharedPath('corpus');
const at = (...path: string[]): string => join(corpus ?? '', ...path);

async function items(...paths: string[]): Promise<ReadItem[]> {
  const found: ReadItem[] = [];
  for await (const item of readMails(paths)) found.push(item);
  return found;
}
const mailsOf = (found: readonly ReadItem[]): Mail[] => found.flatMap((i) => (i.ok ? [i.value] : []));

/** Mails that ended up somewhere; patches that share one mail (attachments) count once. */
function placed({ series, leftovers }: ReturnType<typeof groupSeries>): number {
  const origins = new Set(leftovers.map((l) => l.origin));
  for (const s of series)
    for (const part of [...(s.cover ? [s.cover] : []), ...s.patches, ...s.replies]) origins.add(part.origin);
  return origins.size;
}

describe.skipIf(corpus === null)('the series that the project began from', () => {
  const lineage = async (): Promise<Lineage> => {
    const grouped = groupSeries(mailsOf(await items(at('seed-series'))));
    expect(grouped.leftovers).toEqual([]);
    const lineages = linkVersions(grouped.series);
    expect(lineages).toHaveLength(1);
    return lineages[0]!;
  };

  test('is one lineage of fourteen versions, all complete, with one patch to v9 and two from v10', async () => {
    const { versions } = await lineage();
    expect(versions.map((v) => v.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(versions.map((v) => v.series?.patches.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    expect(versions.every((v) => v.series?.complete)).toBe(true);
    expect(versions.map((v) => v.series?.cover !== null)).toEqual([false, ...Array.from({ length: 13 }, () => true)]);
    expect(versions.every((v) => v.evidence.length > 0)).toBe(true);
  });

  test('has every reply at its version and patch', async () => {
    const { versions } = await lineage();
    const replies = versions.flatMap((v) =>
      (v.series?.replies ?? []).map((r) => [v.version, r.patchIndex, r.from.name]),
    );
    expect(replies).toHaveLength(11);
    expect(replies).toContainEqual([1, 1, 'Benjamin Block']);
    expect(replies).toContainEqual([10, null, 'Guenter Roeck']);
    expect(replies).toContainEqual([11, 2, 'Niklas Schnelle']);
    expect(replies).toContainEqual([13, 1, 'Benjamin Block']);
    expect(replies).toContainEqual([14, null, 'Bjorn Helgaas']);
  });

  test('says in v14 what changed since v13, and of which patch', async () => {
    const { versions } = await lineage();
    const changelog = versions.at(-1)?.series?.changelog ?? [];
    expect(changelog.map((c) => [c.since, c.version])).toEqual([
      [13, 14],
      [12, 13],
      [11, 12],
      [10, 11],
      [9, 10],
      [8, 9],
    ]);
    expect(changelog[0]?.bullets.map((b) => b.patch)).toEqual([1, 1, 2]);
    expect(changelog[4]?.bullets.map((b) => b.patch)).toEqual([2, 1]);
    expect(changelog[1]?.bullets[0]?.text).toMatch(
      /^Patch 1\/2: replace mutex_get_owner\(\) .* Semantics are unchanged\.$/,
    );
  });
});

describe.skipIf(corpus === null)('series with several versions', () => {
  // The index takes the root of a thread for the version in it: in 044 and 088 versions were sent in reply to older
  // mails, and 055 calls a reminder ("[Ping PATCH]", sent after v5) v1. The mails themselves say otherwise.
  const indexIsWrong = new Set(['044.mbox', '055.mbox', '088.mbox']);

  test('are each one lineage with the versions of the index', async () => {
    const rows = readFileSync(at('multi-version', 'INDEX.tsv'), 'utf8').trim().split('\n').slice(1);
    for (const row of rows) {
      const [file = '', , , , , , roots = ''] = row.split('\t');
      if (indexIsWrong.has(file)) continue;
      const grouped = groupSeries(mailsOf(await items(at('multi-version', file))));
      const [lineage, ...others] = linkVersions(grouped.series);
      expect(others, file).toEqual([]);
      const got = new Map(lineage?.versions.map((v) => [String(v.messageId), v.version]));
      for (const [, version, id] of roots.matchAll(/v([\d.]+)=<([^>]+)>/g))
        expect([id, got.get(id!)]).toEqual([id, Number(version)]);
      expect(
        grouped.series.every((s) => s.complete),
        file,
      ).toBe(true);
    }
  });

  test('do not mix when they are read together', async () => {
    const { series } = groupSeries(mailsOf(await items(at('multi-version'))));
    for (const { versions } of linkVersions(series)) {
      const authors = new Set(versions.flatMap((v) => (v.series ? [v.series.author.name] : [])));
      expect(authors.size, versions.map((v) => v.title).join('; ')).toBeLessThanOrEqual(2);
    }
  });

  test('about locking are one lineage a folder', async () => {
    for (const folder of readdirSync(at('lock-series'))) {
      const found = await items(at('lock-series', folder));
      const grouped = groupSeries(mailsOf(found));
      expect(linkVersions(grouped.series), folder).toHaveLength(1);
      expect(grouped.series, folder).toHaveLength(readdirSync(at('lock-series', folder)).length);
      expect(grouped.leftovers, folder).toEqual([]);
    }
  });
});

describe.skipIf(corpus === null)('odd mails', () => {
  test.each(['oddities', 'patchew-testdata', 'b4-samples', 'multi-version', 'lock-series'])(
    'of %s are all read and all placed',
    async (folder) => {
      const found = await items(at(folder));
      const faults = found.flatMap((i) => (i.ok || i.scope === 'skipped' ? [] : [i.origin]));
      // Output of gpg that lies among the mails.
      expect(faults.filter((origin) => !/\/gpg-[a-z-]+\.txt$/.test(origin))).toEqual([]);
      const mails = mailsOf(found);
      expect(placed(groupSeries(mails))).toBe(mails.length);
    },
  );

  test('give the patches that their names promise', async () => {
    const patches =
      /^(?:base64|quoted-printable|format-flowed|charset-latin1|git-binary|subject-v-before|new-version|stable-branch)/;
    // An answer ("Agreed.") whose mailer left out the `Re:`.
    const answer = 'base64-body-patch-9c999d0d.eml';
    const files = readdirSync(at('oddities')).filter((f) => patches.test(f) && f.endsWith('.eml') && f !== answer);
    expect(files.length).toBeGreaterThan(25);
    for (const file of files) {
      const { series, leftovers } = groupSeries(mailsOf(await items(at('oddities', file))));
      expect(leftovers, file).toEqual([]);
      expect(series[0]?.cover !== null || series[0]?.patches[0]?.diff !== '', file).toBe(true);
    }
  });

  test('that are replies with a diff give no patch', async () => {
    for (const file of readdirSync(at('oddities')).filter((f) => /^(?:reply-patch|non-re-reply)/.test(f))) {
      expect(groupSeries(mailsOf(await items(at('oddities', file)))).series, file).toEqual([]);
    }
  });
});
