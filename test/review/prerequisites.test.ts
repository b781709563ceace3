import { expect, test } from 'vitest';
import { type Review, runReview } from '../../src/review/index.ts';
import { folderWith, hunk, idOf, mails, request } from './request.ts';

const HEAD = ['#include <linux/mutex.h>', 'static DEFINE_MUTEX(one);', 'static DEFINE_MUTEX(two);'];
const TREE = { 'x.c': `${HEAD.join('\n')}\nint a;\n` };
const taking = (name: string, first: string, second: string): string[] =>
  `+void ${name}(void)|+{|+\tmutex_lock(&${first});|+\tmutex_lock(&${second});|+\tmutex_unlock(&${second});|+\tmutex_unlock(&${first});|+}`.split(
    '|',
  );
const FIRST = hunk('x.c', [...HEAD.map((line) => ` ${line}`), ' int a;', ...taking('forth', 'one', 'two')]);
const text = taking('forth', 'one', 'two').map((line) => ` ${line.slice(1)}`);
const second = (added: string[]) => hunk('x.c', [...HEAD.map((line) => ` ${line}`), ' int a;', ...text, ...added]);
const needed = { tag: 'PATCH', title: 'x: take both', body: `---\n${FIRST}`, minute: 1 };
const later = (word: string, added: string[]) => ({
  tag: 'PATCH',
  title: 'x: take them back',
  body: `---\n${word}\n${second(added)}`,
  minute: 9,
});
type Mailed = ReturnType<typeof later>;
async function reviewed(...parts: readonly Mailed[]): Promise<Review> {
  const folder = folderWith({ 'all.mbox': mails(...parts) });
  const review = await runReview(request({ inputs: [`${folder}/all.mbox`], tree: folderWith(TREE) }));
  if (!review.ok) throw new Error(`${review.fault.what}: ${review.fault.why}`);
  return review.value;
}
const depends = `Depends-on: <${idOf(needed.tag, needed.title)}>`;

test('what a series depends on is applied first, and said', async () => {
  const review = await reviewed(needed, later(depends, taking('back', 'two', 'one')));
  expect(review.series.title).toBe('x: take them back');
  expect(review.base.applied.map((hunk) => hunk.outcome)).toEqual(['exact']);
  expect(review.findings.map((finding) => [finding.verdict, finding.introducedBy])).toEqual([['introduced', 1]]);
  expect(review.coverage.notes).toContain(
    `applied before it, as it says (depends-on: <${idOf(needed.tag, needed.title)}>): 1 patch of 'x: take both' v1`,
  );
});

test('what the prerequisite does is not laid at the door of the series', async () => {
  const both = hunk('x.c', [
    ...HEAD.map((line) => ` ${line}`),
    ' int a;',
    ...taking('forth', 'one', 'two'),
    ...taking('back', 'two', 'one'),
  ]);
  const under = { ...needed, body: `---\n${both}` };
  const over = hunk('x.c', [
    ' #include <linux/mutex.h>',
    ' static DEFINE_MUTEX(one);',
    '+int extra;',
    ' static DEFINE_MUTEX(two);',
  ]);
  const review = await reviewed(under, { ...later('', []), body: `---\n${depends}\n${over}` });
  expect(review.findings).toEqual([]);
});

test('the run is another one than without the prerequisite', async () => {
  const added = ['+int b;'];
  const one = await reviewed(needed, later(depends, added));
  const other = await reviewed({ ...needed, body: needed.body.replaceAll('forth', 'there') }, later(depends, added));
  expect(one.run).not.toBe(other.run);
});

test('a prerequisite that is not in the input is told', async () => {
  const review = await reviewed({ ...needed, body: `---\nDepends-on: <gone@example.org>\n${FIRST}` });
  expect(review.coverage.notes).toContain(
    'it needs depends-on: <gone@example.org>, which is not in the input; what that changes is missing from the tree',
  );
});

test('a prerequisite that the tree has already is left out whole', async () => {
  const folder = folderWith({ 'all.mbox': mails(needed, later(depends, ['+int b;'])) });
  const has = `${TREE['x.c']}${text.map((line) => `${line.slice(1)}\n`).join('')}`.replace('int a;', 'int a0;');
  const review = await runReview(request({ inputs: [`${folder}/all.mbox`], tree: folderWith({ 'x.c': has }) }));
  const notes = review.ok ? review.value.coverage.notes.join('\n') : '';
  expect(notes).toContain('patch 1 of it was left out: in the tree already, or for another one');
});
