import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDescription } from './description.ts';
import { type CommitSpec, makeRepository, revision, serveGit, setRef, writeCommits } from './git-repository.ts';
import { answer, type Reply } from './routes.ts';
import type { FakeDelivery, FakePull, FakeRepository } from './state.ts';

/** One request that came, as a test may ask about it. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly template: string;
  readonly status: number;
  readonly body: unknown;
}

/** What the fake does instead of answering properly; each is used once, unless `times` says more. */
export interface Trouble {
  /** Requests that it hits; left out, all of the API. */
  readonly on?: (method: string, path: string) => boolean;
  readonly times?: number;
  readonly kind: 'rate-limit' | 'secondary' | 'unprocessable' | 'server-error' | 'hang-up' | 'forbidden' | 'slow';
  /** Milliseconds of `slow`; seconds of `Retry-After` of the limits. */
  readonly wait?: number;
  /** The request is carried out all the same, and only its answer is lost. */
  readonly afterwards?: boolean;
}

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Everything a test sets up and looks at. */
export class FakeGitHub {
  readonly app = 4711;
  readonly installation = 99;
  readonly secret = 'a webhook secret';
  readonly privateKey = privateKey;
  readonly repositories = new Map<string, FakeRepository>();
  readonly requests: Recorded[] = [];
  /** What was asked or answered against GitHub's description; a test fails when this is not empty. */
  readonly violations: string[] = [];
  readonly deliveries: FakeDelivery[] = [];
  readonly tokens = new Set<string>();
  /** Headers that reached the git server, to see that the token does. */
  readonly gitAuthorizations: string[] = [];
  suspended = false;
  /** Where webhooks go; null while nobody listens. */
  hook: string | null = null;
  url = '';
  private readonly root = mkdtempSync(join(tmpdir(), 'abbot-github-'));
  private readonly troubles: { trouble: Trouble; left: number }[] = [];
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private nextId = 1000;

  id(): number {
    return this.nextId++;
  }

  async start(): Promise<this> {
    loadDescription();
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }

  /** The next requests meet this. */
  trouble(trouble: Trouble): void {
    this.troubles.push({ trouble, left: trouble.times ?? 1 });
  }

  repository(owner: string, name: string, files: Readonly<Record<string, string>>): FakeRepository {
    const folder = makeRepository(join(this.root, owner), name);
    writeCommits(folder, 'refs/heads/master', null, [{ message: 'start', files }]);
    const made: FakeRepository = {
      id: this.id(),
      owner,
      name,
      folder,
      pulls: new Map(),
      comments: [],
      checkRuns: [],
      permissions: new Map([[owner, 'admin']]),
      gone: false,
    };
    this.repositories.set(`${owner}/${name}`, made);
    return made;
  }

  /** Opens a pull request with these commits upon the base branch, from a fork. */
  pull(
    repository: FakeRepository,
    commits: readonly CommitSpec[],
    given: Partial<Pick<FakePull, 'title' | 'body' | 'author' | 'draft'>> = {},
  ): FakePull {
    const number = repository.pulls.size + 1;
    const base = revision(repository.folder, 'refs/heads/master');
    const ids = writeCommits(repository.folder, `refs/pull/${number}/head`, base, commits);
    const pull: FakePull = {
      number,
      id: this.id(),
      title: given.title ?? commits[0]?.message.split('\n')[0] ?? 'a change',
      body: given.body ?? null,
      author: given.author ?? 'contributor',
      state: 'open',
      draft: given.draft ?? false,
      head: { ref: 'topic', sha: ids.at(-1) ?? base, repository: 'contributor/fork' },
      base: { ref: 'master', sha: base },
    };
    repository.pulls.set(number, pull);
    return pull;
  }

  /** Pushes: new commits upon the base (a force-push), or upon the head. */
  push(
    repository: FakeRepository,
    pull: FakePull,
    commits: readonly CommitSpec[],
    onto: 'base' | 'head' = 'base',
  ): string {
    const parent = onto === 'base' ? pull.base.sha : pull.head.sha;
    const ids = writeCommits(repository.folder, `refs/pull/${pull.number}/head`, parent, commits);
    pull.head.sha = ids.at(-1) ?? pull.head.sha;
    return pull.head.sha;
  }

  /** Moves a branch of the repository itself. */
  pushBranch(repository: FakeRepository, ref: string, commits: readonly CommitSpec[], from: string | null): string {
    const id = writeCommits(repository.folder, ref, from, commits).at(-1) ?? '';
    for (const pull of repository.pulls.values()) if (`refs/heads/${pull.base.ref}` === ref) pull.base.sha = id;
    return id;
  }

  /** Deletes a reference, as when a fork vanishes. */
  removeRef(repository: FakeRepository, ref: string): void {
    setRef(repository.folder, ref, null);
  }

  writes(): Recorded[] {
    return this.requests.filter((r) => r.method !== 'GET' && !r.path.endsWith('/access_tokens'));
  }

  /** Sends a webhook as GitHub does: signed, with its headers; the status is what the server answered, 0 for nobody. */
  async send(
    event: string,
    payload: unknown,
    guid: string,
    redelivery = false,
  ): Promise<{ status: number; ms: number }> {
    const body = JSON.stringify(payload);
    const started = performance.now();
    const status = await this.post(body, {
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-hub-signature-256': `sha256=${createHmac('sha256', this.secret).update(body).digest('hex')}`,
    });
    const at = payload as { action?: string; repository?: { id: number } };
    this.deliveries.push({
      id: this.id(),
      guid,
      event,
      action: at.action ?? null,
      payload,
      redelivery,
      repository: at.repository?.id ?? null,
      statusCode: status,
    });
    return { status, ms: performance.now() - started };
  }

  /** Sends any bytes to the webhook's address; 0 when nobody answers. */
  async post(body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<number> {
    if (this.hook === null) return 0;
    try {
      const response = await fetch(this.hook, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'GitHub-Hookshot/0000000', ...headers },
        body: typeof body === 'string' ? body : new Uint8Array(body),
        signal: AbortSignal.timeout(10_000),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (/^\/[^/]+\/[^/]+\.git\//.test(url.pathname)) {
      this.gitAuthorizations.push(request.headers.authorization ?? '');
      const repository = this.repositories.get(url.pathname.slice(1, url.pathname.indexOf('.git/')));
      if (repository && !repository.gone) serveGit(this.root, request, response, url);
      else response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? null : JSON.parse(text);
    const method = request.method ?? 'GET';
    const description = loadDescription();
    const wrong = description.checkRequest({ method, path: url.pathname, query: url.searchParams, body });
    this.violations.push(...wrong);
    const trouble = this.takeTrouble(method, url.pathname);
    let reply: Reply;
    if (wrong.length > 0) reply = { status: 422, body: { message: wrong.join('; '), documentation_url: '' } };
    else if (trouble && !trouble.afterwards && trouble.kind !== 'slow') reply = troubleReply(trouble);
    else {
      reply = answer(this, { method, path: url.pathname, query: url.searchParams, body, headers: request.headers });
      this.violations.push(...description.checkAnswer(method, url.pathname, reply.status, reply.body));
    }
    if (trouble?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, trouble.wait ?? 1000));
    else if (trouble?.afterwards) reply = troubleReply(trouble);
    const template = description.template(method, url.pathname) ?? url.pathname;
    this.requests.push({ method, path: url.pathname, template, status: reply.status, body });
    if (reply.status === 0) {
      response.destroy();
      return;
    }
    response.writeHead(reply.status, {
      'content-type': 'application/json; charset=utf-8',
      'x-github-request-id': '0000:0000',
      ...reply.headers,
    });
    response.end(reply.body === null ? undefined : JSON.stringify(reply.body));
  }

  private takeTrouble(method: string, path: string): Trouble | null {
    const at = this.troubles.find(
      ({ trouble, left }) => left > 0 && (trouble.on ? trouble.on(method, path) : !path.endsWith('/access_tokens')),
    );
    if (!at) return null;
    at.left--;
    return at.trouble;
  }
}

function troubleReply({ kind, wait }: Trouble): Reply {
  const message = (text: string) => ({ message: text, documentation_url: 'https://docs.github.com/rest' });
  const reset = String(Math.ceil(Date.now() / 1000) + (wait ?? 1));
  switch (kind) {
    case 'rate-limit':
      return {
        status: 403,
        body: message('API rate limit exceeded for installation ID 99.'),
        headers: { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
      };
    case 'secondary':
      return {
        status: 403,
        body: message('You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'),
        headers: { 'retry-after': String(wait ?? 1) },
      };
    case 'forbidden':
      return { status: 403, body: message('Resource not accessible by integration') };
    case 'unprocessable':
      return { status: 422, body: { ...message('Validation Failed'), errors: [] } };
    case 'server-error':
      return { status: 500, body: message('Server Error') };
    default:
      return { status: 0, body: null };
  }
}
