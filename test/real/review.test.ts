import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderJson, renderText } from '../../src/report/index.ts';
import {
  type Explanation,
  type Finding,
  type Review,
  reviewSchema,
  runExplain,
  runReview,
  type WitnessPath,
} from '../../src/review/index.ts';
import type { Built } from '../cli/built.ts';
import { request } from '../review/request.ts';
import { linuxTree, sharedPath } from './data.ts';
import { cacheDir, programWithIndex } from './linux-index.ts';

const seed = sharedPath('corpus/seed-series');
const linux = linuxTree('6.12');
const PAIR = 'abba:device.mutex:pci_rescan_remove_lock';
const VERSIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];

describe.skipIf(seed === null || linux === null)('the series that the project began from, on Linux 6.12', () => {
  let abbot: Built;
  beforeAll(async () => {
    abbot = await programWithIndex(linux!);
  });
  afterAll(() => abbot?.remove());

  const reviews = new Map<number, Promise<Review>>();
  /** The review of one version with everything listed, made once. */
  function version(pick: number): Promise<Review> {
    let review = reviews.get(pick);
    if (!review) {
      review = runReview(request({ inputs: [seed!], tree: linux, cacheDir, pick, all: true })).then((outcome) => {
        if (!outcome.ok) throw new Error(outcome.fault.what);
        return outcome.value;
      });
      reviews.set(pick, review);
    }
    return review;
  }
  const pairOf = async (pick: number): Promise<Finding> => {
    const finding = (await version(pick)).findings.find((f) => f.fingerprint === PAIR);
    if (!finding) throw new Error(`v${pick} has no finding ${PAIR}`);
    return finding;
  };
  const functions = (path: WitnessPath): string[] => path.chain.map((step) => step.function);

  describe('the newest version', () => {
    test('is v14 of one lineage of fourteen, each version linked by evidence', async () => {
      const { series, lineage } = await version(14);
      expect(series).toMatchObject({ version: 14, total: 2, complete: true });
      expect(lineage.versions.map((v) => v.version)).toEqual(VERSIONS);
      expect(lineage.versions.every((v) => v.evidence.length > 0)).toBe(true);
    });

    test('adds a path to a pair that was inverted before, by patch 1/2', async () => {
      const finding = await pairOf(14);
      expect(finding).toMatchObject({
        kind: 'abba',
        verdict: 'new-path',
        introducedBy: 1,
        fixedBy: null,
        reported: true,
      });
      expect([...finding.locks].sort()).toEqual(['device.mutex', 'pci_rescan_remove_lock']);
      expect(finding.perPatch[0]).toMatchObject({ patch: 1, verdict: 'new-path' });
    });

    test('neither fixes nor introduces the pair by patch 2/2', async () => {
      const verdicts = (await pairOf(14)).perPatch.filter((p) => p.patch === 2).map((p) => p.verdict);
      for (const verdict of verdicts) expect(['new-path', 'narrowed', 'pre-existing']).toContain(verdict);
    });

    test('shows the chain of the cover letter: unbinding, the remove slots of bus and driver, the VFs, the lock', async () => {
      const wanted = ['pci_device_remove', 'pci_disable_sriov', 'sriov_disable', 'sriov_del_vfs'];
      const { paths } = await pairOf(14);
      const chain = paths.find((path) => {
        const names = functions(path);
        const unbinds = names.includes('unbind_store') || names.includes('device_driver_detach');
        return unbinds && wanted.every((name) => names.includes(name));
      });
      expect(chain).toMatchObject({ holds: 'device.mutex', waits: 'pci_rescan_remove_lock' });
      const names = functions(chain!);
      const waits = chain!.wait?.call ?? names.at(-1);
      expect(waits).toContain('pci_lock_rescan_remove');
      expect(chain!.chain.map((step) => step.slot).filter((slot) => slot !== null)).toEqual([
        'bus_type.remove',
        'pci_driver.remove',
      ]);
      for (const step of chain!.chain) expect(step.line).toBeGreaterThan(0);
    });

    test('counts the paths that remain and names the shortest', async () => {
      const finding = await pairOf(14);
      expect(finding.statistics.remaining).toBeGreaterThan(1);
      expect(finding.remaining.length).toBeGreaterThan(0);
      for (const path of finding.remaining) {
        expect([path.holds, path.waits]).toEqual(['pci_rescan_remove_lock', 'device.mutex']);
      }
    });

    test('has the author’s known limitation quoted beside the pair, and beside nothing else', async () => {
      const { findings } = await version(14);
      const answered = findings.filter((f) => f.answered.length > 0);
      expect(answered.map((f) => f.fingerprint)).toEqual([PAIR]);
      expect(answered[0]?.answered[0]).toMatchObject({ by: expect.stringContaining('Nechita') });
      expect(answered[0]?.answered[0]?.quote).toContain('known limitation');
    });

    test('has no other finding above the threshold', async () => {
      const { findings } = await version(14);
      expect(findings.filter((f) => f.reported).map((f) => f.fingerprint)).toEqual([PAIR]);
    });

    test('is drawn as in the cover letter: removal on CPU0, unbinding on CPU1, both waiting', async () => {
      const { diagram } = await pairOf(14);
      expect(diagram.split('\n')[0]).toMatch(/CPU0 .*CPU1/);
      expect(diagram).toContain('unbind_store');
      expect(diagram.match(/<-- WAITS/g)).toHaveLength(2);
      for (const line of diagram.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
    });

    test('applies with offsets, and with a warning where only fuzz 3 helped', async () => {
      const { base, coverage } = await version(14);
      expect(base.applied.map((h) => [h.patch, h.file, h.outcome, h.fuzz])).toEqual([
        ...Array.from({ length: 4 }, () => [1, 'drivers/pci/iov.c', 'offset', 0]),
        [1, 'drivers/pci/probe.c', 'fuzz', 3],
        [2, 'drivers/pci/pci-sysfs.c', 'offset', 0],
      ]);
      expect(coverage.notes).toContainEqual(expect.stringMatching(/^warning: .*drivers\/pci\/probe\.c.* fuzz 3/));
      expect(coverage.functions).toBeGreaterThan(500_000);
      expect(coverage.unparsed).toEqual([]);
    });

    test('can be shown as text', async () => {
      const text = renderText(await version(14), { width: 80, color: false, all: false });
      expect(text).toContain('pci_rescan_remove_lock');
      expect(text).toContain('known limitation');
    });

    test('gives the same bytes from the built program, in another process, with exit code 1', async () => {
      const run = await abbot.run([
        'review',
        seed!,
        '--tree',
        linux!,
        '--cache',
        cacheDir,
        '--format',
        'json',
        '--all',
      ]);
      expect(run.stderr).toBe('');
      expect(run.code).toBe(1);
      expect(run.stdout).toBe(renderJson(await version(14)));
    });
  });

  describe.each(VERSIONS)('v%i', (pick) => {
    test('has no finding from its re-entrancy: no self-deadlock, and nothing fixed that is not', async () => {
      const review = await version(pick);
      expect(reviewSchema.safeParse(review).error).toBeUndefined();
      expect(review.findings.filter((f) => f.kind !== 'abba')).toEqual([]);
      expect(review.findings.filter((f) => f.verdict === 'fixed' || f.verdict === 'introduced')).toEqual([]);
    });

    test('still takes the lock: the pair has a new path by patch 1', async () => {
      expect(await pairOf(pick)).toMatchObject({ verdict: 'new-path', introducedBy: 1, fixedBy: null });
    });
  });

  test('the patch ids say which versions are the same', async () => {
    const id = async (pick: number, index: number) =>
      (await version(pick)).series.patches.find((patch) => patch.index === index)?.patchId;
    const ones = await Promise.all(VERSIONS.map((pick) => id(pick, 1)));
    const same = (...picks: number[]) => new Set(picks.map((pick) => ones[pick - 1])).size === 1;
    expect(same(7, 8)).toBe(true);
    expect(same(9, 10, 11, 12)).toBe(true);
    expect(new Set([ones[11], ones[12], ones[13]]).size).toBe(3);
    const twos = await Promise.all([9, 10, 11, 12, 13, 14].map((pick) => id(pick, 2)));
    expect(twos[0]).toBeUndefined();
    expect(new Set(twos.slice(2)).size).toBe(1);
    expect(twos[1]).not.toBe(twos[2]);
  });

  test.each<[number, number | null, string, 'supported' | 'not-visible']>([
    [9, null, 'Removed the rescan/remove locking from sriov_numvfs_store()', 'supported'],
    [9, null, 'Rebased on linux-next', 'not-visible'],
    [10, 1, 'Patch 1/2 unchanged from v9', 'supported'],
    [10, 2, 'NEW patch 2/2', 'supported'],
    [11, 2, 'Patch 2/2: added kill_device() before device_release_driver()', 'supported'],
    [11, 1, 'Patch 1/2 unchanged from v10', 'supported'],
    [13, 1, 'Patch 1/2: dropped Reviewed-by/Tested-by', 'supported'],
    [13, 2, 'Patch 2/2: unchanged from v12', 'supported'],
    [14, 1, 'Patch 1/2: picked up Reviewed-by and Tested-by', 'supported'],
    [14, 2, 'Patch 2/2: unchanged from v13', 'supported'],
  ])('v%i claims of patch %s: "%s": %s', async (pick, patch, start, verdict) => {
    const { comparison } = await version(pick);
    expect(comparison).toMatchObject({ from: { version: pick - 1 }, to: { version: pick } });
    const claim = comparison?.claims.find((c) => c.text.startsWith(start));
    expect([claim?.patch, claim?.verdict]).toEqual([patch, verdict]);
  });

  test.each([
    [
      9,
      [
        '1/1 sriov_numvfs_store(): removed pci_lock_rescan_remove … pci_unlock_rescan_remove … pci_lock_rescan_remove … pci_unlock_rescan_remove',
      ],
    ],
    [
      11,
      [
        '2/2 remove_store(): added device_lock … device_unlock, then device_release_driver() before pci_stop_and_remove_bus_device_locked()',
      ],
    ],
    [12, []],
    [14, []],
  ])('the lock operations of v%i are told', async (pick, delta) => {
    expect((await version(pick)).comparison?.lockDelta).toEqual(delta);
  });

  describe('explain device.mutex pci_rescan_remove_lock', () => {
    let explained: Explanation;
    beforeAll(async () => {
      const tree = { ...request({ inputs: [], tree: linux, cacheDir }) };
      const outcome = await runExplain({ ...tree, locks: ['device.mutex', 'pci_rescan_remove_lock'] });
      if (!outcome.ok) throw new Error(outcome.fault.what);
      explained = outcome.value;
    });

    test('shows the order that sriov_numvfs_store() has before the series', () => {
      expect(explained.forward.some((path) => functions(path).includes('sriov_numvfs_store'))).toBe(true);
      expect(explained.statistics.forward.sites).toBeGreaterThan(0);
    });

    test('shows the reverse through the removal of devices, each with both places', () => {
      const removal = /^pci_(?:stop_and_remove_bus_device|stop_bus_device|remove_root_bus|stop_root_bus)/;
      expect(
        explained.reverse.filter((path) => functions(path).some((name) => removal.test(name))).length,
      ).toBeGreaterThan(1);
      for (const path of [...explained.forward, ...explained.reverse]) {
        expect(path.chain.length).toBeGreaterThan(0);
        // Null is a lock held on entry, as the function itself asserts.
        expect(path.acquire !== null || path.assumptions.length > 0).toBe(true);
      }
    });

    test('a misspelt class gets a hint', async () => {
      const tree = { ...request({ inputs: [], tree: linux, cacheDir }) };
      const outcome = await runExplain({ ...tree, locks: ['device.mutx', 'pci_rescan_remove_lock'] });
      expect(outcome).toMatchObject({ ok: false, fault: { code: 'locks/no-such-class' } });
      expect(outcome.ok || outcome.fault.hint).toContain('device.mutex');
    });
  });
});

describe.skipIf(seed === null)('the same series without a tree', () => {
  test.each(VERSIONS)('v%i is compared in full, and nothing is claimed that needs a tree', async (pick) => {
    const outcome = await runReview(request({ inputs: [seed!], pick, all: true }));
    if (!outcome.ok) throw new Error(outcome.fault.what);
    const review = outcome.value;
    expect(reviewSchema.safeParse(review).error).toBeUndefined();
    expect(review.coverage.mode).toBe('diff-only');
    expect(review.findings).toEqual([]);
    expect(review.comparison === null).toBe(pick === 1);
  });
});
