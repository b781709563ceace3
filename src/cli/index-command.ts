import { fail } from '../outcome/index.ts';
import type { IndexSummary } from '../review/index.ts';
import { refuse } from './deliver.ts';
import type { CommonOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { resolveSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface IndexOptions extends CommonOptions {
  readonly rev?: string;
}

/** `abbot index`: builds or refreshes the facts cache of a tree, and says what it holds. */
export async function indexCommand(options: IndexOptions, to: Surroundings): Promise<number> {
  const { rev, ...flags } = options;
  const settings = await resolveSettings(rev === undefined ? flags : { ...flags, base: rev }, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const { tree, base, rules, cache, cacheSize, workers } = settings.value;
  if (tree.value === null) {
    return refuse(fail('usage/argument', 'no tree is given', undefined, 'add --tree DIR').fault, to);
  }
  const progress = createProgress(to.stderr, { quiet: options.quiet === true }, () => performance.now());
  const engine = await to.engine();
  const indexed = await engine
    .runIndex({
      tree: tree.value,
      base: base.value,
      ruleDirs: rules.value,
      today: to.today,
      cacheDir: cache.value,
      cacheLimit: cacheSize.value * 2 ** 20,
      workers: workers.value,
      now: () => performance.now(),
      onProgress: progress.report,
    })
    .finally(progress.clear);
  if (!indexed.ok) return refuse(indexed.fault, to);
  if (options.quiet !== true) to.stdout.write(summaryText(indexed.value));
  return 0;
}

/** The summary as a table: counts to the right, so that they compare. */
export function summaryText(summary: IndexSummary): string {
  const rows: [string, string][] = [
    ['files', String(summary.files)],
    ['functions', String(summary.functions)],
    ['call sites', String(summary.callSites)],
    ['unresolved calls', String(summary.unresolved)],
    ['callback slots', String(summary.slots)],
    ['lock sites', String(summary.lockSites)],
    ['lock classes', String(summary.classes)],
    ['megabytes', (summary.bytes / 1e6).toFixed(1)],
    ['seconds', summary.seconds.toFixed(1)],
  ];
  const table = rows.map(([name, value]) => `${name.padEnd(18)}${value.padStart(12)}\n`).join('');
  return `${table}${leftOutText(summary.leftOut)}`;
}

/** Why something of the tree is not in the index. */
const REASONS: Readonly<Record<keyof IndexSummary['leftOut'], string>> = {
  symlinks: 'symbolic links, which are not followed',
  submodules: 'submodules',
  skipped: 'folders of tools and of build output',
  tooLarge: 'files of more than 64 MB',
  unreadable: 'files that could not be read',
};

/** One line for each reason, with the first paths. */
function leftOutText(leftOut: IndexSummary['leftOut']): string {
  return Object.entries(REASONS)
    .map(([reason, words]) => [leftOut[reason as keyof typeof leftOut], words] as const)
    .filter(([paths]) => paths.length > 0)
    .map(([paths, words]) => {
      const first = paths.slice(0, 2).map((path) => path.replace(/[^\x20-\x7e]/g, '?'));
      return `left out: ${paths.length} ${words} (${first.join(', ')}${paths.length > 2 ? ', …' : ''})\n`;
    })
    .join('');
}
