import type { FakeGitHub } from './fake-github.ts';
import { commentJson, examplePayload, issueJson, pullJson, repositoryJson, userJson } from './shapes.ts';
import type { FakePull, FakeRepository } from './state.ts';

// Webhook payloads: the public examples, with what the fake knows put in.

type Json = Record<string, unknown>;

/** A pull request was opened, pushed to, reopened, edited… */
export function pullEvent(fake: FakeGitHub, repository: FakeRepository, pull: FakePull, action = 'opened'): Json {
  return {
    ...examplePayload('pull_request', action === 'edited' ? 'opened' : action),
    action,
    number: pull.number,
    pull_request: pullJson(fake.url, repository, pull, 1),
    repository: repositoryJson(fake.url, repository),
    sender: userJson(pull.author),
    installation: { id: fake.installation, node_id: 'I_1' },
  };
}

/** Somebody wrote a comment below a pull request; it is added to the state. */
export function commentEvent(
  fake: FakeGitHub,
  repository: FakeRepository,
  pull: FakePull,
  user: string,
  body: string,
): Json {
  const comment = { id: fake.id(), number: pull.number, body, user, app: null, edits: 0, reactions: [] };
  repository.comments.push(comment);
  return {
    ...examplePayload('issue_comment', 'created'),
    issue: issueJson(fake.url, repository, pull),
    comment: commentJson(fake.url, repository, comment),
    repository: repositoryJson(fake.url, repository),
    sender: userJson(user),
    installation: { id: fake.installation, node_id: 'I_1' },
  };
}

/** A branch moved. */
export function pushEvent(
  fake: FakeGitHub,
  repository: FakeRepository,
  push: { readonly ref: string; readonly before: string; readonly after: string; readonly forced?: boolean },
): Json {
  return {
    ...examplePayload('push'),
    ref: push.ref,
    before: push.before,
    after: push.after,
    forced: push.forced ?? false,
    created: false,
    deleted: false,
    repository: repositoryJson(fake.url, repository),
    sender: userJson(repository.owner),
    installation: { id: fake.installation, node_id: 'I_1' },
  };
}

/** The App was installed, suspended, removed… */
export function installationEvent(fake: FakeGitHub, action: 'created' | 'deleted' | 'suspend' | 'unsuspend'): Json {
  const example = examplePayload('installation', action);
  return { ...example, installation: { ...(example['installation'] as Json), id: fake.installation } };
}

/** Somebody pressed "Re-run" at a check run. */
export function rerequestEvent(fake: FakeGitHub, repository: FakeRepository, pull: FakePull, runId: number): Json {
  const example = examplePayload('check_run', 'rerequested');
  return {
    ...example,
    check_run: {
      ...(example['check_run'] as Json),
      id: runId,
      head_sha: pull.head.sha,
      name: 'abbot',
      app: { ...((example['check_run'] as Json)['app'] as Json), id: fake.app },
      pull_requests: [{ number: pull.number, id: pull.id, head: { sha: pull.head.sha }, base: { sha: pull.base.sha } }],
    },
    repository: repositoryJson(fake.url, repository),
    sender: userJson('contributor'),
    installation: { id: fake.installation, node_id: 'I_1' },
  };
}
