import { parse } from 'smol-toml';
import { LineCounter, parseDocument } from 'yaml';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { ConfigValues } from './config-file.ts';
import { configSchema } from './config-schema.ts';

type Path = readonly PropertyKey[];

/** The values of a YAML configuration; what is wrong is named with its line. */
export function parseYaml(file: string, text: string): Outcome<ConfigValues> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) return fail('config/invalid', `${file} line ${lines.linePos(broken.pos[0]).line}`, broken.message);
  // The library throws on aliases that name nothing or that would blow up.
  const value = attempt(() => document.toJS({ maxAliasCount: 20 }) as unknown);
  if (!value.ok) return fail('config/invalid', file, value.fault.what);
  return check(file, value.value ?? {}, (path) => {
    const key = document.contents && 'items' in document.contents ? document.contents.items : [];
    for (const pair of key) {
      const node = 'key' in pair ? (pair.key as { value?: unknown; range?: readonly number[] } | null) : null;
      if (node?.value === path[0] && node?.range) return lines.linePos(node.range[0] ?? 0).line;
    }
    return null;
  });
}

/** The values of a TOML configuration; a line is known for errors of syntax only. */
export function parseToml(file: string, text: string): Outcome<ConfigValues> {
  const value = attempt(() => parse(text) as unknown);
  if (!value.ok) return fail('config/invalid', file, value.fault.what);
  return check(file, value.value, () => null);
}

function check(file: string, value: unknown, lineOf: (path: Path) => number | null): Outcome<ConfigValues> {
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data as ConfigValues);
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : null;
  const path = unknown === null ? (issue?.path ?? []) : [unknown];
  const line = lineOf(path);
  const why =
    unknown === null
      ? `${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${issue?.message ?? 'not valid'}`
      : `unknown key '${unknown}' (known: ${Object.keys(configSchema.shape).join(', ')})`;
  return fail('config/invalid', line === null ? file : `${file} line ${line}`, why);
}

function attempt(convert: () => unknown): Outcome<unknown> {
  try {
    return ok(convert());
  } catch (error) {
    const line = (error as { readonly line?: unknown }).line;
    const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    return fail('config/invalid', typeof line === 'number' ? `line ${line}: ${message}` : message);
  }
}
