import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Surroundings } from './surroundings.ts';

/** Where series are fetched from, as a configuration file says it. */
export interface SourceValues {
  hosts?: string[];
  inbox?: string;
  mirrors?: Record<string, string[]>;
  contact?: string;
  requests?: number;
}

/** How the bot runs, as a configuration file says it. */
export interface ServerValues {
  host?: string;
  port?: number;
  jobs?: number;
  lease?: number;
  every?: number;
  log?: string;
}

/** What a configuration file may say; paths are relative to the file. */
export interface ConfigValues {
  tree?: string;
  base?: string;
  rules?: string[];
  cache?: string;
  cacheSize?: number;
  workers?: number;
  color?: 'auto' | 'always' | 'never';
  sources?: SourceValues;
  server?: ServerValues;
}

/** The file in force. */
export interface ConfigFile {
  readonly file: string;
  readonly folder: string;
  readonly values: ConfigValues;
}

const NAMES = ['abbot.yaml', 'abbot.yml', 'abbot.toml'];
const MAX_BYTES = 1 << 20;

/** The nearest `abbot.yaml` or `abbot.toml` upward from the working directory, else the one in the XDG configuration folder, else null. */
export async function readConfig(from: Surroundings): Promise<Outcome<ConfigFile | null>> {
  const folders: string[] = [];
  for (let folder = from.cwd; ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) break;
  }
  folders.push(join(from.env['XDG_CONFIG_HOME'] || join(from.home, '.config'), 'abbot'));
  for (const folder of folders) {
    for (const name of NAMES) {
      const file = join(folder, name);
      const bytes = await readIfThere(file);
      if (!bytes.ok) return bytes;
      if (bytes.value !== null) return parseConfig(file, folder, bytes.value);
    }
  }
  return ok(null);
}

async function readIfThere(file: string): Promise<Outcome<Buffer | null>> {
  try {
    return ok(await readFile(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR'].includes(code)) return ok(null);
    return fail('config/invalid', `${file} cannot be read`, code);
  }
}

async function parseConfig(file: string, folder: string, bytes: Buffer): Promise<Outcome<ConfigFile | null>> {
  if (bytes.length > MAX_BYTES) return fail('config/invalid', `${file} is larger than a megabyte`);
  // The parsers are large to load and most runs have no file.
  const { parseToml, parseYaml } = await import('./config-parse.ts');
  const values = (file.endsWith('.toml') ? parseToml : parseYaml)(file, bytes.toString('utf8'));
  return values.ok ? ok({ file, folder, values: values.value }) : values;
}
