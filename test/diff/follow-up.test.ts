import { expect, test } from 'vitest';
import { type ComparablePatch, type ComparableReply, compareVersions, readComments } from '../../src/diff/index.ts';

const reviewer = { name: 'Rae Viewer', email: 'rae@example.org' };
const author = { name: 'Ada Coder', email: 'ada@example.org' };

function reply(body: string, more: Partial<ComparableReply> = {}): ComparableReply {
  return { messageId: 'r@example.org', from: reviewer, body, patchIndex: 1, ...more };
}

/** A patch to `attach()` of a widget; each entry is a line of its one hunk, with its mark. */
function patch(lines: string[], message = 'Attaching takes the lock.\n\nSigned-off-by: Ada Coder'): ComparablePatch {
  const old = lines.filter((l) => !l.startsWith('+')).length;
  const now = lines.filter((l) => !l.startsWith('-')).length;
  const diff = [
    'diff --git a/drivers/widget.c b/drivers/widget.c',
    '--- a/drivers/widget.c',
    '+++ b/drivers/widget.c',
    `@@ -10,${old} +10,${now} @@ static int attach(struct widget *w)`,
    ...lines,
    '',
  ].join('\n');
  return { index: 1, title: 'widget: lock attach()', author, message, trailers: [], diff };
}

const V1 = [
  ' {',
  ' \tint rc;',
  ' ',
  '+\tmutex_lock(&w->lock);',
  '+\trc = start(w);',
  ' \tuse(w);',
  ' \treturn rc;',
  ' }',
];

function outcomes(body: string, v2: string[], message?: string, more: Partial<ComparableReply> = {}) {
  const version = (n: number, p: ComparablePatch, replies: ComparableReply[]) => ({
    version: n,
    messageId: `v${n}@example.org`,
    patches: [p],
    changelog: [],
    replies,
  });
  const { followUp } = compareVersions(version(1, patch(V1), [reply(body, more)]), version(2, patch(v2, message), []));
  return followUp.map(({ outcome, quoted, evidence }) => ({ outcome, quoted, evidence }));
}
const changed = (from: string, to: string) => V1.map((line) => (line === from ? to : line));
const quote = (comment: string) =>
  `On Monday, Ada wrote:\n> +\tmutex_lock(&w->lock);\n> +\trc = start(w);\n\n${comment}\n`;

test('a quoted line that is another in the newer version is changed, and its successor is named', () => {
  expect(outcomes(quote('Can this fail?'), changed('+\trc = start(w);', '+\trc = start_locked(w);'))).toEqual([
    { outcome: 'changed', quoted: '+rc = start(w);', evidence: 'now +rc = start_locked(w);' },
  ]);
});

test('a quoted line that stays in a function that stays is unchanged', () => {
  expect(outcomes(quote('Can this fail?'), V1)).toMatchObject([{ outcome: 'unchanged', evidence: 'the same in v2' }]);
});

test('a quoted line that stays while a line comes beside it is told with that line', () => {
  const v2 = V1.flatMap((line) => (line === '+\trc = start(w);' ? [line, '+\tif (rc)', '+\t\treturn rc;'] : [line]));
  expect(outcomes(quote('Can this fail?'), v2)).toMatchObject([
    { outcome: 'beside', evidence: 'the line stays; new in attach(): if (rc)' },
  ]);
});

test('code that only the comment names and the newer version adds is taken up', () => {
  const v2 = V1.flatMap((line) =>
    line === '+\trc = start(w);' ? [line, '+\tlockdep_assert_held(&w->lock);'] : [line],
  );
  const body = '> This takes the lock first.\n\nPlease add a lockdep_assert_held() here.\n';
  expect(outcomes(body, v2)).toMatchObject([
    { outcome: 'taken-up', quoted: '', evidence: '1/1 has it: +lockdep_assert_held(&w->lock);' },
  ]);
});

test('a comment below a sentence of the commit message follows the message', () => {
  const body = '> Attaching takes the lock.\n\nWhich lock is meant?\n';
  expect(outcomes(body, V1)).toMatchObject([{ outcome: 'unchanged', quoted: 'Attaching takes the lock.' }]);
  expect(outcomes(body, V1, 'Attaching takes w->lock.')).toMatchObject([{ outcome: 'changed' }]);
});

test('the line a mailer stripped of its tabs is found', () => {
  expect(outcomes('> + mutex_lock(&w->lock);\n\nWhy not a spinlock?\n', V1)).toMatchObject([
    { outcome: 'unchanged', quoted: '+mutex_lock(&w->lock);' },
  ]);
});

test('a comment below a quotation of a quotation is about the code too', () => {
  expect(outcomes('> > +\tmutex_lock(&w->lock);\n> >\n\nWhy not a spinlock?\n', V1)).toHaveLength(1);
});

test('an answer to another person, praise, and the words before a tag are no comments on code', () => {
  expect(outcomes('> > +\tmutex_lock(&w->lock);\n> Why not a spinlock?\n\nBecause start() sleeps.\n', V1)).toEqual([]);
  expect(outcomes(quote('Nice, thanks!'), V1)).toEqual([]);
  expect(
    outcomes(
      quote(
        'With or without that this looks good to me, it ran here for a week.\n\nReviewed-by: Rae Viewer <rae@example.org>',
      ),
      V1,
    ),
  ).toEqual([]);
});

test('the author answering is no review', () => {
  expect(outcomes(quote('Can this fail? No.'), V1, undefined, { from: author })).toEqual([]);
});

test('an answer to the cover letter finds the patch it quotes', () => {
  expect(outcomes(quote('Can this fail?'), V1, undefined, { patchIndex: null })).toHaveLength(1);
});

test('comments are read without greeting, attribution, signature and elisions', () => {
  const body =
    'Hi Ada,\n\nOn Monday, Ada wrote:\n> +\ta();\n[...]\n> +\tb();\n\nWhy?\n\nThanks,\nRae\n-- \nRae Viewer\n';
  expect(readComments(reply(body))).toEqual([
    { messageId: 'r@example.org', by: 'Rae Viewer', patchIndex: 1, quoted: ['+\ta();', '+\tb();'], text: 'Why?' },
  ]);
});

test('a hostile reply takes no time', () => {
  const start = process.hrtime.bigint();
  const long = `${'>'.repeat(200_000)} x\n${'> +\tmutex_lock(&w->lock);\n'.repeat(20_000)}why ${'a_'.repeat(50_000)}?\n`;
  outcomes(long, V1);
  outcomes(`${'> > > '.repeat(30_000)}\n${'[...'.repeat(40_000)}\n${'Thanks\n'.repeat(20_000)}`, V1);
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(4000);
});
