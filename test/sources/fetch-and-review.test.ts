import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildProgram } from '../cli/built.ts';
import { seriesMails } from './mails.ts';
import { hasPublicInbox, type PublicInbox, startPublicInbox } from './public-inbox-server.ts';

describe.skipIf(!hasPublicInbox)('the program with a link to a real public-inbox', () => {
  let server: PublicInbox;
  let abbot: Built;
  beforeAll(async () => {
    abbot = buildProgram();
    server = await startPublicInbox([
      ...seriesMails(1),
      ...seriesMails(2, {
        notes: 'Changes in v2:\n- lib: return 2 instead of 1\n\nv1: https://lore.kernel.org/r/v1-0@example.org',
      }),
    ]);
  }, 180_000);
  afterAll(async () => {
    await server?.stop();
    abbot?.remove();
  });
  const env = () => ({ ABBOT_HOSTS: server.origin, ABBOT_INBOX: server.origin });

  test('reviews the version that the link names and says what it fetched', async () => {
    const run = await abbot.run(
      ['review', `${server.origin}/kernel/v2-1@example.org/`, '--no-tree', '--format', 'json'],
      { env: env() },
    );
    expect([run.code, run.stderr]).toEqual([0, '']);
    const review = JSON.parse(run.stdout);
    expect(review.series.version).toBe(2);
    expect(review.comparison).not.toBeNull();
    expect(review.coverage.notes).toContain(
      `fetched 3 mails from ${server.origin}/kernel/v1-0@example.org/t.mbox.gz (v1, linked to)`,
    );
  });

  test('reviews an older version when the link names that one', async () => {
    const run = await abbot.run(['review', 'v1-0@example.org', '--no-tree', '--format', 'json'], { env: env() });
    expect(JSON.parse(run.stdout).series.version).toBe(1);
  });

  test('compares with the version before, and says what it fetched apart from the result', async () => {
    const run = await abbot.run(['compare', `${server.origin}/r/v2-0%40example.org`, '--format', 'json'], {
      env: env(),
    });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).comparison).toMatchObject({ from: { version: 1 }, to: { version: 2 } });
    expect(run.stderr.split('\n').filter((line) => line.startsWith('abbot: fetched 3 mails'))).toHaveLength(2);
  });

  test('says in one line that a server is not on the list', async () => {
    const run = await abbot.run(['review', `${server.origin}/kernel/v2-0@example.org/`], {
      env: { ABBOT_HOSTS: 'lore.kernel.org' },
    });
    expect(run.code).toBe(3);
    expect(run.stderr).toBe(
      `abbot: ${server.origin} is not on the list of servers that abbot contacts; add the host to \`sources.hosts\` of abbot.yaml if you trust it (\`abbot doctor\`)\n`,
    );
  });

  test('asks GitHub only when it is on the list of servers', async () => {
    const run = await abbot.run(['review', 'torvalds/linux#17'], { env: env() });
    expect([run.code, run.stderr.split('\n').length]).toEqual([3, 2]);
    expect(run.stderr).toContain('https://api.github.com is not on the list of servers');
  });
});
