import { fail } from '../outcome/index.ts';
import { clean } from '../report/index.ts';
import { refuse } from './deliver.ts';
import type { CommonOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { resolveSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * `abbot rules check`: are the built-in rules and those of the given folders valid, and how many are there? With `--tree`
 * also: which of them match nothing there?
 */
export async function rulesCheckCommand(
  dirs: readonly string[],
  options: CommonOptions,
  to: Surroundings,
): Promise<number> {
  const settings = await resolveSettings(dirs.length > 0 ? { ...options, rules: dirs } : options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const { tree, base, rules, cache, workers } = settings.value;
  const progress = createProgress(to.stderr, { quiet: options.quiet === true }, () => performance.now());
  // a tree that is only configured is not read: most checks are made while writing a rule
  const where = typeof options.tree === 'string' ? tree.value : null;
  const against =
    where === null
      ? {}
      : {
          against: {
            tree: where,
            base: base.value,
            cacheDir: cache.value,
            workers: workers.value,
            onProgress: progress.report,
          },
        };
  const engine = await to.engine();
  const checked = await engine
    .runRulesCheck({ ruleDirs: rules.value, today: to.today, ...against })
    .finally(progress.clear);
  if (!checked.ok) return refuse(checked.fault, to);
  const { errors, warnings, entries, hash, unmatched } = checked.value;
  for (const line of [...errors, ...warnings]) to.stderr.write(`abbot: ${clean(line, 2000)}\n`);
  if (errors.length > 0) {
    const { fault } = fail(
      'rules/invalid',
      `${errors.length === 1 ? 'one error' : `${errors.length} errors`} in the rules`,
      undefined,
      'correct what stands above',
    );
    return refuse(fault, to);
  }
  if (options.quiet === true) return 0;
  const rows = entries.map((e) => `${e.kind.padEnd(18)}${String(e.count).padStart(8)}\n`);
  to.stdout.write(`${rows.join('')}rules are valid, hash ${hash}\n`);
  for (const { kind, names } of unmatched ?? [])
    to.stdout.write(`${kind}: not in the tree: ${clean(names.join(', '), 4000)}\n`);
  if (unmatched?.length === 0) to.stdout.write('every entry of your own matches something in the tree\n');
  return 0;
}
