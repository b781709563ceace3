import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ComparablePatch } from '../../src/diff/index.ts';
import { rangeDiff, rangeDiffText } from '../../src/diff/index.ts';
import { type Repository, repository } from './git-repository.ts';

let repo: Repository;
const BASE = Array.from({ length: 12 }, (_, k) =>
  [
    `static int f${k}(struct a *a)`,
    '{',
    '\tint rc;',
    '',
    '\tlock(a);',
    `\trc = step${k}(a);`,
    '\tif (rc)',
    '\t\tgoto out;',
    `\tuse${k}(a);`,
    'out:',
    '\tunlock(a);',
    '\treturn rc;',
    '}',
    '',
  ].join('\n'),
).join('\n');

beforeAll(() => {
  repo = repository();
  repo.write('drivers/x.c', BASE);
  repo.write('drivers/y.c', BASE.replaceAll('step', 'go'));
  repo.commit('base');
  repo.git('tag', 'base');
});
afterAll(() => repo.remove());

type Step = { message: string; change: (read: (path: string) => string) => Record<string, string> };

function build(steps: Step[], from = 'base'): { tip: string; patches: ComparablePatch[]; ids: Map<string, string> } {
  repo.git('checkout', '-q', '--detach', from);
  const patches: ComparablePatch[] = [];
  const ids = new Map<string, string>();
  let tip = from;
  for (const [i, step] of steps.entries()) {
    const files = step.change((path) => repo.git('show', `HEAD:${path}`));
    for (const [path, content] of Object.entries(files)) repo.write(path, content);
    tip = repo.commit(step.message);
    const [title = '', ...rest] = repo.git('show', '-s', '--format=%B', tip).trim().split('\n');
    patches.push({
      index: i + 1,
      title,
      author: { name: 'A U Thor', email: 'author@example.org' },
      message: rest.join('\n').trim(),
      trailers: [],
      diff: repo.git('show', '--format=', tip),
    });
    ids.set(`${i}`, tip);
  }
  return { tip, patches, ids };
}

/** Both texts with the ids taken out: git's are commit ids, ours are patch ids. */
function both(a: Step[], b: Step[], newBase = 'base'): { git: string; own: string; statuses: string[] } {
  const left = build(a);
  const right = build(b, newBase);
  const hide = (text: string) => text.replace(/^( *(?:\d+|-): {2})\S{7,}( [=!<>] +(?:\d+|-): {2})\S{7,}/gm, '$1X$2X');
  const diff = rangeDiff(left.patches, right.patches);
  return {
    git: hide(repo.git('range-diff', '--no-color', `base..${left.tip}`, `${newBase}..${right.tip}`)),
    own: hide(rangeDiffText(diff)),
    statuses: diff.pairs.map((pair) => pair.status),
  };
}

const edit = (message: string, path: string, ...pairs: [string, string][]): Step => ({
  message,
  change: (read) => ({ [path]: pairs.reduce((text, [x, y]) => text.replace(x, y), read(path)) }),
});
const one = edit(
  'x: use step one\n\nBecause it is better.',
  'drivers/x.c',
  ['step1(a)', 'first(a)'],
  ['step2(a)', 'second(a)'],
);
const two = edit('y: wait\n\nLong story\nshort.\n\nSigned-off-by: A U Thor <author@example.org>', 'drivers/y.c', [
  '\tuse3(a);',
  '\twait(a);\n\tuse3(a);',
]);
const three: Step = { message: 'z: new file', change: () => ({ 'drivers/z.c': 'int z;\nint y;\nint x;\n' }) };

test('equal versions are equal', () => {
  const { git, own, statuses } = both([one, two], [one, two]);
  expect(own).toBe(git);
  expect(statuses).toEqual(['unchanged', 'unchanged']);
});

test('a changed line is shown as git shows it', () => {
  const changed = edit(
    'x: use step one\n\nBecause it is better.',
    'drivers/x.c',
    ['step1(a)', 'first(a, 1)'],
    ['step2(a)', 'second(a)'],
  );
  const { git, own, statuses } = both([one, two], [changed, two]);
  expect(own).toBe(git);
  expect(statuses).toEqual(['changed', 'unchanged']);
});

test('a changed message and a new trailer are shown, and the patch is unchanged', () => {
  const said = { ...two, message: `${two.message}\nReviewed-by: R E Viewer <r@example.org>` };
  const { git, own, statuses } = both([one, two], [one, said]);
  expect(own).toBe(git);
  expect(statuses).toEqual(['unchanged', 'unchanged']);
});

test('tabs in a message are blanks, as git log shows them', () => {
  const said = { ...two, message: `${two.message}\n\n\tfirst\tcolumn\n\tabcdefgh\tcolumn` };
  const { git, own } = both([one, two], [one, said]);
  expect(own).toBe(git);
});

test('new, dropped and moved patches stand where git puts them', () => {
  const { git, own, statuses } = both([one, three], [three, two]);
  expect(own).toBe(git);
  expect([...statuses].sort()).toEqual(['dropped', 'new', 'unchanged']);
});

test('a patch on another base is rebased', () => {
  const base = build([
    edit('base moves', 'drivers/x.c', ['\tlock(a);\n\trc = step1', '\tlock_it(a);\n\trc = step1']),
  ]).tip;
  const { git, own, statuses } = both([one], [one], base);
  expect(own).toBe(git);
  expect(statuses).toEqual(['rebased']);
});

test('a patch that is split pairs with its larger half', () => {
  const half = edit(
    'x: second half',
    'drivers/x.c',
    ['step2(a)', 'second(a)'],
    ['use2(a)', 'used(a)'],
    ['use3(a)', 'used3(a)'],
    ['use4(a)', 'used4(a)'],
  );
  const whole = edit(
    'x: all',
    'drivers/x.c',
    ['step1(a)', 'first(a)'],
    ['step2(a)', 'second(a)'],
    ['use2(a)', 'used(a)'],
    ['use3(a)', 'used3(a)'],
    ['use4(a)', 'used4(a)'],
  );
  const first = edit('x: first half', 'drivers/x.c', ['step1(a)', 'first(a)']);
  const { git, own } = both([whole, two], [first, half, two]);
  expect(own).toBe(git);
});

test('added blocks, removed lines and several files agree with git', () => {
  const a: Step = {
    message: 'all: rework',
    change: (read) => ({
      'drivers/x.c': read('drivers/x.c').replace('\tuse5(a);', '\tif (a->x) {\n\t\tuse5(a);\n\t\tuse6(a);\n\t}'),
      'drivers/y.c': read('drivers/y.c').replace('\tint rc;\n', ''),
    }),
  };
  const b: Step = {
    message: 'all: rework',
    change: (read) => ({
      'drivers/x.c': read('drivers/x.c').replace(
        '\tuse5(a);',
        '\tif (a->x) {\n\t\tuse5(a);\n\t\tuse7(a);\n\t\tuse6(a);\n\t} else {\n\t\tuse8(a);\n\t}',
      ),
      'drivers/y.c': read('drivers/y.c').replace('\tint rc;\n', '').replace('\tlock(a);\n', ''),
      'drivers/z.c': 'int z;\n',
    }),
  };
  const { git, own, statuses } = both([a, two], [b, two]);
  expect(own).toBe(git);
  expect(statuses).toEqual(['changed', 'unchanged']);
});

test('ten patches and more widen the number column', () => {
  const many = Array.from({ length: 11 }, (_, k) => edit(`x: ${k}`, 'drivers/x.c', [`use${k}(a)`, `used${k}(a)`]));
  const { git, own } = both(many, many.slice(1));
  expect(own).toBe(git);
});
