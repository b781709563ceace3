import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { complaints } from './complaint.ts';
import type { RuleProblem } from './rule.ts';
import { type RulesFile, rulesFile } from './schema.ts';
import { checkKeys, MAX_DEPTH, tooDeep } from './yaml-limits.ts';

/** A YAML path: keys and indexes from the root. */
export type RulePath = readonly PropertyKey[];

/** What one file said. `at` finds the line and column of an entry, for problems found later. */
export interface ReadRules {
  /** Null when the file as a whole cannot be used. */
  readonly content: RulesFile | null;
  readonly problems: readonly RuleProblem[];
  readonly at: (path: RulePath) => { readonly line: number; readonly column: number };
}

/** More than anybody reads at once. */
const MAX_PROBLEMS = 50;

/**
 * Reads one rule file: YAML 1.2 without anchors, aliases, tags or merge keys, checked against the schema.
 * Never throws; every problem says where and what to write instead.
 *
 * @example
 * readRules('mine.yaml', 'schema: abbot.rules/1\nno-return: [my_panic]\n').content?.['no-return']; // ['my_panic']
 */
export function readRules(file: string, text: string): ReadRules {
  const lines = new LineCounter();
  const problems: RuleProblem[] = [];
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (offset: number, what: string, instead: string) =>
    problems.length < MAX_PROBLEMS && problems.push({ file, ...place(offset), severity: 'error', what, instead });
  const unusable = () => ({ content: null, problems, at: () => ({ line: 1, column: 1 }) });

  const deep = tooDeep(text);
  if (deep !== null) {
    problems.push({
      file,
      line: deep,
      column: 1,
      severity: 'error',
      what: 'nested too deeply',
      instead: `nest at most ${MAX_DEPTH} levels`,
    });
    return unusable();
  }
  let doc: Document.Parsed;
  try {
    doc = parseDocument(text, {
      lineCounter: lines,
      schema: 'core',
      strict: true,
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (error) {
    // The YAML parser recurses; what slips past the check above ends in a full stack, and in nothing else.
    if (!(error instanceof RangeError)) throw error;
    problems.push({
      file,
      line: 1,
      column: 1,
      severity: 'error',
      what: 'nested too deeply',
      instead: `nest at most ${MAX_DEPTH} levels`,
    });
    return unusable();
  }
  for (const error of [...doc.errors, ...doc.warnings])
    report(error.pos[0], yamlWhat(error.code, error.message), yamlInstead(error.code));
  visit(doc, {
    Alias(_, node) {
      report(node.range?.[0] ?? 0, 'aliases are not read', 'repeat the value, or list several names in one entry');
    },
    Node(_, node) {
      if (!isAlias(node) && 'anchor' in node && node.anchor)
        report(node.range?.[0] ?? 0, 'anchors are not read', `remove &${node.anchor}`);
      if (isMap(node)) checkKeys(node, report);
      if (node.tag && !doc.errors.length && !node.tag.startsWith('tag:yaml.org'))
        report(node.range?.[0] ?? 0, 'tags are not read', `remove ${node.tag}`);
    },
  });
  if (problems.length) return unusable();
  if (doc.contents === null) {
    report(0, 'the file is empty', 'write at least: schema: abbot.rules/1');
    return unusable();
  }
  const at = (path: RulePath) => place(offsetOf(doc.contents, path));
  const parsed = rulesFile.safeParse(doc.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return { content: parsed.data, problems, at };
  for (const { path, key, what, instead } of parsed.error.issues.flatMap(complaints)) {
    report(offsetOf(doc.contents, key === null ? path : [...path, key], key !== null), what, instead);
  }
  return { content: null, problems, at };
}

/** The offset of the value at a path (or of its key), or of the nearest thing around it. */
function offsetOf(root: unknown, path: RulePath, ofKey = false): number {
  let node: unknown = root;
  let offset = isNode(root) ? (root.range?.[0] ?? 0) : 0;
  for (const [depth, step] of path.entries()) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step);
      if (!pair) break;
      const key = pair.key as Node;
      offset = key.range?.[0] ?? offset;
      if (ofKey && depth === path.length - 1) break;
      node = pair.value;
    } else node = node.items[Number(step)];
    if (isNode(node)) offset = node.range?.[0] ?? offset;
  }
  return offset;
}

function yamlWhat(code: string, message: string): string {
  return (message.split('\n')[0] ?? code).slice(0, 200);
}

function yamlInstead(code: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'indent with spaces';
    case 'MULTIPLE_DOCS':
      return 'keep one document a file';
    case 'TAG_RESOLVE_FAILED':
      return 'remove the tag';
    default:
      return 'write plain YAML: key: value, lists in [ ] or with -';
  }
}
