import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Analysed, reviewOf, treeOf } from './tree-of.ts';

const here = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = here('../../docs/locks.md');
const examples = [...page.matchAll(/^```(c|diff)\n([^`]*)```\n```text\n([^`]*)```$/gm)].map(
  ([, language = '', code = '', says = '']) => ({
    title: `the ${language} of ${/\b(\w+)\(/.exec(code)?.[1]}()`,
    language,
    code,
    says: says.trim().split('\n'),
  }),
);

/** What the examples of the page use and do not show. */
const GIVEN = 'struct foo { struct mutex lock; int state; };\nDEFINE_MUTEX(topology);\n';

/** One line of an example's text, as the analysis has it. */
function saysOf(tree: Analysed, line: string): string {
  const [, fn = '', verb = ''] = /^(\w+)\(\) (\w+)/.exec(line) ?? [];
  const effects = tree.effects(fn);
  if (verb === 'orders') return `${fn}() orders ${tree.orders(fn).join(', ')}`;
  if (verb === 'does')
    return `${fn}() ${effects.length === 0 ? "does nothing to its caller's locks" : effects.join(', ')}`;
  if (line.endsWith('re-entrantly'))
    return `${fn}() takes it ${tree.summary(fn).effects.every((effect) => effect.reentrant) ? '' : 'not '}re-entrantly`;
  if (effects.length > 0) return `${fn}() ${effects.join(', ')}`;
  return `${fn}() takes ${tree.takes(fn).join(', ')}`;
}

/** The two sides of an example's diff. */
function sides(diff: string): { before: string; after: string } {
  const lines = diff.split('\n');
  const side = (other: string): string =>
    lines
      .filter((line) => !line.startsWith(other))
      .map((line) => line.slice(1))
      .join('\n');
  return { before: side('+'), after: side('-') };
}

test('the page has its examples', () => {
  expect(examples.length).toBeGreaterThan(7);
});

test.each(examples.filter(({ language }) => language === 'c'))(
  '$title does what the page says',
  async ({ code, says }) => {
    const tree = await treeOf({ 'x.c': GIVEN + code });
    expect(says.map((line) => saysOf(tree, line))).toEqual(says);
  },
);

test.each(examples.filter(({ language }) => language === 'diff'))(
  '$title is judged as the page says',
  async ({ code, says }) => {
    const { before, after } = sides(code);
    expect((await reviewOf({ 'x.c': before }, { 'x.c': after })).verdicts).toEqual(says);
  },
);

test('the bounds are those of the source', () => {
  const rows = [...page.matchAll(/`([A-Z_]+)` = (\d+) \| `([\w-]+\.ts)`/g)];
  expect(rows.length).toBeGreaterThan(12);
  for (const [, name, value, file] of rows)
    expect(`${file} ${name} ${new RegExp(`const ${name} = (\\d+)`).exec(here(`../../src/locks/${file}`))?.[1]}`).toBe(
      `${file} ${name} ${value}`,
    );
});

test('the bounds of the walks and the confidence are those of the source', () => {
  const search = here('../../src/locks/order-search.ts');
  expect(search).toMatch(/UPWARD: SearchBounds = \{ cost: 15\.5, nodes: 15_000 \}/);
  expect(search).toMatch(/DOWNWARD: SearchBounds = \{ cost: 12, nodes: 6_000 \}/);
  const confidence = here('../../src/locks/confidence.ts');
  for (const figure of [/THRESHOLD = 0\.5;/, /confidence = 0\.97/, /0\.026 \*/, /0\.03 \+/, /0\.04/, /0\.3;/])
    expect(confidence).toMatch(figure);
});

test('every file that the page names is there', () => {
  for (const [, file] of page.matchAll(/`((?:[a-z]+-)*[a-z]+\.ts)`/g))
    expect(
      () => here(file === 'tree-of.ts' || file?.includes('.test.') ? `./${file}` : `../../src/locks/${file}`),
      file,
    ).not.toThrow();
});
