import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeGitHub } from './fake-github.ts';
import { BASE_FILES, HARMLESS } from './sources.ts';

// The fake is what the other tests believe in, so it is itself held against GitHub's description.

describe('the fake GitHub', () => {
  const fake = new FakeGitHub();
  beforeAll(() => fake.start());
  afterAll(() => fake.stop());
  const ask = (path: string, method = 'GET', body?: unknown, authorization = 'token ghs_x') =>
    fetch(`${fake.url}${path}`, {
      method,
      headers: { authorization },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test('answers every request that abbot makes as the description says', async () => {
    const repository = fake.repository('o', 'r', BASE_FILES);
    const pull = fake.pull(repository, [HARMLESS]);
    fake.tokens.add('ghs_x');
    const sha = pull.head.sha;
    const made = await ask('/repos/o/r/check-runs', 'POST', { name: 'abbot', head_sha: sha, status: 'in_progress' });
    const { id } = (await made.json()) as { id: number };
    const comment = await ask('/repos/o/r/issues/1/comments', 'POST', { body: 'x' });
    const { id: commentId } = (await comment.json()) as { id: number };
    const statuses = await Promise.all([
      ask('/repos/o/r/pulls/1'),
      ask('/repos/o/r/issues/1/comments?per_page=100'),
      ask(`/repos/o/r/issues/comments/${commentId}`),
      ask(`/repos/o/r/issues/comments/${commentId}`, 'PATCH', { body: 'y' }),
      ask(`/repos/o/r/issues/comments/${commentId}/reactions`, 'POST', { content: 'eyes' }),
      ask(`/repos/o/r/commits/${sha}/check-runs?check_name=abbot&filter=all`),
      ask(`/repos/o/r/check-runs/${id}`),
      ask(`/repos/o/r/check-runs/${id}`, 'PATCH', { conclusion: 'neutral', output: { title: 't', summary: 's' } }),
      ask('/repos/o/r/collaborators/ada/permission'),
      ask(`/app/installations/${fake.installation}/access_tokens`, 'POST', undefined, 'bearer a.b.c'),
      ask('/app/hook/deliveries?per_page=100', 'GET', undefined, 'bearer a.b.c'),
      ask('/app', 'GET', undefined, 'bearer a.b.c'),
    ]);
    expect(statuses.map((r) => r.status)).toEqual([200, 200, 200, 200, 201, 200, 200, 200, 200, 201, 200, 200]);
    expect(fake.violations).toEqual([]);
  });

  test('notices a request that GitHub does not know', async () => {
    await ask('/repos/o/r/issues/1/comment', 'POST', { body: 'x' });
    await ask('/repos/o/r/issues/1/comments', 'POST', { text: 'x' });
    await ask('/repos/o/r/pulls/1?fields=all');
    expect(fake.violations.splice(0)).toHaveLength(4);
  });
});
