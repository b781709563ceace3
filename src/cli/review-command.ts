import { join } from 'node:path';
import { clean, renderB4, renderMarkdown, renderText } from '../report/index.ts';
import type { Engine, Review, ReviewRequest } from '../review/index.ts';
import { answerFile } from '../store/index.ts';
import type { B4Input } from './b4-review.ts';
import { dataFolder } from './data-folder.ts';
import { deliver, type Look, lookOf, refuse } from './deliver.ts';
import { type CommonOptions, type OutputOptions, overruleOf, type VersionOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { resolveSettings } from './settings.ts';
import { fetchInputs } from './source-settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface ReviewOptions extends CommonOptions, OutputOptions, VersionOptions {
  readonly all?: true;
  readonly remember?: false;
  readonly pick?: number;
}

/** `abbot review`: exit code 0 when there is nothing to report, 1 when the series makes something worse. */
export async function reviewCommand(
  inputs: readonly string[],
  options: ReviewOptions,
  to: Surroundings,
): Promise<number> {
  const settings = await resolveSettings(options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const { tree, base, rules, cache, cacheSize, workers, color } = settings.value;
  const given = await fetchInputs(inputs, settings.value, to);
  if (!given.ok) return refuse(given.fault, to);
  const progress = createProgress(to.stderr, { quiet: options.quiet === true }, () => performance.now());
  const engine = await to.engine();
  const request: ReviewRequest = {
    ...given.value,
    ...overruleOf(options, given.value.link),
    ...(inputs.includes('-') ? { stdin: to.stdin } : {}),
    tree: tree.value,
    base: base.value,
    pick: options.pick ?? null,
    ruleDirs: rules.value,
    today: to.today,
    all: options.all === true,
    cacheDir: cache.value,
    cacheLimit: cacheSize.value * 2 ** 20,
    workers: workers.value,
    onProgress: progress.report,
    version: to.version,
    ...(options.remember === false ? {} : { answers: answerFile(join(dataFolder(to), 'answers.jsonl')) }),
  };
  if (options.format === 'b4' && inputs.length === 1 && inputs[0] === '-') {
    const run = (input: B4Input) =>
      engine.runReview({ ...request, stdin: input.stdin, pick: request.pick ?? input.pick }).finally(progress.clear);
    const { b4Review } = await import('./b4-review.ts');
    return b4Review(run, options.output, to);
  }
  if (options.format === 'mail') return mailReview(engine, request, options, to).finally(progress.clear);
  const review = await engine.runReview(request).finally(progress.clear);
  if (!review.ok) return refuse(review.fault, to);
  const look = lookOf(options.output, color, to);
  return deliver(await render(review.value, options, look), options.output, verdictCode(review.value), to);
}

/** A draft for the list, or nothing and the reason on standard error: most series get no mail. */
async function mailReview(
  engine: Engine,
  request: ReviewRequest,
  options: ReviewOptions,
  to: Surroundings,
): Promise<number> {
  const { draft, readForDraft } = await import('./mail-draft.ts');
  const read = await readForDraft(request);
  if (!read.ok) return refuse(read.fault, to);
  const review = await engine.runReview(read.value.request);
  if (!review.ok) return refuse(review.fault, to);
  const reply = draft(review.value, read.value.items, options.all === true);
  const code = verdictCode(review.value);
  if ('text' in reply) return deliver(reply.text, options.output, code, to);
  to.stderr.write(`abbot: no mail: ${clean(reply.why, 500)}\n`);
  return code;
}

async function render(review: Review, options: ReviewOptions, look: Look): Promise<string> {
  if (options.format === 'json') return (await import('./render-json.ts')).renderJson(review);
  if (options.format === 'b4') return renderB4(review, null);
  if (options.format === 'sarif') return (await import('./render-surfaces.ts')).renderSarif(review);
  if (options.format === 'checks') return (await import('./render-surfaces.ts')).renderChecks(review);
  if (options.format === 'markdown') return renderMarkdown(review);
  return renderText(review, { ...look, all: options.all === true });
}

function verdictCode(review: Review): 0 | 1 {
  const worse = review.findings.some((f) => f.reported && (f.verdict === 'introduced' || f.verdict === 'new-path'));
  return worse ? 1 : 0;
}
