import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Surroundings } from './surroundings.ts';

/** What a configuration file may say; paths are relative to the file. */
export interface ConfigValues {
  tree?: string;
  base?: string;
  rules?: string[];
  cache?: string;
  workers?: number;
  color?: 'auto' | 'always' | 'never';
}

/** The file in force. */
export interface ConfigFile {
  readonly file: string;
  readonly folder: string;
  readonly values: ConfigValues;
}

const NAMES = ['abbot.yaml', 'abbot.yml'];
const MAX_BYTES = 1 << 20;

/** The nearest `abbot.yaml` upward from the working directory, else the one in the XDG configuration folder, else null. */
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
  // Both are large to load and most runs have no file.
  const { LineCounter, parseDocument } = await import('yaml');
  const { configSchema } = await import('./config-schema.ts');
  const lines = new LineCounter();
  const document = parseDocument(bytes.toString('utf8'), { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) return fail('config/invalid', `${file} line ${lines.linePos(broken.pos[0]).line}`, broken.message);
  const value = plainValue(() => document.toJS({ maxAliasCount: 20 }) as unknown);
  if (!value.ok) return fail('config/invalid', file, value.fault.what);
  const parsed = configSchema.safeParse(value.value ?? {});
  if (parsed.success) return ok({ file, folder, values: parsed.data as ConfigValues });
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : null;
  const path = [...(issue?.path ?? []), ...(unknown === null ? [] : [unknown])];
  const node = document.getIn(path, true) as { readonly range?: readonly number[] } | undefined;
  const at = node?.range?.[0];
  const line = at === undefined ? '' : ` line ${lines.linePos(at).line}`;
  const why =
    unknown === null
      ? `${path.join('.')}: ${issue?.message ?? 'not valid'}`
      : `unknown key '${unknown}' (known: ${Object.keys(configSchema.shape).join(', ')})`;
  return fail('config/invalid', `${file}${line}`, why);
}

/** The YAML library throws on aliases that name nothing or that would blow up. */
function plainValue(convert: () => unknown): Outcome<unknown> {
  try {
    return ok(convert());
  } catch (error) {
    return fail('config/invalid', error instanceof Error ? error.message : String(error));
  }
}
