import type { IncomingHttpHeaders } from 'node:http';
import type { FakeGitHub } from './fake-github.ts';
import { countCommits } from './git-repository.ts';
import { appJson, checkRunJson, commentJson, deliveryJson, pullJson, repositoryJson, userJson } from './shapes.ts';
import type { FakeAnnotation, FakeCheckRun, FakeRepository } from './state.ts';

/** What the fake answers; status 0 hangs up. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

type Route = (fake: FakeGitHub, asked: Asked, ids: readonly string[], repository: FakeRepository) => Reply;

const LONGEST_BODY = 65_536;
const ANNOTATIONS = 50;

const repo = '/repos/([^/]+)/([^/]+)';
const ROUTES: readonly (readonly [string, RegExp, Route])[] = [
  ['GET', at('/app'), (fake) => good(appJson(fake.url, fake.app))],
  ['GET', at('/app/hook/deliveries'), listDeliveries],
  ['POST', at('/app/hook/deliveries/(\\d+)/attempts'), redeliver],
  ['POST', at('/app/installations/(\\d+)/access_tokens'), makeToken],
  ['GET', at(repo), (fake, _asked, _ids, repository) => good(repositoryJson(fake.url, repository))],
  ['GET', at(`${repo}/pulls/(\\d+)`), getPull],
  ['GET', at(`${repo}/issues/(\\d+)/comments`), listComments],
  ['POST', at(`${repo}/issues/(\\d+)/comments`), createComment],
  ['GET', at(`${repo}/issues/comments/(\\d+)`), getComment],
  ['PATCH', at(`${repo}/issues/comments/(\\d+)`), updateComment],
  ['POST', at(`${repo}/issues/comments/(\\d+)/reactions`), react],
  ['GET', at(`${repo}/collaborators/([^/]+)/permission`), permission],
  ['GET', at(`${repo}/commits/([^/]+)/check-runs`), listCheckRuns],
  ['POST', at(`${repo}/check-runs`), createCheckRun],
  ['GET', at(`${repo}/check-runs/(\\d+)`), getCheckRun],
  ['PATCH', at(`${repo}/check-runs/(\\d+)`), updateCheckRun],
];

/** Answers one request as GitHub would, from the state. */
export function answer(fake: FakeGitHub, asked: Asked): Reply {
  for (const [method, pattern, route] of ROUTES) {
    const match = method === asked.method ? pattern.exec(asked.path) : null;
    if (!match) continue;
    const ids = match.slice(1).map(decodeURIComponent);
    if (!asked.path.startsWith('/repos/')) {
      const signed = /^bearer .+\..+\..+$/i.test(asked.headers.authorization ?? '');
      return signed ? route(fake, asked, ids, NOWHERE) : bad(401, 'A JSON web token could not be decoded');
    }
    const token = /^(?:token|bearer) (.+)$/i.exec(asked.headers.authorization ?? '')?.[1] ?? '';
    if (!fake.tokens.has(token)) return bad(401, 'Bad credentials');
    const repository = fake.repositories.get(`${ids[0]}/${ids[1]}`);
    if (!repository || repository.gone) return bad(404, 'Not Found');
    return route(fake, asked, ids.slice(2), repository);
  }
  return bad(404, 'Not Found');
}

const NOWHERE = null as unknown as FakeRepository;

function at(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

function good(body: unknown, status = 200, headers?: Readonly<Record<string, string>>): Reply {
  return { status, body, ...(headers ? { headers } : {}) };
}

function bad(status: number, message: string): Reply {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

function makeToken(fake: FakeGitHub, _asked: Asked, [id]: readonly string[]): Reply {
  if (Number(id) !== fake.installation) return bad(404, 'Not Found');
  if (fake.suspended) return bad(403, 'This installation has been suspended');
  const token = `ghs_${fake.id()}`;
  fake.tokens.add(token);
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return good({ token, expires_at: expires, permissions: { checks: 'write' }, repository_selection: 'selected' }, 201);
}

function getPull(fake: FakeGitHub, _asked: Asked, [number]: readonly string[], repository: FakeRepository): Reply {
  const pull = repository.pulls.get(Number(number));
  if (!pull) return bad(404, 'Not Found');
  let commits = 1;
  try {
    commits = countCommits(repository.folder, `${pull.base.sha}..${pull.head.sha}`);
  } catch {
    // The commits of a fork that vanished are not there any more; GitHub goes on showing the pull request.
  }
  return good(pullJson(fake.url, repository, pull, commits));
}

function listComments(fake: FakeGitHub, asked: Asked, [number]: readonly string[], repository: FakeRepository): Reply {
  const all = repository.comments.filter((c) => c.number === Number(number));
  return paged(
    fake,
    asked,
    all.map((c) => commentJson(fake.url, repository, c)),
  );
}

function paged(fake: FakeGitHub, { path, query }: Asked, all: readonly unknown[]): Reply {
  const size = Number(query.get('per_page') ?? 30);
  const page = Number(query.get('page') ?? 1);
  const next = page * size < all.length;
  const link = `<${fake.url}${path}?per_page=${size}&page=${page + 1}>; rel="next"`;
  return good(all.slice((page - 1) * size, page * size), 200, next ? { link } : undefined);
}

function createComment(fake: FakeGitHub, asked: Asked, [number]: readonly string[], repository: FakeRepository): Reply {
  const { body } = asked.body as { body: string };
  if (body.length > LONGEST_BODY) return bad(422, 'body is too long (maximum is 65536 characters)');
  if (!repository.pulls.has(Number(number))) return bad(404, 'Not Found');
  const made = {
    id: fake.id(),
    number: Number(number),
    body,
    user: 'abbot[bot]',
    app: fake.app,
    edits: 0,
    reactions: [],
  };
  repository.comments.push(made);
  return good(commentJson(fake.url, repository, made), 201);
}

function getComment(fake: FakeGitHub, _asked: Asked, [id]: readonly string[], repository: FakeRepository): Reply {
  const found = repository.comments.find((c) => c.id === Number(id));
  return found ? good(commentJson(fake.url, repository, found)) : bad(404, 'Not Found');
}

function updateComment(fake: FakeGitHub, asked: Asked, [id]: readonly string[], repository: FakeRepository): Reply {
  const found = repository.comments.find((c) => c.id === Number(id));
  if (!found) return bad(404, 'Not Found');
  const { body } = asked.body as { body: string };
  if (found.app !== fake.app) return bad(403, 'Resource not accessible by integration');
  if (body.length > LONGEST_BODY) return bad(422, 'body is too long (maximum is 65536 characters)');
  found.body = body;
  found.edits++;
  return good(commentJson(fake.url, repository, found));
}

function react(fake: FakeGitHub, asked: Asked, [id]: readonly string[], repository: FakeRepository): Reply {
  const found = repository.comments.find((c) => c.id === Number(id));
  if (!found) return bad(404, 'Not Found');
  const { content } = asked.body as { content: string };
  const mine = found.reactions.some((r) => r.content === content && r.user === 'abbot[bot]');
  if (!mine) found.reactions.push({ content, user: 'abbot[bot]' });
  const made = {
    id: fake.id(),
    node_id: 'R_1',
    user: userJson('abbot[bot]'),
    content,
    created_at: '2026-01-05T12:00:00Z',
  };
  return good(made, mine ? 200 : 201);
}

function permission(
  _fake: FakeGitHub,
  _asked: Asked,
  [login = '']: readonly string[],
  repository: FakeRepository,
): Reply {
  const name = repository.permissions.get(login) ?? 'read';
  return good({ permission: name, role_name: name, user: { ...userJson(login), role_name: name } });
}

function listCheckRuns(fake: FakeGitHub, asked: Asked, [sha]: readonly string[], repository: FakeRepository): Reply {
  const { query } = asked;
  const runs = repository.checkRuns.filter(
    (run) =>
      run.headSha === sha &&
      (query.get('check_name') ?? run.name) === run.name &&
      Number(query.get('app_id') ?? run.app) === run.app,
  );
  const shown = query.get('filter') === 'all' ? runs : runs.slice(-1);
  return good({ total_count: shown.length, check_runs: shown.map((run) => checkRunJson(fake.url, repository, run)) });
}

interface CheckRunBody {
  readonly name?: string;
  readonly head_sha?: string;
  readonly external_id?: string;
  readonly status?: string;
  readonly conclusion?: string;
  readonly details_url?: string;
  readonly output?: { title?: string; summary?: string; text?: string; annotations?: FakeAnnotation[] };
}

function createCheckRun(fake: FakeGitHub, asked: Asked, _ids: readonly string[], repository: FakeRepository): Reply {
  const body = asked.body as CheckRunBody;
  const made: FakeCheckRun = {
    id: fake.id(),
    headSha: body.head_sha ?? '',
    name: body.name ?? '',
    app: fake.app,
    externalId: '',
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    updates: 0,
  };
  const wrong = changeCheckRun(made, body);
  if (wrong) return wrong;
  repository.checkRuns.push(made);
  return good(checkRunJson(fake.url, repository, made), 201);
}

function getCheckRun(fake: FakeGitHub, _asked: Asked, [id]: readonly string[], repository: FakeRepository): Reply {
  const found = repository.checkRuns.find((run) => run.id === Number(id));
  return found ? good(checkRunJson(fake.url, repository, found)) : bad(404, 'Not Found');
}

function updateCheckRun(fake: FakeGitHub, asked: Asked, [id]: readonly string[], repository: FakeRepository): Reply {
  const found = repository.checkRuns.find((run) => run.id === Number(id));
  if (!found) return bad(404, 'Not Found');
  found.updates++;
  return changeCheckRun(found, asked.body as CheckRunBody) ?? good(checkRunJson(fake.url, repository, found));
}

/** Annotations are added with every update, as GitHub does; its limits are kept. */
function changeCheckRun(run: FakeCheckRun, body: CheckRunBody): Reply | null {
  const { output } = body;
  if (output && (!output.title || output.summary === undefined)) return bad(422, 'output needs title and summary');
  if ((output?.annotations?.length ?? 0) > ANNOTATIONS) return bad(422, 'No more than 50 annotations');
  for (const text of [output?.summary, output?.text])
    if (text !== undefined && Buffer.byteLength(text) > LONGEST_BODY - 1) return bad(422, 'output is too long');
  if (body.status === 'completed' && body.conclusion === undefined) return bad(422, 'a conclusion is needed');
  run.externalId = body.external_id ?? run.externalId;
  run.detailsUrl = body.details_url ?? run.detailsUrl;
  run.status = body.conclusion === undefined ? (body.status ?? run.status) : 'completed';
  run.conclusion = body.conclusion ?? (run.status === 'completed' ? run.conclusion : null);
  if (output) {
    run.output = { title: output.title ?? null, summary: output.summary ?? null, text: output.text ?? null };
    run.annotations.push(...(output.annotations ?? []));
  }
  return null;
}

function listDeliveries(fake: FakeGitHub, asked: Asked): Reply {
  const size = Number(asked.query.get('per_page') ?? 30);
  const newest = [...fake.deliveries].reverse();
  const cursor = asked.query.get('cursor');
  const start = cursor === null ? 0 : newest.findIndex((d) => `v1_${d.id}` === cursor) + 1;
  const page = newest.slice(start, start + size);
  const more = start + size < newest.length;
  const link = `<${fake.url}/app/hook/deliveries?per_page=${size}&cursor=v1_${page.at(-1)?.id}>; rel="next"`;
  return good(
    page.map((d) => deliveryJson(d, fake.installation)),
    200,
    more ? { link } : undefined,
  );
}

function redeliver(fake: FakeGitHub, _asked: Asked, [id]: readonly string[]): Reply {
  const found = fake.deliveries.find((d) => d.id === Number(id));
  if (!found) return bad(404, 'Not Found');
  void fake.send(found.event, found.payload, found.guid, true);
  return good({}, 202);
}
