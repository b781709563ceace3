import type { Readable } from 'node:stream';
import { type ReadItem, readMails } from '../mail/index.ts';
import { type Outcome, ok } from '../outcome/index.ts';
import { type MailOptions, renderMail } from '../report/index.ts';
import { lettersOf, type Review, type ReviewRequest } from '../review/index.ts';

/** A request whose mails were read beforehand, and those mails: a draft answers them. */
export interface ReadRequest {
  readonly request: ReviewRequest;
  readonly items: readonly ReadItem[];
}

/** Reads the mails of a request once, for the review and for the draft; a named place that cannot be read fails. */
export async function readForDraft(request: ReviewRequest): Promise<Outcome<ReadRequest>> {
  const items: ReadItem[] = [];
  const stdin = (request.stdin ?? nothing()) as AsyncIterable<Uint8Array> as Readable;
  for await (const item of readMails(request.inputs, stdin)) {
    const named = !item.ok && item.scope === 'file' && request.inputs.includes(item.origin);
    if (named && (item.fault.code === 'input/not-found' || item.fault.code === 'input/unreadable')) return item;
    items.push(item);
  }
  const { fetched } = request;
  const all = [...items, ...(fetched?.items ?? [])];
  const { notes = [], wanted = null } = fetched ?? {};
  return ok({ request: { ...request, inputs: [], fetched: { items: all, notes, wanted } }, items: all });
}

/**
 * The draft of a reply, or why there is none. The sender is left open, so that `git send-email` fills in the person who
 * sends it; with `all`, findings that people have answered are told as well.
 */
export function draft(
  review: Review,
  items: readonly ReadItem[],
  all: boolean,
): { readonly text: string } | { readonly why: string } {
  const options: MailOptions = { from: null, mode: 'list', past: [], evenAnswered: all };
  const reply = renderMail(review, lettersOf(items, review), options);
  return reply.kind === 'mail' ? { text: reply.message } : { why: reply.why };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
