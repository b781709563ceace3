import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { WEBHOOK_PATH } from '../../src/server/github/index.ts';
import { readWebhook } from '../../src/server/github/webhook-events.ts';
import { type Built, buildProgram } from '../cli/built.ts';
import { FakeGitHub } from '../github/fake-github.ts';
import { BASE_FILES, HARMLESS, INVERTING } from '../github/sources.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

describe('app.yml', () => {
  const manifest = parse(read('app.yml')) as {
    hook_attributes: { url: string };
    default_permissions: Record<string, string>;
    default_events: string[];
  };

  test('sends webhooks where they are taken', () =>
    expect(new URL(manifest.hook_attributes.url).pathname).toBe(WEBHOOK_PATH));

  test('asks for no more permissions than the work takes', () =>
    expect(manifest.default_permissions).toEqual({
      checks: 'write',
      contents: 'read',
      issues: 'read',
      metadata: 'read',
      pull_requests: 'write',
    }));

  test('asks for the events that are understood, and for no other', () => {
    // Of the others abbot says that it has no use for them; installation events come without being asked for.
    const used = [
      'pull_request',
      'issue_comment',
      'check_run',
      'check_suite',
      'push',
      'release',
      'label',
      'status',
    ].filter((event) => !readWebhook(event, null, 1).ok);
    expect([...manifest.default_events].sort()).toEqual(used.sort());
  });
});

describe('Dockerfile', () => {
  test('has nothing wrong, and copies what is there', () => {
    const run = spawnSync(process.execPath, ['scripts/docker-steps.mjs'], { cwd: root, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('3 stages, nothing wrong');
  });
});

describe('action.yml', () => {
  interface Step {
    readonly run?: string;
    readonly uses?: string;
    readonly shell?: string;
    readonly env?: Record<string, string>;
  }
  const action = parse(read('action.yml')) as {
    inputs: Record<string, { default?: string }>;
    runs: { using: string; steps: Step[] };
  };

  test('puts nothing of strangers into a script', () => {
    for (const { run, uses, shell } of action.runs.steps) {
      expect(run === undefined).toBe(uses !== undefined);
      if (run === undefined) continue;
      expect(shell).toBe('bash');
      expect(run).not.toContain('${{');
    }
  });

  test('names only inputs that it has', () => {
    const named = [...read('action.yml').matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name ?? '');
    expect(new Set(named)).toEqual(new Set(Object.keys(action.inputs)));
  });

  describe('its script', () => {
    const fake = new FakeGitHub();
    let built: Built;
    let home = '';
    beforeAll(async () => {
      await fake.start();
      fake.tokens.add('ghs_action');
      built = buildProgram();
      symlinkSync(join(root, 'scripts'), join(built.folder, 'scripts'));
      home = mkdtempSync(join(tmpdir(), 'abbot-action-'));
    }, 120_000);
    afterAll(async () => {
      await fake.stop();
      built.remove();
      rmSync(home, { recursive: true, force: true });
    });

    test.each([
      ['with findings', [INVERTING], 'failed=true'],
      ['without', [HARMLESS], 'failed=false'],
    ] as const)(
      'reviews a pull request %s, and leaves a summary and SARIF',
      async (_what, commits, failed) => {
        const repository = fake.repository('o', `r${fake.id()}`, BASE_FILES);
        fake.pull(repository, commits, { title: '$(touch /tmp/x) `id`' });
        const file = (name: string) => join(home, `${repository.name}-${name}`);
        // Not spawnSync: the fake GitHub answers from this process.
        const child = spawn('bash', ['scripts/action.sh'], {
          cwd: root,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: {
            PATH: process.env['PATH'],
            HOME: home,
            RUNNER_TEMP: home,
            GITHUB_TOKEN: 'ghs_action',
            GITHUB_STEP_SUMMARY: file('summary'),
            GITHUB_OUTPUT: file('output'),
            ABBOT_GITHUB: fake.url,
            ABBOT_HOSTS: fake.url,
            ABBOT_ACTION: built.folder,
            ABBOT_TREE: repository.folder,
            ABBOT_PULL: `o/${repository.name}#1`,
            ABBOT_FAIL: 'true',
          },
        });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
        const code = await new Promise((resolve) => child.on('exit', resolve));
        expect([code, said]).toEqual([0, '']);
        expect(readFileSync(file('summary'), 'utf8')).toContain('$(touch /tmp/x)');
        const output = readFileSync(file('output'), 'utf8');
        expect(output).toContain(failed);
        const sarif = /sarif=(.+)/.exec(output)?.[1] ?? '';
        const results = (JSON.parse(readFileSync(sarif, 'utf8')) as { runs: { results: unknown[] }[] }).runs[0]
          ?.results;
        expect(results).toHaveLength(failed === 'failed=true' ? 1 : 0);
      },
      60_000,
    );
  });
});
