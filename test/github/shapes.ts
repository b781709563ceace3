import { createRequire } from 'node:module';
import type { FakeCheckRun, FakeComment, FakeDelivery, FakePull, FakeRepository } from './state.ts';

// The JSON that GitHub shows of what the fake knows. It is made from the public webhook examples, so that every field
// that GitHub sends is there, and only what the state says is put into it.

type Json = Record<string, unknown>;

interface Example {
  readonly name: string;
  readonly examples: readonly Json[];
}

const EXAMPLES = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[];
const WHEN = '2026-01-05T12:00:00Z';

/** A public example payload of an event (with its action, where it has one), to be adapted. */
export function examplePayload(event: string, action: string | null = null): Json {
  const found = EXAMPLES.find((e) => e.name === event)?.examples.find((e) => action === null || e['action'] === action);
  if (!found) throw new Error(`there is no example of ${event} ${action ?? ''}`);
  return structuredClone(found);
}

const EXAMPLE_PULL = examplePayload('pull_request', 'opened')['pull_request'] as Json;
const EXAMPLE_REPO = examplePayload('pull_request', 'opened')['repository'] as Json;
const EXAMPLE_USER = EXAMPLE_PULL['user'] as Json;

export function userJson(login: string): Json {
  let id = 0;
  for (const char of login) id = (id * 31 + char.charCodeAt(0)) % 1_000_000;
  return { ...EXAMPLE_USER, login, id: id + 1, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

export function repositoryJson(base: string, repository: FakeRepository): Json {
  const name = `${repository.owner}/${repository.name}`;
  return {
    ...EXAMPLE_REPO,
    id: repository.id,
    name: repository.name,
    full_name: name,
    owner: userJson(repository.owner),
    private: false,
    default_branch: 'master',
    url: `${base}/repos/${name}`,
    html_url: `${base}/${name}`,
    clone_url: `${base}/${name}.git`,
    visibility: 'public',
    topics: [],
    is_template: false,
    web_commit_signoff_required: false,
    allow_forking: true,
    has_discussions: false,
    network_count: 0,
    subscribers_count: 0,
  };
}

export function pullJson(base: string, repository: FakeRepository, pull: FakePull, commits: number): Json {
  const repo = repositoryJson(base, repository);
  const url = `${base}/repos/${repository.owner}/${repository.name}/pulls/${pull.number}`;
  const side = (ref: string, sha: string, shown: Json | null) => ({
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: userJson(repository.owner),
    repo: shown,
  });
  return {
    ...EXAMPLE_PULL,
    url,
    id: pull.id,
    number: pull.number,
    html_url: `${base}/${repository.owner}/${repository.name}/pull/${pull.number}`,
    state: pull.state,
    draft: pull.draft,
    title: pull.title,
    body: pull.body,
    user: userJson(pull.author),
    head: side(pull.head.ref, pull.head.sha, pull.head.repository === null ? null : repo),
    base: side(pull.base.ref, pull.base.sha, repo),
    commits,
    active_lock_reason: null,
    auto_merge: null,
    updated_at: WHEN,
  };
}

export function issueJson(base: string, repository: FakeRepository, pull: FakePull): Json {
  const example = examplePayload('issue_comment', 'created')['issue'] as Json;
  const url = `${base}/repos/${repository.owner}/${repository.name}/issues/${pull.number}`;
  return {
    ...example,
    url,
    number: pull.number,
    id: pull.id,
    title: pull.title,
    body: pull.body,
    user: userJson(pull.author),
    state: pull.state,
    pull_request: {
      url: url.replace('/issues/', '/pulls/'),
      html_url: `${base}/${repository.owner}/${repository.name}/pull/${pull.number}`,
      diff_url: `${base}/${repository.owner}/${repository.name}/pull/${pull.number}.diff`,
      patch_url: `${base}/${repository.owner}/${repository.name}/pull/${pull.number}.patch`,
    },
  };
}

const PERMISSIONS = { checks: 'write', contents: 'read', issues: 'read', metadata: 'read', pull_requests: 'write' };

export function appJson(base: string, id: number): Json {
  return {
    id,
    slug: 'abbot',
    client_id: 'Iv1.abbot',
    node_id: 'A_1',
    owner: userJson('abbot-owner'),
    name: 'abbot',
    description: '',
    external_url: base,
    html_url: `${base}/apps/abbot`,
    created_at: WHEN,
    updated_at: WHEN,
    permissions: PERMISSIONS,
    events: ['pull_request', 'issue_comment', 'push'],
  };
}

export function commentJson(base: string, repository: FakeRepository, comment: FakeComment): Json {
  const root = `${base}/repos/${repository.owner}/${repository.name}`;
  const url = `${root}/issues/comments/${comment.id}`;
  const counted = (content: string) => comment.reactions.filter((r) => r.content === content).length;
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url,
    html_url: `${base}/${repository.owner}/${repository.name}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${root}/issues/${comment.number}`,
    body: comment.body,
    user: userJson(comment.user),
    created_at: WHEN,
    updated_at: WHEN,
    author_association: 'NONE',
    performed_via_github_app: comment.app === null ? null : appJson(base, comment.app),
    reactions: {
      url: `${url}/reactions`,
      total_count: comment.reactions.length,
      '+1': counted('+1'),
      '-1': counted('-1'),
      laugh: counted('laugh'),
      confused: counted('confused'),
      heart: counted('heart'),
      hooray: counted('hooray'),
      eyes: counted('eyes'),
      rocket: counted('rocket'),
    },
  };
}

export function checkRunJson(base: string, repository: FakeRepository, run: FakeCheckRun): Json {
  const url = `${base}/repos/${repository.owner}/${repository.name}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: url,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: WHEN,
    completed_at: run.status === 'completed' ? WHEN : null,
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: 5 },
    app: appJson(base, run.app),
    pull_requests: [],
  };
}

export function deliveryJson(delivery: FakeDelivery, installation: number): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: WHEN,
    redelivery: delivery.redelivery,
    duration: 0.1,
    status: delivery.statusCode >= 200 && delivery.statusCode < 300 ? 'OK' : 'Invalid HTTP Response',
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: installation,
    repository_id: delivery.repository,
  };
}
