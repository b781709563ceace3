import { clean } from '../report/index.ts';
import { refuse } from './deliver.ts';
import type { CommonOptions } from './options.ts';
import { resolveSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `abbot rules check`: are the built-in rules and those of the given folders valid, and how many are there? */
export async function rulesCheckCommand(
  dirs: readonly string[],
  options: CommonOptions,
  to: Surroundings,
): Promise<number> {
  const settings = await resolveSettings(dirs.length > 0 ? { ...options, rules: dirs } : options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const engine = await to.engine();
  const checked = await engine.runRulesCheck({ ruleDirs: settings.value.rules.value, today: to.today });
  if (!checked.ok) return refuse(checked.fault, to);
  if (options.quiet === true) return 0;
  for (const warning of checked.value.warnings) to.stderr.write(`abbot: ${clean(warning, 2000)}\n`);
  const rows = checked.value.entries.map((e) => `${e.kind.padEnd(18)}${String(e.count).padStart(8)}\n`);
  to.stdout.write(`${rows.join('')}rules are valid, hash ${checked.value.hash}\n`);
  return 0;
}
