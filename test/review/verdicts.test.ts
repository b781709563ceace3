import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type Finding, runReview } from '../../src/review/index.ts';
import { folderWith, mails, request } from './request.ts';

const HEAD = 'static DEFINE_MUTEX(one);\nstatic DEFINE_MUTEX(two);\n\n';
/** A function that takes the locks in the order given and gives them back. */
const takes = (name: string, ...locks: string[]): string =>
  `void ${name}(void)\n{\n${[
    ...locks.map((lock) => `\tmutex_lock(&${lock});`),
    `\tcount_${name}++;`,
    ...[...locks].reverse().map((lock) => `\tmutex_unlock(&${lock});`),
  ].join('\n')}\n}\n\n`;

/** What git says is between two texts. */
function diff(before: string, after: string): string {
  const folder = folderWith({ 'a/x.c': before, 'b/x.c': after });
  return spawnSync('git', ['diff', '--no-index', '--no-prefix', 'a/x.c', 'b/x.c'], { cwd: folder, encoding: 'utf8' })
    .stdout;
}

/** The findings of a series that turns the first text into the second, and so on. */
async function findings(...states: string[]): Promise<readonly Finding[]> {
  const total = states.length - 1;
  const patches = states.slice(1).map((state, i) => ({
    tag: `PATCH ${i + 1}/${total}`,
    title: `x: step ${i + 1}`,
    minute: i + 1,
    body: `Why.\n---\n${diff(states[i] ?? '', state)}`,
    ...(i > 0 ? { replyTo: `patch-1-${total}-x-step-1@example.org` } : {}),
  }));
  const folder = folderWith({ 'x.c': states[0] ?? '', 'in/a.mbox': mails(...patches) });
  const review = await runReview(request({ inputs: [`${folder}/in`], tree: folder, all: true }));
  if (!review.ok) throw new Error(review.fault.what);
  return review.value.findings;
}

const straight = HEAD + takes('first', 'one', 'two') + takes('second', 'two');
const inverted = HEAD + takes('first', 'one', 'two') + takes('second', 'two', 'one');
const twice = inverted + takes('third', 'two', 'one');

test('an inversion that comes is introduced', async () => {
  expect(await findings(straight, inverted)).toMatchObject([
    {
      fingerprint: 'abba:one:two',
      verdict: 'introduced',
      introducedBy: 1,
      summary: 'With patch 1/1, second() takes one with two held, and first() takes them the other way round.',
    },
  ]);
});

test('an inversion that goes is fixed', async () => {
  const [finding, ...others] = await findings(inverted, straight);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ verdict: 'fixed', fixedBy: 1, introducedBy: null });
  expect(finding?.summary).toMatch(
    /^(?:one and two|two and one) were taken in both orders; patch 1\/1 leaves no such path/,
  );
});

test('an inversion that comes and goes within the series is transient', async () => {
  expect(await findings(straight, inverted, straight)).toMatchObject([
    {
      verdict: 'transient',
      introducedBy: 1,
      fixedBy: 2,
      summary: expect.stringMatching(/^Between patch 1\/2 and patch 2\/2 only, second\(\) takes one with two held/),
    },
  ]);
});

test('a further inversion of a pair that was inverted is a new path', async () => {
  expect(await findings(inverted, twice)).toMatchObject([
    {
      verdict: 'new-path',
      introducedBy: 1,
      summary: expect.stringContaining('third() takes one with two held as well'),
    },
  ]);
});

test('one inversion less of two is a narrowing', async () => {
  expect(await findings(twice, inverted)).toMatchObject([
    { verdict: 'narrowed', summary: expect.stringContaining('the series closes 1 path') },
  ]);
});

test('a lock that is taken twice is a self-deadlock, named with its function', async () => {
  expect(await findings(straight, HEAD + takes('first', 'one', 'one') + takes('second', 'two'))).toMatchObject([
    {
      fingerprint: 'self-deadlock:one:first',
      kind: 'self-deadlock',
      diagram: '',
      summary: 'With patch 1/1, first() takes one while it holds it already.',
    },
  ]);
});

test('a series that changes no lock has no finding', async () => {
  expect(await findings(straight, straight.replace('count_first++', 'count_first--'))).toEqual([]);
});
