import { z } from 'zod';
import { fail, type Outcome, ok } from '../../outcome/index.ts';
import type { CheckParcel } from './parcels.ts';

/** A patchwork with an API of version 1.2 or later, and the token of somebody who may add checks there. */
export interface Patchwork {
  readonly url: string;
  readonly token: string;
}

const TIMEOUT = 30_000;
/** Bytes of an answer that are read. */
const LARGEST = 1 << 20;

const patches = z.array(z.object({ id: z.number().int().positive() }));
const checks = z.array(
  z.object({
    context: z.string(),
    description: z.string().nullable(),
    state: z.string(),
    target_url: z.string().nullish(),
  }),
);

/**
 * Adds a check to the patch with that message-id; false when the same check is there already, from an attempt whose answer
 * was lost. Faults: `patchwork/no-patch`, `patchwork/away` (try again), `patchwork/refused`.
 */
export async function addCheck(server: Patchwork, check: CheckParcel, signal: AbortSignal): Promise<Outcome<boolean>> {
  const asked = new URLSearchParams({ msgid: check.messageId });
  const found = await ask(server, `patches/?${asked}`, signal, patches);
  if (!found.ok) return found;
  const [patch] = found.value;
  if (!patch) return fail('patchwork/no-patch', 'patchwork has no patch of that message-id');
  const there = await ask(server, `patches/${patch.id}/checks/`, signal, checks);
  if (!there.ok) return there;
  const { context, state, description, target_url } = check;
  // Of one context the last one counts: only that it is the same makes ours needless.
  const last = there.value.findLast((one) => one.context === context);
  if (last && last.description === description && last.state === state) return ok(false);
  const body = JSON.stringify({ context, state, description, ...(target_url === null ? {} : { target_url }) });
  const added = await ask(server, `patches/${patch.id}/checks/`, signal, z.unknown(), body);
  return added.ok ? ok(true) : added;
}

async function ask<T>(
  { url, token }: Patchwork,
  path: string,
  signal: AbortSignal,
  shape: z.ZodType<T>,
  body?: string,
): Promise<Outcome<T>> {
  try {
    const reply = await fetch(new URL(`api/1.2/${path}`, url.endsWith('/') ? url : `${url}/`), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Token ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      // A token goes to the server that it is for, and nowhere else.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    const { status } = reply;
    if (status === 429 || status >= 500) return fail('patchwork/away', `patchwork answered ${status}`);
    if (status >= 400) return fail('patchwork/refused', `patchwork answered ${status}`);
    const read = shape.safeParse(JSON.parse(await textOf(reply)) as unknown);
    return read.success ? ok(read.data) : fail('patchwork/refused', 'patchwork answered something else than expected');
  } catch (error) {
    if (error instanceof SyntaxError) return fail('patchwork/refused', 'patchwork did not answer in JSON');
    return fail('patchwork/away', 'patchwork does not answer', error instanceof Error ? error.message : undefined);
  }
}

async function textOf(reply: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body ?? []) {
    size += part.length;
    if (size > LARGEST) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
