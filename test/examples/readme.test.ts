import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderText } from '../../src/report/index.ts';
import { runReview } from '../../src/review/index.ts';

test('the review in the README is what the program prints for the example', async () => {
  const review = await runReview({
    inputs: ['examples/series'],
    tree: 'examples/tree',
    base: null,
    pick: null,
    ruleDirs: [],
    all: false,
    cacheDir: null,
    workers: 1,
    onProgress: () => {},
    version: '0.0.0',
    today: '2026-01-01',
  });
  if (!review.ok) throw new Error(review.fault.what);
  const printed = renderText(review.value, { width: 80, color: false, all: false }).trimEnd();
  const readme = readFileSync('README.md', 'utf8');
  const block = readme.slice(readme.indexOf('<!-- review:begin -->\n') + 22, readme.indexOf('<!-- review:end -->'));
  expect(block.replace(/^ {4}/gm, '').trimEnd()).toBe(printed);
});
