import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../../src/locks/rules/compile.ts';
import { readRuleFiles } from '../../../src/locks/rules/files.ts';
import { builtinRulesDir, showProblem } from '../../../src/locks/rules/index.ts';

const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match, i) => ({
  title: `example ${i + 1} of docs/rules.md`,
  text: match[1] ?? '',
}));

describe('every example loads beside the built-in rules', () => {
  const builtin = readRuleFiles([builtinRulesDir()]).texts;
  test('all of them together, without a problem', () => {
    const mine = blocks.map(({ title, text }) => ({ file: title, source: 1, text }));
    expect(mine.length).toBeGreaterThan(7);
    expect(compileRules([...builtin, ...mine]).problems.map(showProblem)).toEqual([]);
  });
});

test('the page names every key that a rule file may have', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../schema/rules.schema.json', import.meta.url), 'utf8'));
  const keys = new Set<string>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties } = node as { properties?: Record<string, unknown> };
    if (properties && typeof properties === 'object') for (const key of Object.keys(properties)) keys.add(key);
    for (const value of Object.values(node)) collect(value);
  };
  collect(schema);
  const missing = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(page));
  expect(missing).toEqual([]);
});
