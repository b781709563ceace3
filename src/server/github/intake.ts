import type { Context } from 'hono';
import { explain, type Outcome } from '../../outcome/index.ts';
import { endDelivery, keepDelivery, type Store, saveInstallation, transact } from '../../store/index.ts';
import { sendJob } from '../jobs.ts';
import type { Host, WebEnv } from '../part.ts';
import { parseCommands } from './commands.ts';
import { obeyCommand, reviewPullRequest, reviewPush } from './jobs.ts';
import type { GitHubSetup } from './setup.ts';
import { type Intent, readWebhook } from './webhook-events.ts';

/** GitHub sends no larger ones. */
const MAX_PAYLOAD = 25 << 20;
const DELIVERY = /^[A-Za-z0-9-]{1,100}$/;

/**
 * Takes a webhook: verifies that GitHub signed these bytes, keeps the delivery with the jobs that come of it in one
 * transaction, and answers. Nothing is reviewed here. A delivery that is kept already changes nothing; one that cannot be
 * kept is answered with 503, and GitHub counts it as failed, so that it is asked for again.
 */
export async function takeWebhook(c: Context<WebEnv>, host: Host, setup: GitHubSetup): Promise<Response> {
  const event = c.req.header('x-github-event') ?? '';
  const id = c.req.header('x-github-delivery') ?? '';
  const signature = c.req.header('x-hub-signature-256') ?? '';
  if (!DELIVERY.test(id) || event === '') return c.json({ error: 'this is no delivery of GitHub' }, 400);
  const bytes = await readBounded(c.req.raw, MAX_PAYLOAD);
  if (bytes === null) return c.json({ error: `a payload has at most ${MAX_PAYLOAD} bytes` }, 413);
  const body = bytes.toString('utf8');
  if (!(await setup.app.verify(body, signature))) {
    host.log.warn({ delivery: id, event }, 'a delivery with a wrong signature was refused');
    return c.json({ error: 'the signature is wrong' }, 401);
  }
  let payload: unknown;
  try {
    payload = JSON.parse(body);
  } catch {
    return c.json({ error: 'the payload is no JSON' }, 400);
  }
  const intents = readWebhook(event, payload, setup.app.identity.appId);
  if (!intents.ok) host.log.warn({ delivery: id }, explain(intents.fault));
  const kept = await keep(host, { id, event, payload }, intents.ok ? intents.value : []);
  if (!kept.ok) {
    host.log.error({ delivery: id }, explain(kept.fault));
    return c.json({ error: 'the delivery cannot be kept now' }, 503);
  }
  return c.json({ delivery: id, new: kept.value }, 202);
}

interface Came {
  readonly id: string;
  readonly event: string;
  readonly payload: unknown;
}

/** Keeps a delivery and sends its jobs; false when it was kept before. */
function keep(host: Host, { id, event, payload }: Came, intents: readonly Intent[]): Promise<Outcome<boolean>> {
  const at = payload as { action?: unknown; repository?: { full_name?: unknown } } | null;
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : null);
  return transact(host.store, async (tx) => {
    const delivery = { id, event, action: text(at?.action), repository: text(at?.repository?.full_name), payload };
    if (!(await keepDelivery(tx, delivery))) return false;
    const outcomes: string[] = [];
    for (const intent of intents) outcomes.push(await follow(host, tx, intent, id));
    await endDelivery(tx, id, outcomes.join(', ') || 'not understood');
    return true;
  });
}

async function follow(host: Host, tx: Store, intent: Intent, delivery: string): Promise<string> {
  const { queue } = host;
  switch (intent.kind) {
    case 'review-pull': {
      const { installation, repository, number } = intent;
      const again = intent.again ? delivery : null;
      const sent = await sendJob(queue, tx, reviewPullRequest, { installation, repository, number, again });
      return sent === null ? 'a review waits already' : 'a review waits';
    }
    case 'command': {
      const { installation, repository, number, comment, user } = intent;
      const commands = parseCommands(intent.body);
      if (commands.length === 0) return 'a comment that is no command';
      await sendJob(queue, tx, obeyCommand, { installation, repository, number, comment, user, commands });
      return 'a command waits';
    }
    case 'review-push': {
      const { kind: _kind, ...data } = intent;
      await sendJob(queue, tx, reviewPush, data, { priority: -1 });
      return 'a push waits';
    }
    case 'installation': {
      const { installation: id, account, state } = intent;
      // Of when GitHub did it the delivery says nothing reliable; that it is so is what counts.
      const since = new Date();
      const suspendedAt = state === 'suspended' ? since : null;
      await saveInstallation(tx, { id, account, suspendedAt, removedAt: state === 'removed' ? since : null });
      return `an installation is ${state}`;
    }
    case 'nothing':
      return intent.why;
  }
}

/** The body of a request, or null when it is longer; what is too long is not held. */
async function readBounded(request: Request, max: number): Promise<Buffer | null> {
  if (Number(request.headers.get('content-length') ?? 0) > max) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > max) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
