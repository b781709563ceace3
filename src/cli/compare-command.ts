import { clean, renderComparison } from '../report/index.ts';
import { deliver, lookOf, refuse } from './deliver.ts';
import { type CommonOptions, type OutputOptions, overruleOf, type VersionOptions } from './options.ts';
import { resolveSettings } from './settings.ts';
import { fetchInputs } from './source-settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface CompareOptions extends CommonOptions, OutputOptions, VersionOptions {
  readonly from?: number;
  readonly to?: number;
}

/** `abbot compare`: what changed between two versions, with the changelog's claims checked. */
export async function compareCommand(
  inputs: readonly string[],
  options: CompareOptions,
  to: Surroundings,
): Promise<number> {
  const settings = await resolveSettings(options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const given = await fetchInputs(inputs, settings.value, to);
  if (!given.ok) return refuse(given.fault, to);
  // A comparison has no coverage to say it in.
  if (options.quiet !== true)
    for (const note of given.value.fetched?.notes ?? []) to.stderr.write(`abbot: ${clean(note, 2000)}\n`);
  const engine = await to.engine();
  const compared = await engine.runCompare({
    ...given.value,
    ...overruleOf(options, given.value.link),
    ...(inputs.includes('-') ? { stdin: to.stdin } : {}),
    from: options.from ?? null,
    to: options.to ?? null,
    ruleDirs: settings.value.rules.value,
    today: to.today,
    cacheDir: settings.value.cache.value,
  });
  if (!compared.ok) return refuse(compared.fault, to);
  const look = lookOf(options.output, settings.value.color, to);
  const text =
    options.format === 'json'
      ? (await import('./render-json.ts')).renderJson(compared.value)
      : renderComparison(compared.value, { ...look, all: true });
  return deliver(text, options.output, 0, to);
}
