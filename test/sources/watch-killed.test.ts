import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Built, buildProgram } from '../cli/built.ts';
import { openEpoch } from './epoch-repository.ts';
import { patchText, rawMail } from './mails.ts';

let abbot: Built;
let folder = '';
beforeAll(() => {
  abbot = buildProgram();
  folder = mkdtempSync(join(tmpdir(), 'abbot-killed-'));
}, 180_000);
afterAll(() => {
  abbot?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const PATCHES = 12;

test('a watcher that is killed at any moment loses no series and reviews none twice', async () => {
  const epoch = openEpoch(folder);
  epoch.add(
    Array.from({ length: PATCHES }, (_, i) =>
      rawMail({
        subject: `[PATCH] part ${i}: do it`,
        id: `p${i}@example.org`,
        body: patchText(`${i}`, '', `lib/f${i}.c`),
        from: `P${i} Q${i} <p${i}@example.org>`,
      }),
    ),
  );
  const env = { ABBOT_DATA: join(folder, 'data') };
  const added = await abbot.run(['watch', 'add', epoch.path, '--settle', '0', '--since', '2026-01-01'], { env });
  expect([added.code, added.stderr]).toEqual([0, '']);
  const reviews = join(folder, 'data', 'watch', 'reviews');
  const done = () => {
    try {
      return readdirSync(reviews).filter((name) => name.endsWith('.json'));
    } catch {
      return [];
    }
  };
  const args = [join(abbot.folder, 'dist', 'cli', 'main.js'), 'watch', 'run', '--once', '--no-tree'];
  for (const goal of [1, 4, 8]) {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
      stdio: 'ignore',
    });
    const gone = new Promise((resolve) => child.once('close', resolve));
    while (done().length < goal && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await gone;
  }
  const last = await abbot.run(['watch', 'run', '--once', '--no-tree'], { env });
  expect([last.code, last.stderr]).toEqual([0, '']);
  const records = done().map(
    (name) => JSON.parse(readFileSync(join(reviews, name), 'utf8')) as { patches: string[]; review: unknown },
  );
  const ids = Array.from({ length: PATCHES }, (_, i) => `p${i}@example.org`);
  expect(records.map((record) => record.patches.join()).sort()).toEqual([...ids].sort());
  expect(records.every((record) => record.review !== null)).toBe(true);
  const again = await abbot.run(['watch', 'run', '--once', '--no-tree'], { env });
  expect(again.stdout).toBe('');
}, 180_000);

test('lists are added, shown and removed', async () => {
  const epoch = openEpoch(mkdtempSync(join(folder, 'list-')));
  const env = { ABBOT_DATA: join(folder, 'other') };
  await abbot.run(['watch', 'add', 'https://lore.kernel.org/linux-pci/', '--since', '2026-01-01'], { env });
  await abbot.run(['watch', 'add', epoch.path, '--since', '2026-01-01', '--settle', '5'], { env });
  const shown = await abbot.run(['watch', 'list'], { env });
  expect(shown.stdout.split('\n')).toEqual([
    'https://lore.kernel.org/linux-pci/  settle 15 min  since 2026-01-01T00:00:00.000Z',
    `${epoch.path}  settle 5 min  since 2026-01-01T00:00:00.000Z`,
    '',
  ]);
  await abbot.run(['watch', 'remove', epoch.path], { env });
  expect((await abbot.run(['watch', 'list'], { env })).stdout.split('\n')).toHaveLength(2);
  const unknown = await abbot.run(['watch', 'remove', 'nothing'], { env });
  expect([unknown.code, unknown.stderr]).toEqual([2, 'abbot: nothing is not watched; see `abbot watch list`\n']);
}, 180_000);
