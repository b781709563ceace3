import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Built, buildProgram } from '../../cli/built.ts';
import { type BotProcess, startBotProcess, until } from '../../github/bot-process.ts';
import { FakeGitHub, type Trouble } from '../../github/fake-github.ts';
import { writeCommits } from '../../github/git-repository.ts';
import { commentEvent, installationEvent, pullEvent, pushEvent, rerequestEvent } from '../../github/payloads.ts';
import { BASE_FILES, HARMLESS, INVERTING } from '../../github/sources.ts';
import type { FakePull, FakeRepository } from '../../github/state.ts';
import { type Databases, ENGINES, startDatabases } from '../../servers/databases.ts';

// The real program, started as `abbot serve`, beside a fake GitHub that holds every request against GitHub's description.

// PostgreSQL too in the nightly run; in every run the storm goes over both.
const engines = process.env['ABBOT_LONG'] ? ENGINES : ENGINES.slice(0, 1);

describe.each(engines)('the GitHub App on %s', (engine) => {
  const fake = new FakeGitHub();
  let built: Built;
  let databases: Databases;
  let home = '';
  let bot: BotProcess;
  let sent = 0;
  beforeAll(async () => {
    await fake.start();
    built = buildProgram();
    home = mkdtempSync(join(tmpdir(), 'abbot-app-'));
    databases = await startDatabases(engine);
    const place = databases.place();
    const url = place.engine === 'postgres' ? { databaseUrl: place.url } : {};
    if (place.engine === 'pglite') cpSync(place.folder, join(home, 'data', 'database'), { recursive: true });
    bot = await startBotProcess({ built, fake, home, jobs: 2, ...url });
    fake.hook = `${bot.address}/api/github/webhooks`;
  }, 180_000);
  afterAll(async () => {
    await bot?.stop();
    await databases?.remove();
    await fake.stop();
    built?.remove();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);
  afterEach(() => {
    expect(fake.violations.splice(0)).toEqual([]);
  });

  const repository = (files: Readonly<Record<string, string>> = BASE_FILES) =>
    fake.repository('o', `r${fake.id()}`, files);
  const guid = () => `00000000-0000-4000-8000-${String(++sent).padStart(12, '0')}`;
  const tell = (at: FakeRepository, pull: FakePull, action = 'opened') =>
    fake.send('pull_request', pullEvent(fake, at, pull, action), guid());
  const say = (at: FakeRepository, pull: FakePull, user: string, text: string) =>
    fake.send('issue_comment', commentEvent(fake, at, pull, user, text), guid());
  const ours = (at: FakeRepository) => at.comments.filter((c) => c.app !== null);
  const done = (at: FakeRepository, sha: string) =>
    until(
      () => at.checkRuns.some((run) => run.headSha === sha && run.status === 'completed'),
      () => `${JSON.stringify(at.checkRuns)} ${bot.log().slice(-3000)}`,
    );
  /** The queue is empty, and nobody works. */
  const quiet = () =>
    until(
      async () =>
        /abbot_queue_jobs\{queue="[^"]*",state="(?:created|active|retry)"\} [1-9]/.test(await metrics()) === false,
      () => bot.log().slice(-3000),
    );
  const metrics = async () => (await fetch(`${bot.address}/metrics`)).text();
  const settle = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await quiet();
  };

  test('reviews a pull request: one check run with annotations, and one comment', async () => {
    const at = repository();
    const pull = fake.pull(at, [HARMLESS, INVERTING], { title: 'Drop entries sooner, @everyone. Fixes #1' });
    expect((await tell(at, pull)).status).toBe(202);
    await done(at, pull.head.sha);
    await until(
      () => ours(at).length === 1,
      () => bot.log().slice(-3000),
    );
    const [run] = at.checkRuns;
    expect(run).toMatchObject({ name: 'abbot', status: 'completed', conclusion: 'neutral' });
    expect(run?.annotations).toMatchObject([{ path: 'drivers/table.c', annotation_level: 'warning' }]);
    const [comment] = ours(at);
    expect(comment?.body.startsWith('<!-- abbot:sticky -->')).toBe(true);
    expect(comment?.body).toContain('entry_lock');
    expect(fake.gitAuthorizations.at(-1)).toMatch(/^Basic /);

    // A push is the next version: the comment is edited in place, and compared with the version before.
    await settle();
    pull.body = 'Changes since v1:\n- dropped the change of other.c\n';
    fake.push(at, pull, [INVERTING]);
    await tell(at, pull, 'synchronize');
    await done(at, pull.head.sha);
    await until(
      () => (ours(at)[0]?.edits ?? 0) === 1,
      () => bot.log().slice(-3000),
    );
    expect(ours(at)).toHaveLength(1);
    expect(ours(at)[0]?.body).toContain('Since v1');
    expect(at.checkRuns).toHaveLength(2);

    // The same head again costs at most three requests, and none that writes.
    await settle();
    const before = fake.requests.length;
    await tell(at, pull, 'synchronize');
    await until(
      () => fake.requests.length > before,
      () => '',
    );
    await settle();
    const asked = fake.requests.slice(before);
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(asked.filter((r) => r.method !== 'GET')).toEqual([]);
  }, 120_000);

  test('answers a delivery that it knows at once, and does nothing about it', async () => {
    const at = repository();
    const pull = fake.pull(at, [HARMLESS]);
    const id = guid();
    const payload = pullEvent(fake, at, pull);
    for (let i = 0; i < 5; i++) expect((await fake.send('pull_request', payload, id)).status).toBe(202);
    await done(at, pull.head.sha);
    await settle();
    expect(at.checkRuns).toHaveLength(1);
    // Nothing is wrong, so there is no comment either.
    expect(at.checkRuns[0]).toMatchObject({ conclusion: 'success' });
    expect(ours(at)).toEqual([]);
  }, 60_000);

  test('reviews the head of a burst of pushes, and none that is superseded', async () => {
    const at = repository();
    const pull = fake.pull(at, [HARMLESS]);
    const payloads = [pullEvent(fake, at, pull)];
    for (let i = 0; i < 6; i++) {
      fake.push(at, pull, [
        { message: `other: ${i}`, files: { 'drivers/other.c': `int other;\n${'/**/\n'.repeat(i)}` } },
      ]);
      payloads.push(pullEvent(fake, at, pull, 'synchronize'));
    }
    await Promise.all(payloads.reverse().map((payload) => fake.send('pull_request', payload, guid())));
    await done(at, pull.head.sha);
    await settle();
    expect(at.checkRuns.map((run) => run.headSha)).toEqual([pull.head.sha]);
  }, 60_000);

  test('obeys commands of people with write access, and of nobody else', async () => {
    const at = repository();
    const pull = fake.pull(at, [INVERTING]);
    await tell(at, pull);
    await done(at, pull.head.sha);
    await settle();
    const [finding = ''] = /abba:[\w.:/-]+/.exec(ours(at)[0]?.body ?? '') ?? [];
    expect(finding).toContain('entry_lock');

    await say(at, pull, 'stranger', '/abbot rerun');
    await settle();
    expect(at.comments.at(-1)?.reactions).toMatchObject([{ content: 'confused' }]);
    expect(at.checkRuns).toHaveLength(1);

    await say(at, pull, 'o', `/abbot explain ${finding}`);
    await settle();
    expect(at.comments.filter((c) => c.user === 'o').at(-1)?.reactions).toMatchObject([{ content: '+1' }]);
    expect(ours(at).at(-1)?.body).toContain('<!-- abbot:answer:');

    await say(at, pull, 'o', `/abbot ignore ${finding} because @everyone knows <img onerror=x> it`);
    await settle();
    const sticky = ours(at)[0]?.body ?? '';
    expect(sticky).toContain('Ignored here');
    expect(sticky).not.toContain('@everyone');
    expect(sticky).not.toContain('<img');
    expect(at.checkRuns.at(-1)).toMatchObject({ conclusion: 'success' });

    await say(at, pull, 'o', `/abbot unignore ${finding}`);
    await settle();
    expect(at.checkRuns.at(-1)).toMatchObject({ conclusion: 'neutral' });

    const runs = at.checkRuns.length;
    await say(at, pull, 'o', '/abbot rerun');
    await settle();
    expect(at.checkRuns).toHaveLength(runs + 1);

    const answers = ours(at).length;
    await say(at, pull, 'o', '/abbot dance');
    await say(at, pull, 'o', '/abbot sing');
    await settle();
    expect(ours(at)).toHaveLength(answers + 1);
    expect(ours(at).at(-1)?.body).toContain('`/abbot help`');
  }, 120_000);

  test('reviews again when somebody presses the button of the check run', async () => {
    const at = repository();
    const pull = fake.pull(at, [HARMLESS]);
    await tell(at, pull);
    await done(at, pull.head.sha);
    await settle();
    await fake.send('check_run', rerequestEvent(fake, at, pull, at.checkRuns[0]?.id ?? 0), guid());
    await until(
      () => at.checkRuns.length === 2 && at.checkRuns[1]?.status === 'completed',
      () => bot.log().slice(-3000),
    );
  }, 60_000);

  test('reads .github/abbot.yml of the base branch; a bomb is told in the check run and does no harm', async () => {
    const blocking = repository({ ...BASE_FILES, '.github/abbot.yml': 'blocking: true\n' });
    const first = fake.pull(blocking, [INVERTING]);
    await tell(blocking, first);
    await done(blocking, first.head.sha);
    expect(blocking.checkRuns[0]).toMatchObject({ conclusion: 'failure' });

    const bomb = `a: &a [x,x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [*a,*a,*a]\n`)}`;
    const bombed = repository({ ...BASE_FILES, '.github/abbot.yml': bomb });
    const second = fake.pull(bombed, [HARMLESS]);
    await tell(bombed, second);
    await done(bombed, second.head.sha);
    expect(bombed.checkRuns[0]?.output.summary).toContain('cannot be used, and the defaults apply: line 2, column');
  }, 60_000);

  test('reviews pushes to a watched branch', async () => {
    const at = repository({ ...BASE_FILES, '.github/abbot.yml': 'watch: ["for-*"]\n' });
    const before = fake.pushBranch(at, 'refs/heads/for-next', [HARMLESS], 'refs/heads/master');
    const after = fake.pushBranch(at, 'refs/heads/for-next', [INVERTING], before);
    await fake.send('push', pushEvent(fake, at, { ref: 'refs/heads/for-next', before, after }), guid());
    await done(at, after);
    expect(at.checkRuns[0]).toMatchObject({ conclusion: 'neutral' });
    await fake.send('push', pushEvent(fake, at, { ref: 'refs/heads/master', before, after }), guid());
    await settle();
    expect(at.checkRuns).toHaveLength(1);
  }, 60_000);

  test.each([
    [
      'a fork that vanished',
      (at: FakeRepository, pull: FakePull) => {
        fake.removeRef(at, `refs/pull/${pull.number}/head`);
        pull.head = { ref: 'gone', sha: 'f'.repeat(40), repository: null };
      },
      'any more',
    ],
    [
      'a branch that shares no history with its base',
      (at: FakeRepository, pull: FakePull) => {
        const [stranger = ''] = writeCommits(at.folder, `refs/pull/${pull.number}/head`, null, [HARMLESS]);
        pull.head.sha = stranger;
      },
      'no commit in common',
    ],
  ])(
    'says in the check run why there is no review of %s',
    async (_what, spoil, said) => {
      const at = repository();
      const pull = fake.pull(at, [HARMLESS]);
      spoil(at, pull);
      await tell(at, pull);
      await done(at, pull.head.sha);
      expect(at.checkRuns[0]).toMatchObject({ conclusion: 'neutral', output: { title: 'Not reviewed' } });
      expect(at.checkRuns[0]?.output.summary).toContain(said);
      expect(ours(at)).toEqual([]);
    },
    60_000,
  );

  test('goes on when the base branch was pushed by force', async () => {
    const at = repository();
    const pull = fake.pull(at, [INVERTING]);
    await tell(at, pull);
    await done(at, pull.head.sha);
    await settle();
    const root =
      writeCommits(at.folder, 'refs/heads/master', null, [{ message: 'start anew', files: BASE_FILES }])[0] ?? '';
    pull.base.sha = root;
    fake.push(at, pull, [INVERTING]);
    await tell(at, pull, 'synchronize');
    await done(at, pull.head.sha);
    await settle();
    expect(ours(at)).toHaveLength(1);
    expect(at.checkRuns.at(-1)).toMatchObject({ conclusion: 'neutral', status: 'completed' });
  }, 60_000);

  test('loses and doubles nothing by limits, failures, refusals and answers that are lost', async () => {
    const comments = (method: string, path: string) => method === 'POST' && path.endsWith('/comments');
    const checks = (method: string, path: string) => method === 'POST' && path.endsWith('/check-runs');
    const troubles: Trouble[] = [
      { kind: 'rate-limit', wait: 2 },
      { kind: 'secondary', wait: 2, on: (method) => method !== 'GET' },
      { kind: 'server-error', times: 4 },
      { kind: 'server-error', afterwards: true, on: comments },
      { kind: 'hang-up', afterwards: true, on: checks },
      { kind: 'hang-up', times: 2 },
      { kind: 'unprocessable', on: (method) => method === 'PATCH' },
      { kind: 'slow', wait: 1500 },
    ];
    const met = troubles.map((trouble) => {
      const at = repository();
      const pull = fake.pull(at, [INVERTING]);
      const here = (path: string) => path.startsWith(`/repos/o/${at.name}/`);
      fake.trouble({ ...trouble, on: (method, path) => here(path) && (trouble.on?.(method, path) ?? true) });
      return { at, pull };
    });
    await Promise.all(met.map(({ at, pull }) => tell(at, pull)));
    for (const { at, pull } of met) {
      await done(at, pull.head.sha);
      await until(
        () => ours(at).length > 0,
        () => bot.log().slice(-3000),
      );
    }
    await settle();
    expect(met.map(({ at }) => [at.checkRuns.length, at.checkRuns[0]?.annotations.length, ours(at).length])).toEqual(
      met.map(() => [1, 1, 1]),
    );
  }, 150_000);

  test('refuses what GitHub did not sign, and what is too large', async () => {
    const headers = { 'x-github-event': 'pull_request', 'x-github-delivery': guid() };
    const wrong = `sha256=${'0'.repeat(64)}`;
    expect(await fake.post('{}', { ...headers, 'x-hub-signature-256': wrong })).toBe(401);
    expect(await fake.post('{}', headers)).toBe(401);
    expect(await fake.post('{}', { 'x-github-event': 'ping' })).toBe(400);
    const large = await fake.post(Buffer.alloc((25 << 20) + 1, ' '), { ...headers, 'x-hub-signature-256': wrong });
    expect([413, 0]).toContain(large);
    // The connection of the refused one may have been closed under the client: then it sends on a new one.
    const whole = () => fake.post(Buffer.alloc(25 << 20, ' '), { ...headers, 'x-hub-signature-256': wrong });
    expect((await whole()) || (await whole())).toBe(401);
    expect((await fetch(`${bot.address}/healthz`)).status).toBe(200);
  }, 60_000);

  test('leaves an installation alone that is suspended, and works again afterwards', async () => {
    const at = repository();
    const pull = fake.pull(at, [HARMLESS]);
    await fake.send('installation', installationEvent(fake, 'suspend'), guid());
    const before = fake.requests.length;
    await tell(at, pull);
    await settle();
    expect(fake.requests.length).toBe(before);
    await fake.send('installation', installationEvent(fake, 'unsuspend'), guid());
    await tell(at, pull, 'synchronize');
    await done(at, pull.head.sha);
  }, 60_000);

  test('reviews a pull request with 3,000 files, and answers webhooks meanwhile', async () => {
    const at = repository();
    const files: Record<string, string> = {};
    for (let i = 0; i < 3000; i++) files[`lib/f${i}.c`] = `int f${i}(int x)\n{\n\treturn x + ${i};\n}\n`;
    const pull = fake.pull(at, [{ message: 'lib: three thousand files', files }]);
    await tell(at, pull);
    const times: number[] = [];
    while (!at.checkRuns.some((run) => run.status === 'completed') && times.length < 400) {
      times.push((await fake.send('ping', { zen: 'x' }, guid())).ms);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await done(at, pull.head.sha);
    expect(times.length).toBeGreaterThan(3);
  }, 120_000);

  test('writes no secret into its log', () => {
    expect(bot.log()).not.toContain('ghs_');
    expect(bot.log()).not.toContain('PRIVATE KEY');
    expect(bot.log()).not.toContain(fake.secret);
  });
});
