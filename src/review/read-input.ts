import type { Readable } from 'node:stream';
import { type Mail, type ReadItem, readMails } from '../mail/index.ts';
import { type Fault, fail, type Outcome, ok } from '../outcome/index.ts';
import { groupSeries, type Lineage, linkVersions, unknownNames } from '../series/index.ts';
import type { RememberedAnswer } from './answer-store.ts';
import { readAnswers } from './read-answers.ts';
import type { InputRequest } from './request.ts';

/** The mails of a request, grouped and linked, and what of them could not be used. */
export interface Input {
  readonly lineages: readonly Lineage[];
  /** Finds what people answered to findings, in all of the mails. */
  readonly answers: () => readonly RememberedAnswer[];
  /** Mails and files that could not be read, one line each. */
  readonly unparsed: readonly string[];
  /** What else the reader should know about the input. */
  readonly notes: readonly string[];
}

/**
 * Reads the mails that a request names and groups them into lineages. A place that was named and cannot be read fails;
 * one bad mail among good ones is told in `unparsed`.
 */
export async function readInput(request: InputRequest): Promise<Outcome<Input>> {
  const mails: Mail[] = [];
  const faults: Fault[] = [];
  const unparsed: string[] = [];
  const skipped: string[] = [];
  for await (const item of itemsOf(request)) {
    if (item.ok) {
      mails.push(item.value);
      continue;
    }
    if (item.scope === 'file' && request.inputs.includes(item.origin) && isMissing(item.fault)) return item;
    faults.push(item.fault);
    if (item.scope === 'skipped') skipped.push(item.origin);
    else unparsed.push(item.fault.why ? `${item.fault.what}: ${firstLine(item.fault.why)}` : item.fault.what);
  }
  const [fault] = faults;
  if (mails.length === 0) return fault ? { ok: false, fault } : fail('input/no-mail', 'the input holds no mail');

  const grouped = groupSeries(mails);
  if (!grouped.series.some((series) => series.patches.some((patch) => patch.diff !== ''))) {
    const count = mails.length === 1 ? 'the mail' : `none of the ${mails.length} mails`;
    return fail('input/no-patch', mails.length === 1 ? `${count} holds no patch` : `${count} holds a patch`);
  }
  // What was wrong with a mail and survived is told of the patches under review, by their series.
  const notes: string[] = [...(request.fetched?.notes ?? [])];
  if (skipped.length > 0) notes.push(`${skipped.length} files are no mails by their names and were left out`);
  const [unknown] = request.overrule ? unknownNames(grouped.series, request.overrule) : [];
  if (unknown !== undefined)
    return fail(
      'input/no-such-version',
      `no series of the input has the mail <${unknown}> that --link or --unlink names`,
    );
  return ok({
    lineages: linkVersions(grouped.series, request.overrule),
    answers: () => readAnswers(mails),
    unparsed,
    notes,
  });
}

function isMissing(fault: Fault): boolean {
  return fault.code === 'input/not-found' || fault.code === 'input/unreadable';
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

async function* itemsOf(request: InputRequest): AsyncGenerator<ReadItem> {
  // `readMails` only iterates over it; a Readable is what standard input happens to be.
  const stdin = (request.stdin ?? nothing()) as AsyncIterable<Uint8Array> as Readable;
  yield* readMails(request.inputs, stdin);
  yield* request.fetched?.items ?? [];
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
