import { pino } from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { type Fault, fail, type Outcome, ok } from '../../outcome/index.ts';

// The one file that knows Probot and Octokit. Everything else of this folder speaks of requests and faults.

/** Who abbot is at GitHub. */
export interface GitHubIdentity {
  readonly appId: number;
  /** PEM text. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** `https://api.github.com`, or a GitHub Enterprise Server's `https://host/api/v3`. */
  readonly api: string;
  /** Keep GitHub's pace for requests that write (one a second); off for servers of one's own. */
  readonly paced: boolean;
}

/** A failed request: `retryAfter` is in seconds, null where GitHub does not say. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault; readonly retryAfter: number | null };

/** GitHub's API as one installation of the App may use it; without one, as the App itself. */
export interface GitHubApi {
  /**
   * One request by its route in GitHub's documentation. Reading is tried again when GitHub fails; writing is not, since
   * nobody knows whether it was done: the job looks before it writes the next time.
   */
  readonly request: <T>(route: string, parameters: Readonly<Record<string, unknown>>) => Promise<Answer<T>>;
  /** All pages of a list, one after the other, until `enough` says so; at most 200 pages. */
  readonly pages: <T>(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    enough: (page: readonly T[]) => boolean,
  ) => Promise<Answer<readonly T[]>>;
  /** A token for git, good for at least some minutes. */
  readonly token: () => Promise<Answer<string>>;
}

/** The App. */
export interface GitHubApp {
  readonly identity: GitHubIdentity;
  /** Whether GitHub signed these bytes. */
  readonly verify: (body: string, signature: string) => Promise<boolean>;
  readonly installation: (id: number) => Promise<Answer<GitHubApi>>;
  readonly itself: () => Promise<GitHubApi>;
}

/** Seconds that a request waits for a limit to pass; for longer ones the job is put back. */
const SHORT_WAIT = 5;
const MAX_PAGES = 200;

/**
 * Opens the App; nothing is sent yet. Tokens are kept until they expire.
 *
 * @example
 * const app = openGitHubApp(identity, 'abbot/0.1.0');
 * const api = await app.installation(4711);
 */
export function openGitHubApp(identity: GitHubIdentity, userAgent: string): GitHubApp {
  const short = (retryAfter: number, _options: unknown, _octokit: unknown, retries: number) =>
    retryAfter <= SHORT_WAIT && retries < 2;
  const probot = new Probot({
    appId: identity.appId,
    privateKey: identity.privateKey,
    secret: identity.webhookSecret,
    baseUrl: identity.api,
    // Octokit speaks of every request that fails; what matters is told by the jobs, in our words.
    log: pino({ level: 'silent' }),
    Octokit: ProbotOctokit.defaults({
      userAgent,
      retry: { retries: 2 },
      throttle: { enabled: identity.paced, onRateLimit: short, onSecondaryRateLimit: short },
    }),
  });
  const apis = new Map<number, Promise<Answer<GitHubApi>>>();
  const open = async (id: number): Promise<Answer<GitHubApi>> => {
    await probot.ready();
    return guarded(async () => apiOf(await probot.auth(id)));
  };
  return {
    identity,
    async verify(body, signature) {
      await probot.ready();
      if (!/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
      return probot.webhooks.verify(body, signature);
    },
    async installation(id) {
      const known = apis.get(id);
      if (known) return known;
      const opened = open(id);
      apis.set(id, opened);
      const got = await opened;
      if (!got.ok) apis.delete(id);
      return got;
    },
    async itself() {
      await probot.ready();
      return apiOf(await probot.auth());
    },
  };
}

type Octokit = Awaited<ReturnType<Probot['auth']>>;

function apiOf(octokit: Octokit): GitHubApi {
  const send = async (route: string, parameters: Readonly<Record<string, unknown>>) => {
    const writes = !route.startsWith('GET ');
    const request = { ...(writes ? { retries: 0 } : {}), signal: AbortSignal.timeout(60_000) };
    return octokit.request(route, { ...parameters, request });
  };
  return {
    request: <T>(route: string, parameters: Readonly<Record<string, unknown>>) =>
      guarded(async () => (await send(route, parameters)).data as T),
    pages: <T>(route: string, parameters: Readonly<Record<string, unknown>>, enough: (page: readonly T[]) => boolean) =>
      guarded<readonly T[]>(async () => {
        const all: T[] = [];
        let cursor: Readonly<Record<string, unknown>> = {};
        for (let page = 1; page <= MAX_PAGES; page++) {
          const { data, headers } = await send(route, { ...parameters, per_page: 100, ...cursor });
          const items = (Array.isArray(data) ? data : ((data as Record<string, unknown>)['check_runs'] ?? [])) as T[];
          all.push(...items);
          const next = /<([^<>]{1,2000})>; rel="next"/.exec(headers.link ?? '')?.[1];
          if (enough(items) || next === undefined) break;
          const mark = new URL(next).searchParams.get('cursor');
          cursor = mark === null ? { page: page + 1 } : { cursor: mark };
        }
        return all;
      }),
    token: () => guarded(async () => ((await octokit.auth({ type: 'installation' })) as { token: string }).token),
  };
}

interface RequestProblem {
  readonly status?: number;
  readonly message?: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

/** What Octokit throws, as a fault; what it throws otherwise is a bug, and goes on. */
async function guarded<T>(step: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await step() };
  } catch (error) {
    const problem = error as RequestProblem & Error;
    const network = problem.name === 'TimeoutError' || problem.name === 'AbortError';
    if (typeof problem.status !== 'number' && !network) throw error;
    return faultOf(problem, problem.status ?? 0);
  }
}

function faultOf(problem: RequestProblem, status: number): Answer<never> {
  const said = (problem.message ?? '').split('\n')[0]?.slice(0, 300) ?? '';
  const headers = problem.response?.headers ?? {};
  const asked = Number(headers['retry-after'] ?? Number.NaN);
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) - Date.now() / 1000;
  const limited = status === 429 || Number(headers['x-ratelimit-remaining'] ?? 1) === 0 || /rate limit/i.test(said);
  const wrong = (outcome: { readonly fault: Fault }, retryAfter: number | null = null): Answer<never> => ({
    ok: false,
    fault: outcome.fault,
    retryAfter,
  });
  if ((status === 403 || status === 429) && limited) {
    const wait = Number.isFinite(asked) ? asked : Number.isFinite(reset) ? reset : 60;
    return wrong(fail('github/limited', 'GitHub asks for a pause', said), Math.min(3600, Math.max(1, Math.ceil(wait))));
  }
  if (status === 404 || status === 410)
    return wrong(fail('github/gone', 'GitHub has it no more, or not for abbot', said));
  if (status === 401 || status === 403)
    return wrong(fail('github/forbidden', 'GitHub does not let abbot do that', said));
  if (status >= 400 && status < 500) return wrong(fail('github/refused', `GitHub refused a request (${status})`, said));
  return wrong(fail('github/away', 'GitHub cannot be reached, or failed', said || `status ${status}`));
}

/** An answer as the rest of the program knows failures. */
export function outcomeOf<T>(answer: Answer<T>): Outcome<T> {
  return answer.ok ? ok(answer.value) : { ok: false, fault: answer.fault };
}
