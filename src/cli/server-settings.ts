import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { type ConfigFile, readConfig, type ServerValues } from './config-file.ts';
import { dataFolder } from './data-folder.ts';
import type { CommonOptions } from './options.ts';
import type { Setting } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Options of `abbot serve` and `abbot work`. */
export interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly jobs?: number;
  readonly lease?: number;
  readonly every?: number;
  readonly log?: string;
}

/** How the bot runs, and where each value comes from. */
export interface ServerSettings {
  /** Value of `DATABASE_URL`, which holds a password: never shown. */
  readonly databaseUrl: string | undefined;
  /** Folder of the database when there is no `DATABASE_URL`. */
  readonly databaseFolder: string;
  readonly host: Setting<string>;
  readonly port: Setting<number>;
  readonly jobs: Setting<number>;
  readonly lease: Setting<number>;
  readonly every: Setting<number>;
  readonly log: Setting<string>;
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'];

/** The settings of the bot in force: options, then `ABBOT_HOST` and the like, then `server` of the file, then defaults. */
export async function resolveServer(options: ServeOptions, from: Surroundings): Promise<Outcome<ServerSettings>> {
  const config = await readConfig(from);
  if (!config.ok) return config;
  const host = text('host', '127.0.0.1', options, from, config.value);
  const log = text('log', 'info', options, from, config.value);
  if (!LEVELS.includes(log.value))
    return fail('config/invalid', `${log.origin} is not a level of the log`, `it is one of ${LEVELS.join(', ')}`);
  const port = number('port', [0, 65_535, 3000], options, from, config.value);
  const jobs = number('jobs', [1, 64, 1], options, from, config.value);
  const lease = number('lease', [2, 3600, 30], options, from, config.value);
  const every = number('every', [1, 1440, 10], options, from, config.value);
  for (const one of [port, jobs, lease, every]) if (!one.ok) return one;
  const value = (one: Outcome<Setting<number>>) => (one as { value: Setting<number> }).value;
  return ok({
    databaseUrl: from.env['DATABASE_URL'] || undefined,
    databaseFolder: join(dataFolder(from), 'database'),
    host,
    log,
    port: value(port),
    jobs: value(jobs),
    lease: value(lease),
    every: value(every),
  });
}

type Name = keyof ServerValues;

function text(name: Name, usual: string, options: ServeOptions, from: Surroundings, file: ConfigFile | null) {
  const found = lookUp(name, options, from, file);
  return found === null ? { value: usual, origin: 'default' } : { ...found, value: String(found.value) };
}

function number(
  name: Name,
  [least, most, usual]: readonly [number, number, number],
  options: ServeOptions,
  from: Surroundings,
  file: ConfigFile | null,
): Outcome<Setting<number>> {
  const found = lookUp(name, options, from, file);
  if (found === null) return ok({ value: usual, origin: 'default' });
  const value = /^\d{1,6}$/.test(String(found.value)) ? Number(found.value) : -1;
  if (value >= least && value <= most) return ok({ ...found, value });
  return fail('config/invalid', `${found.origin} is '${found.value}'`, `it must be a number from ${least} to ${most}`);
}

function lookUp(
  name: Name,
  options: ServeOptions,
  { env }: Surroundings,
  file: ConfigFile | null,
): Setting<string | number> | null {
  const flag = options[name];
  if (flag !== undefined) return { value: flag, origin: `--${name}` };
  const variable = `ABBOT_${name.toUpperCase()}`;
  const set = env[variable];
  if (set) return { value: set, origin: variable };
  const written = file?.values.server?.[name];
  return file && written !== undefined ? { value: written, origin: file.file } : null;
}
