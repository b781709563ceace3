import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMail } from '../../src/mail/index.ts';
import { type MailOptions, type Reply, renderMail } from '../../src/report/index.ts';
import type { Letter, Review } from '../../src/review/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { hostile, hostileReview } from './hostile.ts';
import { introduced, letters, missingUnlock, options, reviewWith } from './mail-fixtures.ts';

function mail(review: Review, more: Partial<MailOptions> = {}, from: readonly Letter[] = letters): Reply {
  const reply = renderMail(review, from, { ...options, ...more });
  if (reply.kind !== 'mail') throw new Error(reply.why);
  return reply;
}

/** The lines that abbot says itself: neither quoted nor indented code, without the signature. */
function said(message: string): string[] {
  const body = message.slice(message.indexOf('\n\n') + 2).split('\n-- \n')[0] ?? '';
  return body.split('\n').filter((line) => !line.startsWith('>') && !line.startsWith('  '));
}

test('a deadlock is asked about below the quoted lines, with both halves of the proof', () => {
  expectGolden('mail-introduced.eml', mail(reviewWith(introduced)).message);
});

test('findings of two patches make one mail, to the patch with the gravest one', () => {
  const reply = mail(reviewWith({ ...missingUnlock, verdict: 'new-path' }, introduced));
  expect(reply.inReplyTo).toBe('20260102.1-v3@example.org');
  expectGolden('mail-two-patches.eml', reply.message);
});

test('a new path into something old says that it is old', () => {
  const found = { ...introduced, verdict: 'new-path' as const, statistics: { ...introduced.statistics, remaining: 8 } };
  expectGolden('mail-new-path.eml', mail(reviewWith(found)).message);
});

test('what was asked before is one line, and so is what was fixed since', () => {
  const { fingerprint, locks } = introduced;
  const past = [
    { fingerprint, locks, state: 'still' as const, since: 2, toldIn: 'abbot-1@abbot.example.org' },
    {
      fingerprint: 'x',
      locks: ['a.lock', 'b.lock'],
      state: 'fixed' as const,
      since: 3,
      toldIn: 'abbot-1@abbot.example.org',
    },
  ];
  const { message } = mail(reviewWith(introduced), { past });
  expectGolden('mail-still.eml', message);
  expect(message).not.toContain('CPU0');
});

test('a draft for git send-email leaves the sender to it', () => {
  const { message } = mail(reviewWith(introduced), { from: null });
  expect(message).toMatch(/^To: /);
  expect(message).not.toMatch(/^(?:From|Date):/m);
});

test('to the author alone means that nobody else gets it', () => {
  const reply = mail(reviewWith(introduced), { mode: 'author' });
  expect([reply.to.map((p) => p.email), reply.cc]).toEqual([['ada@example.org'], []]);
});

test('the author of a mail that the list sent in its own name is answered, not the list twice', () => {
  const munged = letters.map((l) => ({
    ...l,
    from: { name: 'Ada Coder via widget', email: 'linux-widget@lists.example.org' },
  }));
  const reply = mail(reviewWith(introduced), {}, munged);
  expect(reply.to.map((p) => p.email)).toEqual(['ada@example.org']);
});

test('the same version gets the same message-id, another version another one', () => {
  const review = reviewWith(introduced);
  const other = { ...review, series: { ...review.series, version: 4 } };
  expect(mail(review).messageId).toBe(mail({ ...review, run: 'other' }).messageId);
  expect(mail(other).messageId).not.toBe(mail(review).messageId);
});

test('names that are not ASCII go out as encoded words and come back as they were', async () => {
  const from = { name: 'Адa Кодер, "the" 作者', email: 'ada@example.org' };
  const subject = `[PATCH v3 1/2] ${'größere Änderung '.repeat(8)}`;
  const { message } = mail(
    reviewWith(introduced),
    {},
    letters.map((l) => ({ ...l, from, subject })),
  );
  const read = await parseMail(Buffer.from(message), 'test');
  if (!read.ok) throw new Error(read.fault.what);
  expect(read.value.to).toEqual([from]);
  expect(read.value.subject).toBe(`Re: ${subject.trim()}`);
  expect(
    message
      .split('\n\n')[0]
      ?.split('\n')
      .every((line) => line.length <= 78 && /^[\t\x20-\x7e]*$/.test(line)),
  ).toBe(true);
});

test('its own words are at most 72 columns wide, name no severity and give no tag', () => {
  for (const review of [reviewWith(introduced), reviewWith({ ...introduced, verdict: 'new-path' }, missingUnlock)]) {
    const { message } = mail(review);
    for (const line of said(message)) expect(line.length).toBeLessThanOrEqual(72);
    expect(message).not.toMatch(/critical|severe|high|great|thank|please|!\s/i);
    expect(said(message).join('\n')).not.toMatch(/^\s*[\w-]+:(?:\s|$)/m);
    expect(message).toContain('?');
  }
});

test('whatever a series and its mails say, one message comes out, to the addresses that are addresses', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (evil) => {
      const review = hostileReview(evil);
      const worse = review.findings.map((f) => ({
        ...introduced,
        ...f,
        verdict: 'introduced' as const,
        answered: [],
        introducedBy: 1,
      }));
      const person = { name: evil, email: evil };
      const reply = renderMail(
        {
          ...review,
          findings: worse,
          run: evil,
          series: { ...review.series, author: { name: evil, email: 'ada@example.org' } },
        },
        letters.map((l) => ({
          ...l,
          subject: evil,
          from: { name: evil, email: 'ada@example.org' },
          cc: [person],
          references: [evil],
        })),
        { ...options, past: [] },
      );
      if (reply.kind === 'silent') return;
      const read = await parseMail(Buffer.from(reply.message), 'test');
      if (!read.ok) throw new Error(read.fault.what);
      const names = read.value.headers.map(([name]) => name);
      expect(names.filter((name) => !/^X-Abbot-Finding$/.test(name))).toEqual([
        'From',
        'To',
        'Cc',
        'Subject',
        'Message-ID',
        'In-Reply-To',
        'References',
        'MIME-Version',
        'Content-Type',
        'Content-Transfer-Encoding',
        'Auto-Submitted',
        'X-Abbot-Series',
        'X-Abbot-Run',
      ]);
      expect(read.value.to.map((p) => p.email)).toEqual(['ada@example.org']);
      expect(['linux-widget@lists.example.org', evil]).toEqual(
        expect.arrayContaining(read.value.cc.map((p) => p.email)),
      );
      for (const line of reply.message.split('\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
      expect(said(reply.message).join('\n')).not.toMatch(/^\s*[\w-]+-by:/im);
    }),
    { numRuns: 150 },
  );
});
