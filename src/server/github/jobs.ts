import { z } from 'zod';
import { explain, type Fault, type Outcome, ok } from '../../outcome/index.ts';
import { type Conclusion, defineJob, type JobKind, type JobRun, sendJob } from '../jobs.ts';
import type { Answer } from './adapter.ts';

const place = { installation: z.number().int().positive(), repository: z.string().max(200) };

const pullData = z.strictObject({
  ...place,
  number: z.number().int().positive(),
  /** Names the wish to review again what did not change; null for everything else. */
  again: z.string().max(200).nullable(),
});
export type PullData = z.infer<typeof pullData>;

/** A pull request is to be looked at. What is to be done turns out when it is: pushes while it waits cost nothing. */
export const reviewPullRequest = defineJob<PullData>({
  name: 'review-pull-request',
  data: pullData,
  retries: 8,
  backoff: 5,
  expires: 3600,
  key: ({ repository, number, again }) => `${repository}#${number}${again === null ? '' : '!'}`,
  lane: ({ repository, number }) => `${repository}#${number}`,
});

const commandData = z.strictObject({
  ...place,
  number: z.number().int().positive(),
  comment: z.number().int().positive(),
  user: z.string().max(100),
  commands: z
    .array(
      z.strictObject({
        kind: z.enum(['rerun', 'help', 'explain', 'unignore', 'ignore', 'unknown']),
        finding: z.string().max(400).optional(),
        because: z.string().max(2100).optional(),
        said: z.string().max(200).optional(),
      }),
    )
    .max(5),
});
export type CommandData = z.infer<typeof commandData>;

/** Somebody asked abbot for something in a comment. */
export const obeyCommand = defineJob<CommandData>({
  name: 'github-command',
  data: commandData,
  retries: 6,
  backoff: 5,
  expires: 600,
  key: ({ repository, comment }) => `${repository}:${comment}`,
  lane: ({ repository, number }) => `${repository}#${number}`,
});

const pushData = z.strictObject({
  ...place,
  branch: z.string().max(1000),
  before: z.string().max(64),
  after: z.string().max(64),
});
export type PushData = z.infer<typeof pushData>;

/** A branch moved, and may be watched. */
export const reviewPush = defineJob<PushData>({
  name: 'review-push',
  data: pushData,
  retries: 6,
  backoff: 10,
  expires: 3600,
  key: ({ repository, branch, after }) => `${repository}:${branch}:${after}`,
  lane: ({ repository, branch }) => `${repository}:${branch}`,
});

/** A job that came to its end without anything to keep. */
export const NOTHING_TO_KEEP: Outcome<Conclusion> = ok(async () => {});

/**
 * How a job ends that GitHub did not let do its work: put back for later where GitHub asks for a pause, over where the
 * place is gone or closed to abbot, and tried again otherwise.
 */
export function endWithout<D extends object>(
  answer: Answer<unknown> & { readonly ok: false },
  kind: JobKind<D>,
  data: D,
  run: JobRun,
): Outcome<Conclusion> {
  const { fault, retryAfter } = answer;
  if (retryAfter !== null) {
    run.log.warn({ wait: retryAfter }, explain(fault));
    return ok(async (tx) => {
      await sendJob(run.queue, tx, kind, data, { delay: retryAfter });
    });
  }
  if (FINAL.has(fault.code)) {
    run.log.warn(explain(fault));
    return NOTHING_TO_KEEP;
  }
  return { ok: false, fault };
}

const FINAL: ReadonlySet<Fault['code']> = new Set<Fault['code']>(['github/gone', 'github/forbidden']);

/** Faults that another try may mend; all others are the answer, and are shown. */
export function isPassing({ code }: Fault): boolean {
  return PASSING.has(code);
}

const PASSING: ReadonlySet<Fault['code']> = new Set<Fault['code']>([
  'source/unreachable',
  'source/timeout',
  'source/server-error',
  'source/rate-limited',
  'cache/unwritable',
  'job/review-died',
]);
