import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { readWebhook } from '../../../src/server/github/webhook-events.ts';

interface Example {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}
const EXAMPLES = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[];
/** The public examples, as an App would get them: with the installation. */
const examples = EXAMPLES.flatMap(({ name, examples }) =>
  examples.map((payload, i) => ({ event: name, i, payload: { installation: { id: 7, account: null }, ...payload } })),
);

describe('a webhook', () => {
  test('of every public example is understood or has nothing to say', () => {
    const faults = examples.filter(({ event, payload }) => !readWebhook(event, payload, 1).ok);
    expect(faults.map(({ event, i }) => `${event} ${i}`)).toEqual([]);
  });

  test('about opened, pushed and reopened pull requests asks for a review, about labels for nothing', () => {
    const kinds = (action: string) =>
      examples
        .filter(({ event, payload }) => event === 'pull_request' && (payload as { action?: string }).action === action)
        .map(({ event, payload }) => readWebhook(event, payload, 1))
        .map((got) => got.ok && got.value[0]?.kind);
    for (const action of ['opened', 'synchronize', 'reopened', 'ready_for_review'])
      expect(new Set(kinds(action))).toEqual(new Set(['review-pull']));
    for (const action of ['labeled', 'closed', 'assigned'])
      expect(new Set(kinds(action))).toEqual(new Set(['nothing']));
  });

  test.each([
    ['without an installation', { action: 'opened', number: 1 }],
    ['with a head that is no commit', pull({ head: { sha: '--upload-pack=x' } })],
    [
      'of a repository with a path out',
      { ...pull({ head: { sha: 'a'.repeat(40) } }), repository: { full_name: 'o/..' } },
    ],
    ['that is a list', []],
    ['that is null', null],
  ])('%s is a fault', (_what, payload) =>
    expect(readWebhook('pull_request', payload, 1)).toMatchObject({ ok: false, fault: { code: 'github/payload' } }),
  );

  test('with a comment of a bot asks for nothing', () => {
    const payload = {
      action: 'created',
      issue: { number: 1, pull_request: {} },
      comment: { id: 5, body: '/abbot rerun', user: { login: 'abbot[bot]', type: 'Bot' } },
      installation: { id: 1 },
      repository: { full_name: 'o/r' },
    };
    expect(readWebhook('issue_comment', payload, 1)).toMatchObject({ value: [{ kind: 'nothing' }] });
    const person = { ...payload, comment: { ...payload.comment, user: { login: 'ada', type: 'User' } } };
    expect(readWebhook('issue_comment', person, 1)).toMatchObject({ value: [{ kind: 'command', user: 'ada' }] });
  });

  test('of an event that nobody knows asks for nothing', () =>
    expect(readWebhook('<script>', {}, 1)).toMatchObject({
      value: [{ kind: 'nothing', why: 'abbot has no use for script' }],
    }));
});

function pull(inner: object) {
  return {
    action: 'opened',
    number: 1,
    pull_request: inner,
    installation: { id: 1 },
    repository: { full_name: 'o/r' },
  };
}
