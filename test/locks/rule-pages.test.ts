import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CycleFinding } from '../../src/locks/index.ts';
import { reviewOf } from './tree-of.ts';

const folder = new URL('../../docs/rules/', import.meta.url);
const pages = readdirSync(folder).map((file) => ({
  kind: file.replace('.md', ''),
  text: readFileSync(new URL(file, folder), 'utf8'),
}));

const KINDS: Record<CycleFinding['kind'], true> = {
  abba: true,
  'self-deadlock': true,
  'missing-unlock': true,
  'double-unlock': true,
  'unlock-not-held': true,
  'irq-inversion': true,
  'sleep-in-atomic': true,
  'wait-under-lock': true,
  'forbidden-call': true,
};

test('every kind of finding has a page', () => {
  expect(pages.map(({ kind }) => kind).sort()).toEqual(Object.keys(KINDS).sort());
});

test.each(pages)('the page of $kind has a title, an example and the commonest false alarm', ({ kind, text }) => {
  expect(text.startsWith(`# ${kind}\n`)).toBe(true);
  expect(text).toMatch(/^```(c|diff)$/m);
  expect(text).toMatch(/\*\*The commonest false alarm\*\* (is|are) /);
});

const examples = pages.flatMap(({ kind, text }) =>
  [...text.matchAll(/^```diff\n([^`]*)```\n```text\n([^`]*)```$/gm)].map(([, diff = '', says = '']) => ({
    kind,
    lines: diff.split('\n'),
    says: says.trim().split('\n'),
  })),
);

test.each(examples)('the example of $kind is judged as the page says', async ({ lines, says }) => {
  const side = (other: string): string =>
    lines
      .filter((line) => !line.startsWith(other))
      .map((line) => line.slice(1))
      .join('\n');
  expect((await reviewOf({ 'x.c': side('+') }, { 'x.c': side('-') })).verdicts).toEqual(says);
});
