import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildProgram } from '../cli/built.ts';
import { linuxTree } from './data.ts';

const linux = linuxTree('6.12');

describe.skipIf(linux === null)('the index of a part of Linux 6.12', () => {
  let abbot: Built;
  let work: string;
  beforeAll(() => {
    abbot = buildProgram();
    work = mkdtempSync(join(tmpdir(), 'abbot-part-'));
    for (const part of ['drivers/pci', 'drivers/base', 'include/linux', 'include/uapi'])
      cpSync(join(linux ?? '', part), join(work, 'tree', part), {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
  }, 120_000);
  afterAll(() => {
    abbot.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const index = async (cache: string, workers: string): Promise<void> => {
    const run = await abbot.run(['index', '--tree', 'tree', '--cache', cache, '--workers', workers], { cwd: work });
    expect(run).toMatchObject({ code: 0, stderr: '' });
  };
  const hashes = (cache: string): string[] =>
    readdirSync(join(work, cache, 'trees'))
      .filter((name) => /\.(index|locks)$/.test(name))
      .sort()
      .map((name) =>
        createHash('sha256')
          .update(readFileSync(join(work, cache, 'trees', name)))
          .digest('hex'),
      );
  const explain = async (cache: string, a: string, b: string): Promise<string> => {
    const args = ['explain', a, b, '--tree', 'tree', '--cache', cache, '--format', 'json'];
    const run = await abbot.run(args, { cwd: work });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return run.stdout;
  };

  test('has the same bytes with one worker, with two, and from facts that were there', async () => {
    await index('one', '1');
    await index('two', '2');
    cpSync(join(work, 'two', 'facts'), join(work, 'warm', 'facts'), { recursive: true });
    await index('warm', '2');
    expect(hashes('two')).toEqual(hashes('one'));
    expect(hashes('warm')).toEqual(hashes('one'));
  }, 300_000);

  test('refreshed after many changes, answers as one made anew', async () => {
    const changed = readdirSync(join(work, 'tree/drivers/pci'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.c'),
    );
    changed.forEach((name, i) => {
      const more = `\nstatic DEFINE_MUTEX(late_${i}_lock);\nvoid late_${i}(struct device *dev)\n{\n\tmutex_lock(&late_${i}_lock);\n\tpci_lock_rescan_remove();\n\tpci_unlock_rescan_remove();\n\tmutex_unlock(&late_${i}_lock);\n}\n`;
      appendFileSync(join(work, 'tree/drivers/pci', name), more);
    });
    rmSync(join(work, 'tree/drivers/base/firmware.c'));
    await index('two', '2');
    await index('anew', '2');
    for (const [a, b] of [
      ['pci_rescan_remove_lock', 'device.mutex'],
      ['late_7_lock', 'pci_rescan_remove_lock'],
      ['device.mutex', 'pci_bus_sem'],
    ] as const)
      expect(await explain('two', a, b)).toBe(await explain('anew', a, b));
  }, 300_000);
});
