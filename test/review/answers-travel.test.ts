import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { parseMail } from '../../src/mail/index.ts';
import { renderText } from '../../src/report/index.ts';
import { type Review, runReview } from '../../src/review/index.ts';
import { readAnswers } from '../../src/review/read-answers.ts';
import { answerFile } from '../../src/store/index.ts';
import { folderWith, request } from './request.ts';

const TREE = 'examples/tree';
let finding = '';

async function review(inputs: string[], store?: string): Promise<Review> {
  const answers = store === undefined ? {} : { answers: answerFile(store) };
  const done = await runReview(request({ inputs, tree: TREE, ...answers }));
  if (!done.ok) throw new Error(done.fault.what);
  return done.value;
}

beforeAll(async () => {
  finding = (await review(['examples/series/v1.mbox'])).findings[0]!.fingerprint;
}, 60_000);

const ours = (...fingerprints: string[]) =>
  [
    'From: abbot <abbot@example.org>',
    'Subject: Re: [PATCH 2/2] port: remove channels under the topology lock',
    'Message-ID: <review-1@abbot.example.org>',
    'In-Reply-To: <20260302081500.1184-3-nadja@example.org>',
    'Date: Mon, 02 Mar 2026 12:00:00 +0000',
    'Auto-Submitted: auto-generated',
    ...fingerprints.map((f) => `X-Abbot-Finding: ${f}`),
    '',
    'Can these two locks be taken the other way round here?',
    ...fingerprints,
    '',
  ].join('\n');

const answer = (text: string, id = 'answer-1', to = '<review-1@abbot.example.org>') =>
  [
    'From: Rae Viewer <rae@example.org>',
    'Subject: Re: [PATCH 2/2] port: remove channels under the topology lock',
    `Message-ID: <${id}@example.org>`,
    `In-Reply-To: ${to}`,
    'Date: Tue, 03 Mar 2026 09:00:00 +0000',
    '',
    text,
    '',
  ].join('\n');

async function read(...mails: string[]) {
  const parsed = await Promise.all(mails.map((mail) => parseMail(Buffer.from(mail), 'x')));
  return readAnswers(parsed.flatMap((mail) => (mail.ok ? [mail.value] : [])));
}
const A = 'abba:a_lock:b.mutex';
const B = 'self-deadlock:c_lock:take_it';

test('a verdict given on v1 is told with the same finding of v2, when v1 is long out of sight', async () => {
  const folder = folderWith({
    'v1/1.mbox': readFileSync('examples/series/v1.mbox', 'utf8'),
    'v1/2.eml': ours(finding),
    'v1/3.eml': answer(
      'On Monday, abbot wrote:\n> Can these two locks be taken?\n\nThat is a false positive: the port is dead by then.',
    ),
  });
  const store = join(folder, 'data', 'answers.jsonl');
  const said = { messageId: 'answer-1@example.org', by: 'Rae Viewer', verdict: 'false-alarm' };

  const first = await review([join(folder, 'v1')], store);
  expect(first.findings.find((f) => f.fingerprint === finding)?.answered).toMatchObject([said]);

  const second = await review(['examples/series/v2.mbox'], store);
  const again = second.findings.find((f) => f.fingerprint === finding);
  expect(again?.answered).toMatchObject([said]);
  expect(renderText(second, { width: 80, color: false, all: false })).toContain('Rae Viewer (a false alarm)');
  // A person's word is shown; it does not hide the finding.
  expect(again?.reported).toBe(true);
  const without = await review(['examples/series/v2.mbox']);
  expect(without.findings.find((f) => f.fingerprint === finding)?.answered).toEqual([]);
  expect(second.run).not.toBe(without.run);
}, 120_000);

test('an answer is remembered once, however often its mail is read', async () => {
  const folder = folderWith({
    'v1/1.mbox': readFileSync('examples/series/v1.mbox', 'utf8'),
    'v1/2.eml': answer(`${finding} is a known issue.`, 'a', '<20260302081500.1184-3-nadja@example.org>'),
  });
  const store = join(folder, 'answers.jsonl');
  await review([join(folder, 'v1')], store);
  await review([join(folder, 'v1')], store);
  expect(readFileSync(store, 'utf8').trim().split('\n')).toHaveLength(1);
}, 120_000);

test('a store that cannot be used is a note, and the review stands', async () => {
  const folder = folderWith({ 'answers.jsonl/x': '' });
  const done = await review(['examples/series/v1.mbox'], join(folder, 'answers.jsonl'));
  expect(done.coverage.notes).toContainEqual(expect.stringContaining('earlier answers are not shown'));
}, 60_000);

test.each([
  ['This is a false positive.', 'false-alarm'],
  ['No, this cannot happen, the device is gone.', 'false-alarm'],
  ['That was fixed in commit 0123456789ab.', 'fixed-elsewhere'],
  ['A pre-existing problem, and a known limitation.', 'known'],
  ['Is this a false positive?', null],
  ['I do not think so; this is not a false positive.', null],
  ['I will look at it next week.', null],
])('%s', async (text, verdict) => {
  expect(await read(ours(A), answer(text))).toMatchObject([{ fingerprint: A, by: 'Rae Viewer', verdict }]);
});

test('words that only stand in the quotation decide nothing', async () => {
  expect(await read(ours(A), answer('> This is a false positive.\n\nLet me check.'))).toMatchObject([
    { verdict: null },
  ]);
});

test('an answer to a mail with two findings decides the one it names', async () => {
  expect(await read(ours(A, B), answer(`> ${B}\n\nThis is a false alarm.`))).toMatchObject([
    { fingerprint: B, verdict: 'false-alarm' },
  ]);
  expect(await read(ours(A, B), answer('This is a false alarm.'))).toMatchObject([
    { fingerprint: A, verdict: null },
    { fingerprint: B, verdict: null },
  ]);
});

test('an answer to an answer is about the finding too', async () => {
  const chain = [ours(A), answer('Why?', 'one'), answer('Known issue, we live with it.', 'two', '<one@example.org>')];
  expect(await read(...chain)).toMatchObject([{ verdict: null }, { fingerprint: A, verdict: 'known' }]);
});

test('programs do not answer', async () => {
  const bot = answer(`${A} is a false positive.`).replace('\nDate:', '\nAuto-Submitted: auto-replied\nDate:');
  expect(await read(ours(A), bot)).toEqual([]);
});

test('a file with damaged lines gives the others and counts those', async () => {
  const folder = folderWith({ 'a.jsonl': '' });
  const path = join(folder, 'a.jsonl');
  const one = { fingerprint: A, messageId: 'm', by: 'R', date: null, quote: 'q', verdict: null };
  writeFileSync(path, `${JSON.stringify(one)}\n{"fingerprint":1}\nnonsense`);
  const store = answerFile(path);
  await store.remember([{ ...one, messageId: 'n' }]);
  const kept = await store.load();
  expect(kept).toMatchObject({ ok: true, value: { damaged: 2, answers: [one, { messageId: 'n' }] } });
});

test('whatever people write, it is read without an exception and in time', async () => {
  const start = process.hrtime.bigint();
  await read(ours(A), answer(`${'not '.repeat(40_000)}\n${'fixed '.repeat(40_000)}\n${'abba:'.repeat(40_000)}`));
  expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(4000);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
      await read(ours(A), answer(text));
    }),
    { numRuns: 100 },
  );
});
