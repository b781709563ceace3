import { fail } from '../outcome/index.ts';
import { renderExplain, renderJson } from '../report/index.ts';
import { deliver, lookOf, refuse } from './deliver.ts';
import type { CommonOptions, OutputOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { resolveSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface ExplainOptions extends CommonOptions, OutputOptions {}

/** `abbot explain A B`: all paths for a pair of lock classes, in both directions. */
export async function explainCommand(
  locks: [string, string],
  options: ExplainOptions,
  to: Surroundings,
): Promise<number> {
  const settings = await resolveSettings(options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const { tree, base, rules, cache, cacheSize, workers, color } = settings.value;
  if (tree.value === null) {
    return refuse(
      fail('usage/argument', 'no tree is given', 'explain follows calls through one', 'add --tree DIR').fault,
      to,
    );
  }
  const progress = createProgress(to.stderr, { quiet: options.quiet === true }, () => performance.now());
  const engine = await to.engine();
  const explained = await engine
    .runExplain({
      locks,
      tree: tree.value,
      base: base.value,
      ruleDirs: rules.value,
      today: to.today,
      cacheDir: cache.value,
      cacheLimit: cacheSize.value * 2 ** 20,
      workers: workers.value,
      onProgress: progress.report,
    })
    .finally(progress.clear);
  if (!explained.ok) return refuse(explained.fault, to);
  const look = lookOf(options.output, color, to);
  const text = options.format === 'json' ? renderJson(explained.value) : renderExplain(explained.value, look);
  return deliver(text, options.output, 0, to);
}
