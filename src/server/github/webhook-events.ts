import { z } from 'zod';
import { fail, type Outcome, ok } from '../../outcome/index.ts';

// The few fields that are read of GitHub's payloads. Everything in them is checked before it is used for anything.

const login = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,60}(?:\[bot\])?$/);
const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const id = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const fullName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,60}\/(?!\.)[A-Za-z0-9._-]{1,100}$/);
const installation = z.object({ id });
const repository = z.object({ full_name: fullName });

const pullRequest = z.object({
  action: z.string(),
  number: id,
  pull_request: z.object({ head: z.object({ sha }) }),
  changes: z.record(z.string(), z.unknown()).optional(),
  installation,
  repository,
});
const issueComment = z.object({
  action: z.string(),
  issue: z.object({ number: id, pull_request: z.object({}).optional() }),
  comment: z.object({ id, body: z.string().nullable(), user: z.object({ login, type: z.string() }).nullable() }),
  installation,
  repository,
});
const check = z.object({ app: z.object({ id }).nullable(), pull_requests: z.array(z.object({ number: id })) });
const checkRun = z.object({ action: z.string(), check_run: check, installation, repository });
const checkSuite = z.object({ action: z.string(), check_suite: check, installation, repository });
const push = z.object({
  ref: z.string().max(1000),
  before: sha,
  after: sha,
  deleted: z.boolean(),
  installation,
  repository,
});
const installed = z.object({
  action: z.string(),
  installation: z.object({ id, account: z.object({ login: z.string().max(100) }).nullable() }),
});

/** What a webhook asks for, if anything. */
export type Intent =
  | {
      readonly kind: 'review-pull';
      readonly installation: number;
      readonly repository: string;
      readonly number: number;
      /** Review again although nothing changed. */
      readonly again: boolean;
    }
  | {
      readonly kind: 'command';
      readonly installation: number;
      readonly repository: string;
      readonly number: number;
      readonly comment: number;
      readonly user: string;
      readonly body: string;
    }
  | {
      readonly kind: 'review-push';
      readonly installation: number;
      readonly repository: string;
      readonly branch: string;
      readonly before: string;
      readonly after: string;
    }
  | {
      readonly kind: 'installation';
      readonly installation: number;
      readonly account: string;
      readonly state: 'active' | 'suspended' | 'removed';
    }
  | { readonly kind: 'nothing'; readonly why: string };

const REVIEWED = new Set(['opened', 'synchronize', 'reopened', 'ready_for_review']);
const INSTALLED = {
  created: 'active',
  unsuspend: 'active',
  new_permissions_accepted: 'active',
  suspend: 'suspended',
  deleted: 'removed',
} as const;

/**
 * What a delivery asks for. Payloads that are not of GitHub's form are a fault; events that abbot has nothing to do with
 * are `nothing`, with the reason.
 *
 * @example
 * const intents = readWebhook('pull_request', payload, 4711);
 */
export function readWebhook(event: string, payload: unknown, app: number): Outcome<readonly Intent[]> {
  switch (event) {
    case 'pull_request':
      return read(pullRequest, payload, event, ({ action, number, changes, installation, repository }) => {
        const edited = action === 'edited' && ['base', 'title', 'body'].some((key) => changes?.[key] !== undefined);
        if (!REVIEWED.has(action) && !edited) return [{ kind: 'nothing', why: `a pull request was ${action}` }];
        const place = { installation: installation.id, repository: repository.full_name };
        return [{ kind: 'review-pull', ...place, number, again: false }];
      });
    case 'issue_comment':
      return read(issueComment, payload, event, ({ action, issue, comment, installation, repository }) => {
        if (action !== 'created' || issue.pull_request === undefined)
          return [{ kind: 'nothing', why: 'no new comment on a pull request' }];
        // Our own comments quote the commands.
        if (comment.user === null || comment.user.type !== 'User')
          return [{ kind: 'nothing', why: 'a comment of a bot' }];
        const body = comment.body ?? '';
        if (!body.includes('/abbot')) return [{ kind: 'nothing', why: 'a comment that is no command' }];
        const place = { installation: installation.id, repository: repository.full_name, number: issue.number };
        return [{ kind: 'command', ...place, comment: comment.id, user: comment.user.login, body }];
      });
    case 'check_run':
      return read(checkRun, payload, event, (got) => rerequested(got, got.check_run, app));
    case 'check_suite':
      return read(checkSuite, payload, event, (got) => rerequested(got, got.check_suite, app));
    case 'push':
      return read(push, payload, event, ({ ref, before, after, deleted, installation, repository }) => {
        const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
        if (branch === undefined || deleted || /^0+$/.test(after)) return [{ kind: 'nothing', why: 'no branch moved' }];
        const place = { installation: installation.id, repository: repository.full_name };
        return [{ kind: 'review-push', ...place, branch, before, after }];
      });
    case 'installation':
      return read(installed, payload, event, ({ action, installation: { id, account } }) => {
        const state = action in INSTALLED ? INSTALLED[action as keyof typeof INSTALLED] : null;
        if (state === null) return [{ kind: 'nothing', why: `an installation was ${action}` }];
        return [{ kind: 'installation', installation: id, account: account?.login ?? '', state }];
      });
    default:
      return ok([{ kind: 'nothing', why: `abbot has no use for ${event.replace(/[^\w]/g, '').slice(0, 60)}` }]);
  }
}

function rerequested(
  got: { action: string; installation: { id: number }; repository: { full_name: string } },
  { app, pull_requests }: z.infer<typeof check>,
  own: number,
): Intent[] {
  if (got.action !== 'rerequested' || app?.id !== own)
    return [{ kind: 'nothing', why: 'no check of abbot is asked for again' }];
  const place = { installation: got.installation.id, repository: got.repository.full_name };
  return pull_requests.slice(0, 20).map(({ number }) => ({ kind: 'review-pull', ...place, number, again: true }));
}

function read<T>(
  schema: z.ZodType<T>,
  payload: unknown,
  event: string,
  intents: (value: T) => Intent[],
): Outcome<readonly Intent[]> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return ok(intents(parsed.data));
  const [issue] = parsed.error.issues;
  return fail('github/payload', `a delivery of ${event} cannot be read`, `${issue?.path.join('.')}: ${issue?.message}`);
}
