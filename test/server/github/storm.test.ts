import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildProgram } from '../../cli/built.ts';
import { FakeGitHub } from '../../github/fake-github.ts';
import { type StormDamage, storm } from '../../github/storm.ts';
import { ENGINES, startDatabases } from '../../servers/databases.ts';

// The short form; bench/github.mjs asks for the long one, with 500 deliveries, and for what it measured.
const deliveries = Number(process.env['ABBOT_STORM'] || 40);
const report = process.env['ABBOT_STORM_REPORT'];

describe('a storm of webhooks over processes that are killed', () => {
  const fake = new FakeGitHub();
  const damages: Record<string, StormDamage> = {};
  let built: Built;
  beforeAll(async () => {
    await fake.start();
    built = buildProgram();
  }, 120_000);
  afterAll(async () => {
    await fake.stop();
    built.remove();
    if (report) writeFileSync(report, JSON.stringify(damages));
  });

  test.each(ENGINES)(
    'loses no review and doubles nothing on %s',
    async (engine) => {
      const home = mkdtempSync(join(tmpdir(), 'abbot-storm-'));
      const databases = await startDatabases(engine);
      try {
        const place = databases.place();
        if (place.engine === 'pglite') cpSync(place.folder, join(home, 'data', 'database'), { recursive: true });
        const damage = await storm({
          fake,
          built,
          home,
          deliveries,
          pulls: Math.max(4, Math.round(deliveries / 12)),
          processes: place.engine === 'pglite' ? 1 : deliveries < 100 ? 3 : 5,
          kills: deliveries < 100 ? 1 : 2,
          pace: place.engine === 'pglite' ? 150 : 80,
          seed: engine === 'pglite' ? 1 : 2,
          ...(place.engine === 'postgres' ? { databaseUrl: place.url } : {}),
        });
        damages[engine] = damage;
        expect(damage).toMatchObject({ lost: 0, duplicateCheckRuns: 0, duplicateComments: 0, left: 0, bugs: [] });
        expect(fake.violations).toEqual([]);
      } finally {
        await databases.remove();
        rmSync(home, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    1_200_000,
  );
});
