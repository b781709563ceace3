import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';

const branchPattern = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\s~^:?[\\*]*\*?$/, 'a branch name, with at most one * at its end');

/** `.github/abbot.yml` of a repository: every key is optional, and none is unknown. */
export const repoConfigSchema = z.strictObject({
  blocking: z.boolean().default(false).describe('findings that a pull request introduces fail the check'),
  comment: z
    .enum(['findings', 'always', 'never'])
    .default('findings')
    .describe('when there is a comment: on findings, on every pull request, never'),
  annotations: z.boolean().default(true).describe('mark findings at their lines in the diff'),
  drafts: z.boolean().default(false).describe('review drafts too'),
  branches: z
    .array(branchPattern)
    .max(50)
    .optional()
    .describe('base branches whose pull requests are reviewed; default: all'),
  watch: z.array(branchPattern).max(50).default([]).describe('branches whose pushes are reviewed'),
});

/** What a repository wants of abbot. */
export type RepoConfig = z.infer<typeof repoConfigSchema>;

/** Where a configuration is wrong, and why: shown in the check run, while the defaults apply. */
export interface ConfigFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** What holds where a repository says nothing, or nothing that can be read. */
export const DEFAULT_CONFIG: RepoConfig = repoConfigSchema.parse({});

/** Where it is looked for, in the base branch: a pull request cannot change how it is judged. */
export const CONFIG_PATH = '.github/abbot.yml';

/** Far more than the schema has room for. */
export const MAX_CONFIG = 16_384;
const MAX_DEPTH = 16;

/**
 * Reads `.github/abbot.yml`. It is the text of strangers: its size and depth are bounded before it is parsed, and
 * aliases, with which small files become large, are refused. Null when there is no such file.
 *
 * @example
 * const { config, fault } = readRepoConfig('blocking: true\n');
 */
export function readRepoConfig(text: string | null): {
  readonly config: RepoConfig;
  readonly fault: ConfigFault | null;
} {
  if (text === null) return { config: DEFAULT_CONFIG, fault: null };
  const wrong = (line: number, column: number, reason: string) => ({
    config: DEFAULT_CONFIG,
    fault: { line, column, reason },
  });
  if (text.length > MAX_CONFIG) return wrong(1, 1, `the file is longer than ${MAX_CONFIG} characters`);
  const deep = tooDeep(text);
  if (deep !== null) return wrong(deep, 1, `more than ${MAX_DEPTH} levels`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, schema: 'core' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return [Math.max(1, line), Math.max(1, col)] as const;
  };
  const [broken] = document.errors;
  if (broken) return wrong(...at(broken.pos[0]), oneLine(broken.message));
  let alias = -1;
  visit(document, {
    Alias(_key, node) {
      alias = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  if (alias >= 0) return wrong(...at(alias), 'aliases (*name) are not read');
  const parsed = repoConfigSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (parsed.success) return { config: parsed.data, fault: null };
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const offset = unknown === undefined ? offsetOf(document, path) : offsetOfKey(document, unknown);
  const known = Object.keys(repoConfigSchema.shape).join(', ');
  const reason =
    unknown === undefined
      ? `${path.join('.') || 'the file'}: ${issue?.message}`
      : `there is no '${unknown}'; known are ${known}`;
  return wrong(...at(offset), oneLine(reason));
}

/** Whether a branch is meant by one of the patterns: a name, or the beginning of names with `*` behind. */
export function matchesBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.some((p) => (p.endsWith('*') ? branch.startsWith(p.slice(0, -1)) : branch === p));
}

/** The line of text that nests deeper than anything that can be meant, or null; looked at before the parser recurses. */
function tooDeep(text: string): number | null {
  let open = 0;
  let line = 1;
  let dashes = 0;
  for (const char of text) {
    if (char === '[' || char === '{') open++;
    else if (char === ']' || char === '}') open = Math.max(0, open - 1);
    else if (char === '\n') line++;
    if (char === '-' || char === '?' || char === ':') dashes++;
    else if (char !== ' ' && char !== '\t') dashes = 0;
    if (open > MAX_DEPTH || dashes > MAX_DEPTH) return line;
  }
  return null;
}

/** Where the node stands that a path leads to, or the nearest one above it. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    if (node?.range) return node.range[0] ?? 0;
  }
  return 0;
}

/** Where a key of the file stands. */
function offsetOfKey(document: ReturnType<typeof parseDocument>, name: string): number {
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const key = pairs.map((pair) => pair.key).find((k) => isScalar(k) && k.value === name);
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 300);
}
