import { join, resolve } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type ConfigValues, readConfig } from './config-file.ts';
import type { Surroundings } from './surroundings.ts';

/** A value in force and where it came from: a flag, a variable, a file, or the default. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: string;
}

/** Everything that can be configured. Flags win over `ABBOT_*`, which win over the nearest file, which wins over defaults. */
export interface Settings {
  readonly tree: Setting<string | null>;
  readonly base: Setting<string | null>;
  readonly rules: Setting<readonly string[]>;
  readonly cache: Setting<string | null>;
  /** Megabytes that the cache folder may take. */
  readonly cacheSize: Setting<number>;
  readonly workers: Setting<number>;
  readonly color: Setting<'auto' | 'always' | 'never'>;
}

/** Values given on the command line; `false` for `--no-tree` and `--no-cache`. */
export interface Flags {
  readonly tree?: string | false;
  readonly base?: string;
  readonly rules?: readonly string[];
  readonly cache?: string | false;
  readonly cacheSize?: number;
  readonly workers?: number;
  readonly color?: 'auto' | 'always' | 'never';
}

/**
 * The settings in force; fails when a file or a variable holds something that cannot be meant.
 *
 * @example
 * const settings = await resolveSettings({ tree: '../linux' }, surroundings);
 */
export async function resolveSettings(flags: Flags, from: Surroundings): Promise<Outcome<Settings>> {
  const config = await readConfig(from);
  if (!config.ok) return config;
  const env = environmentValues(from);
  if (!env.ok) return env;
  const defaultCache = join(from.env['XDG_CACHE_HOME'] || join(from.home, '.cache'), 'abbot');

  // Layers from the strongest to the weakest; a layer that does not say anything is passed over.
  const pick = <T>(name: keyof Flags, fallback: T, convert: (value: never, base: string) => T): Setting<T> => {
    const flag = flags[name];
    if (flag !== undefined)
      return { value: convert(flag as never, from.cwd), origin: `--${flag === false ? 'no-' : ''}${dashed(name)}` };
    const variable = env.value[name];
    if (variable !== undefined)
      return {
        value: convert(variable as never, from.cwd),
        origin: `ABBOT_${dashed(name).replace('-', '_').toUpperCase()}`,
      };
    const written = config.value?.values[name];
    if (config.value && written !== undefined)
      return { value: convert(written as never, config.value.folder), origin: config.value.file };
    return { value: fallback, origin: 'default' };
  };
  const path = (value: string | false, base: string) => (value === false ? null : resolve(base, value));
  const same = <T>(value: T) => value;
  return ok({
    tree: pick<string | null>('tree', null, path),
    base: pick<string | null>('base', null, same),
    rules: pick<readonly string[]>('rules', [], (dirs: readonly string[], base: string) =>
      dirs.map((d) => resolve(base, d)),
    ),
    cache: pick<string | null>('cache', defaultCache, path),
    cacheSize: pick<number>('cacheSize', 4096, same),
    workers: pick<number>('workers', Math.max(1, Math.min(from.cores, 8)), same),
    color: pick<'auto' | 'always' | 'never'>('color', 'auto', same),
  });
}

function environmentValues(from: Surroundings): Outcome<ConfigValues> {
  const { env } = from;
  const text = (name: string) => (env[name] === undefined || env[name] === '' ? undefined : env[name]);
  const values: ConfigValues = {};
  const [tree, base, rules, cache] = [text('ABBOT_TREE'), text('ABBOT_BASE'), text('ABBOT_RULES'), text('ABBOT_CACHE')];
  if (tree !== undefined) values.tree = tree;
  if (base !== undefined) values.base = base;
  if (rules !== undefined) values.rules = rules.split(':').filter((dir) => dir !== '');
  if (cache !== undefined) values.cache = cache;
  const workers = text('ABBOT_WORKERS');
  if (workers !== undefined) {
    const count = workerCount(workers);
    if (count === null)
      return fail('config/invalid', `ABBOT_WORKERS is '${workers}'`, 'it must be a number from 1 to 64');
    values.workers = count;
  }
  const cacheSize = text('ABBOT_CACHE_SIZE');
  if (cacheSize !== undefined) {
    if (!/^[1-9]\d{0,8}$/.test(cacheSize))
      return fail('config/invalid', `ABBOT_CACHE_SIZE is '${cacheSize}'`, 'it must be a number of megabytes');
    values.cacheSize = Number(cacheSize);
  }
  const color = text('ABBOT_COLOR');
  if (color !== undefined) {
    if (color !== 'auto' && color !== 'always' && color !== 'never') {
      return fail('config/invalid', `ABBOT_COLOR is '${color}'`, 'it must be auto, always or never');
    }
    values.color = color;
  }
  return ok(values);
}

/** `cacheSize` as a flag is written: `cache-size`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A number of workers as text, or null when it is none. */
export function workerCount(text: string): number | null {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 64 ? count : null;
}
