import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyPatch, compareVersions, parseDiff, patchId } from '../../src/diff/index.ts';
import { readMails } from '../../src/mail/index.ts';
import { groupSeries, linkVersions, type Series } from '../../src/series/index.ts';
import { linuxTree, sharedPath } from './data.ts';

const folder = sharedPath('corpus/seed-series');
const tree = linuxTree('6.12');

/** Every claim of the seed series and what a reader of the mails says about it; matched by the start of its text. */
const CLAIMS: Record<string, [string, 'supported' | 'contradicted' | 'not-visible'][]> = {
  'v1 v2': [
    ['Renamed from pci_lock_rescan_remove_nested() to', 'supported'],
    ['Added pci_unlock_rescan_remove_reentrant(const bool locked)', 'supported'],
    ['Moved declarations from drivers/pci/pci.h to include/linux/pci.h', 'supported'],
    ['Simplified callers:', 'not-visible'],
  ],
  'v2 v3': [
    ['Rebased on linux-next', 'not-visible'],
    ['Added Tested-by from Dragos Tatulea', 'supported'],
    ['Added Reviewed-by from Benjamin Block', 'supported'],
    ['No code changes from v2', 'supported'],
  ],
  'v3 v4': [
    ['Rebased on linux-next', 'not-visible'],
    ['Declared pci_rescan_remove_owner as const pointer', 'supported'],
    ['Added Reviewed-by and Tested-by from Benjamin Block', 'supported'],
  ],
  'v4 v5': [
    ['Replaced local pci_rescan_remove_owner variable with mutex_get_owner() to check lock ownership, as', 'supported'],
    ['Removed owner tracking from pci_lock_rescan_remove() and', 'supported'],
    ['Rebased on linux-next', 'not-visible'],
    [
      'Replaced local pci_rescan_remove_owner variable with mutex_get_owner() to check lock ownership, avoiding',
      'supported',
    ],
  ],
  'v5 v6': [
    ["Reworked based on Lukas Wunner's suggestion: instead of", 'supported'],
    ['No new API:', 'supported'],
    ['No changes to include/linux/pci.h', 'supported'],
    ['Rebased on linux-next', 'not-visible'],
  ],
  'v6 v7': [
    ['Replaced local pci_rescan_remove_owner / pci_rescan_remove_count', 'supported'],
    ['Dropped Reviewed-by and Tested-by tags per', 'supported'],
    ['Added Suggested-by for Benjamin Block', 'supported'],
    ['Rebased on linux-next', 'not-visible'],
  ],
  'v7 v8': [
    ['Added Reviewed-by and Tested-by from Benjamin Block', 'supported'],
    ['Rebased on linux-next', 'not-visible'],
    ['No code changes from v7', 'supported'],
  ],
  'v8 v9': [
    ['Added Reviewed-by from Niklas Schnelle (IBM) and Tested-by (s390)', 'supported'],
    ['Added Fixes tags for commits 05703271c3cd', 'supported'],
    ['Removed the rescan/remove locking from sriov_numvfs_store()', 'supported'],
    ['Rebased on linux-next', 'not-visible'],
  ],
  'v9 v10': [
    ['NEW patch 2/2: fix AB-BA deadlock in remove_store()', 'supported'],
    ['Patch 1/2 unchanged from v9', 'supported'],
  ],
  'v10 v11': [
    ['Patch 2/2: added kill_device() before device_release_driver()', 'supported'],
    ['Patch 1/2 unchanged from v10', 'supported'],
  ],
  'v11 v12': [
    ['Patch 2/2: added Reviewed-by from Niklas Schnelle', 'supported'],
    ['Rebased on linux-next', 'not-visible'],
    ['No code changes', 'supported'],
  ],
  'v12 v13': [
    ['Patch 1/2: replace mutex_get_owner() with explicit owner tracking', 'supported'],
    ['Patch 1/2: dropped Reviewed-by/Tested-by since', 'supported'],
    ['Patch 2/2: unchanged from v12', 'supported'],
  ],
  'v13 v14': [
    ["Patch 1/2: declared pci_rescan_remove_owner as 'const struct task_struct *'", 'supported'],
    ['Patch 1/2: picked up Reviewed-by and Tested-by from Benjamin Block', 'supported'],
    ['Patch 2/2: unchanged from v13', 'supported'],
  ],
};

const STATUSES: Record<string, string[]> = {
  'v1 v2': ['1>1 changed'],
  'v2 v3': ['1>1 unchanged'],
  'v3 v4': ['1>1 changed'],
  'v4 v5': ['1>1 changed'],
  // git range-diff says the same: less than two fifths of the lines stayed.
  'v5 v6': ['1>- dropped', '->1 new'],
  'v6 v7': ['1>1 changed'],
  'v7 v8': ['1>1 unchanged'],
  'v8 v9': ['1>1 changed'],
  'v9 v10': ['1>1 unchanged', '->2 new'],
  'v10 v11': ['1>1 unchanged', '2>2 changed'],
  'v11 v12': ['1>1 unchanged', '2>2 unchanged'],
  'v12 v13': ['1>1 changed', '2>2 unchanged'],
  'v13 v14': ['1>1 changed', '2>2 unchanged'],
};

describe.skipIf(folder === null)('the seed series', () => {
  let versions: Series[] = [];
  beforeAll(async () => {
    const mails = [];
    for await (const item of readMails([folder!])) if (item.ok) mails.push(item.value);
    const lineages = linkVersions(groupSeries(mails).series);
    versions = lineages.flatMap(({ versions: of }) => of.flatMap(({ series }) => series ?? []));
    versions.sort((a, b) => a.version - b.version);
  });
  const version = (name: string): Series => versions.find((s) => `v${s.version}` === name)!;

  test('every patch id is the one that git computes from the mail', () => {
    const fromGit = new Map<string, string>();
    for (const file of readdirSync(folder!).filter((name) => /^v\d+-[12]of\d\.eml$/.test(name))) {
      const out = execFileSync('git', ['patch-id', '--stable'], {
        input: readFileSync(join(folder!, file)),
        encoding: 'utf8',
      });
      const ids = out
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]!);
      fromGit.set(file.replace(/^v0?(\d+)-(\d).*$/, 'v$1 $2'), ids.length === 1 ? ids[0]! : 'several');
    }
    for (const series of versions) {
      for (const patch of series.patches) {
        const theirs = fromGit.get(`v${series.version} ${patch.index}`);
        // v2 lost the blanks of its empty context lines, and git loses count there.
        if (series.version === 2) expect(theirs).toBe('several');
        else expect(patchId(patch.diff)).toBe(theirs);
      }
    }
  });

  test('no patch is damaged', () => {
    const faults = versions.flatMap((s) => s.patches.flatMap((p) => parseDiff(p.diff).flatMap((f) => f.fault ?? [])));
    expect(faults).toEqual([]);
  });

  test.each(Object.entries(STATUSES))('%s: what became of each patch', (names, expected) => {
    const [from = '', to = ''] = names.split(' ');
    const { patches } = compareVersions(version(from), version(to));
    expect(patches.map((p) => `${p.from ?? '-'}>${p.to ?? '-'} ${p.status}`)).toEqual(expected);
  });

  test.each(Object.entries(CLAIMS))('%s: every claim is decided as a reader would', (names, expected) => {
    const [from = '', to = ''] = names.split(' ');
    const { claims } = compareVersions(version(from), version(to));
    const decided = claims.map(({ text, verdict }) => [
      expected.find(([start]) => text.startsWith(start))?.[0] ?? text,
      verdict,
    ]);
    expect(decided).toEqual(expected);
    for (const claim of claims) expect(claim.evidence).not.toBe('');
  });

  test('v11 also locks the device around kill_device(), which its changelog does not say', () => {
    expect(compareVersions(version('v10'), version('v11')).unmentioned).toEqual([
      '2/2 remove_store(): added device_lock(), device_unlock()',
    ]);
  });

  test.skipIf(tree === null)(
    'every version applies to Linux 6.12, probe.c with fuzz 3 and the rest with offsets',
    () => {
      const read = (path: string) => (existsSync(join(tree!, path)) ? readFileSync(join(tree!, path)) : null);
      for (const series of versions) {
        const { records, files } = applyPatch(
          read,
          series.patches.flatMap((p) => parseDiff(p.diff)),
        );
        for (const record of records) {
          // The mutex was static then; v5 alone does not touch the lines beside it.
          const fuzzy = record.file === 'drivers/pci/probe.c' && series.version !== 5;
          expect([series.version, record.file, record.outcome, record.fuzz]).toEqual([
            series.version,
            record.file,
            fuzzy ? 'fuzz' : 'offset',
            fuzzy ? 3 : 0,
          ]);
        }
        const probe = Buffer.from(files.get('drivers/pci/probe.c') ?? []).toString('utf8');
        if (series.version === 14) {
          expect(probe).toContain(
            'static DEFINE_MUTEX(pci_rescan_remove_lock);\nstatic const struct task_struct *pci_rescan_remove_owner;',
          );
        }
      }
    },
  );

  test('what became of the code that reviewers commented on is told as a maintainer would', () => {
    const told = (from: string, to: string) =>
      compareVersions(version(from), version(to)).followUp.map((f) => [f.by, f.patch, f.outcome, f.evidence]);
    expect(told('v1', 'v2')).toEqual([
      ['Benjamin Block', 1, 'changed', 'now +locked = pci_lock_rescan_remove_reentrant();'],
      ['Benjamin Block', 1, 'changed', 'now +pci_unlock_rescan_remove_reentrant(locked);'],
      ['Benjamin Block', 1, 'changed', 'now include/linux/pci.h: +bool pci_lock_rescan_remove_reentrant(void);'],
      ['Benjamin Block', 1, 'changed', 'now +bool pci_lock_rescan_remove_reentrant(void)'],
      ['Benjamin Block', 1, 'changed', 'now +EXPORT_SYMBOL_GPL(pci_lock_rescan_remove_reentrant);'],
    ]);
    expect(told('v10', 'v11')).toEqual([['Benjamin Block', null, 'taken-up', '2/2 has it: +kill_device(dev);']]);
    expect(told('v11', 'v12')).toEqual([]);
    expect(told('v13', 'v14')).toEqual([
      ['Benjamin Block', 1, 'changed', 'now +static const struct task_struct *pci_rescan_remove_owner;'],
    ]);
  });

  test('a lie about the same versions is contradicted', () => {
    const bullets = [
      { text: 'No code changes', patch: null },
      { text: 'Patch 2/2: unchanged from v10', patch: 2 },
      { text: 'NEW patch 1/2: make the lock reentrant', patch: 1 },
      { text: 'Patch 1/2: picked up Acked-by from Bjorn Helgaas', patch: 1 },
      { text: 'Patch 2/2: added pci_dev_put() before device_release_driver()', patch: 2 },
      { text: 'Patch 2/2: added kill_device() after device_release_driver()', patch: 2 },
      { text: 'No changes to drivers/pci/pci-sysfs.c', patch: null },
    ];
    const to = { ...version('v11'), changelog: [{ since: 10, version: 11, bullets }] };
    const { claims } = compareVersions(version('v10'), to);
    expect(claims.map((c) => [c.text, c.verdict])).toEqual(bullets.map((b) => [b.text, 'contradicted']));
  });
});

describe.skipIf(folder === null)('ninety series of many lists', () => {
  test('no claim is called false that a reader would let stand', async () => {
    const corpus = sharedPath('corpus/multi-version');
    let claims = 0;
    const contradicted: string[] = [];
    for (const file of readdirSync(corpus!)
      .filter((name) => name.endsWith('.mbox'))
      .sort()) {
      const mails = [];
      for await (const item of readMails([join(corpus!, file)])) if (item.ok) mails.push(item.value);
      for (const { versions } of linkVersions(groupSeries(mails).series)) {
        const series = versions.flatMap((v) => v.series ?? []);
        for (const [i, to] of series.slice(1).entries()) {
          for (const claim of compareVersions(series[i]!, to).claims) {
            claims++;
            if (claim.verdict === 'contradicted')
              contradicted.push(`${file} v${to.version} ${claim.text}: ${claim.evidence}`);
          }
        }
      }
    }
    expect(claims).toBeGreaterThan(500);
    expect(contradicted).toEqual([]);
  }, 240_000);
});
