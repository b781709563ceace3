import { expect, test } from 'vitest';
import { isProgram, renderMail } from '../../src/report/index.ts';
import type { Finding, Letter, Review } from '../../src/review/index.ts';
import { introduced, letters, options, reviewWith } from './mail-fixtures.ts';

function reason(review: Review, from: readonly Letter[] = letters): string {
  const reply = renderMail(review, from, options);
  return reply.kind === 'mail' ? 'mail' : reply.reason;
}
const all = (change: Partial<Letter>) => letters.map((letter) => ({ ...letter, ...change }));
const found = (change: Partial<Finding>) => reviewWith({ ...introduced, ...change });
const review = reviewWith(introduced);

test('there is something to say in the first place', () => {
  expect(reason(review)).toBe('mail');
});

test.each<[string, Review, string]>([
  ['nothing found', reviewWith(), 'nothing-worse'],
  ['only what was there before', found({ verdict: 'pre-existing' }), 'nothing-worse'],
  ['only what is fixed', found({ verdict: 'fixed' }), 'nothing-worse'],
  ['only a bisection hazard', found({ verdict: 'transient' }), 'nothing-worse'],
  ['a doubtful finding', found({ reported: false }), 'nothing-worse'],
  [
    'a finding that somebody answered',
    found({ answered: [{ messageId: 'a@b', by: 'Rex', quote: 'no', verdict: 'false-alarm' }] }),
    'answered',
  ],
  ['a series of which a part is missing', { ...review, series: { ...review.series, complete: false } }, 'incomplete'],
  [
    'a series that does not apply',
    {
      ...review,
      base: { ...review.base, applied: review.base.applied.map((hunk) => ({ ...hunk, outcome: 'failed' as const })) },
    },
    'does-not-apply',
  ],
])('%s: silence', (_name, about, expected) => {
  expect(reason(about)).toBe(expected);
});

test('what somebody only spoke of is still told', () => {
  expect(reason(found({ answered: [{ messageId: 'a@b', by: 'Rex', quote: 'hm', verdict: null }] }))).toBe('mail');
});

test.each<[string, Partial<Letter>, string]>([
  ['syzbot', { from: { name: 'syzbot', email: 'syzbot+1a2b@syzkaller.example.com' } }, 'bot'],
  ['a test robot', { from: { name: 'kernel test robot', email: 'lkp@example.com' } }, 'bot'],
  ['tip-bot2', { from: { name: 'tip-bot2 for Ada', email: 'tip-bot2@example.de' } }, 'bot'],
  ['patchwork-bot', { from: { name: '', email: 'patchwork-bot+netdev@kernel.example.org' } }, 'bot'],
  ['an address that nobody reads', { from: { name: 'CI', email: 'no-reply@example.org' } }, 'bot'],
  ['a reply', { subject: 'Re: [PATCH v3 1/2] widget' }, 'reply'],
  ['a reply from elsewhere', { subject: 'AW: Re: [PATCH v3 1/2] widget' }, 'reply'],
  ['Auto-Submitted: auto-generated', { telling: { 'auto-submitted': 'auto-generated' } }, 'auto-submitted'],
  [
    'Auto-Submitted: auto-replied',
    { telling: { 'auto-submitted': 'auto-replied; owner-email="x"' } },
    'auto-submitted',
  ],
  ['Auto-Submitted with nothing in it', { telling: { 'auto-submitted': '' } }, 'auto-submitted'],
  ['Precedence: auto_reply', { telling: { precedence: 'auto_reply' } }, 'auto-submitted'],
  ['X-Patchwork-Hint: ignore', { telling: { 'x-patchwork-hint': 'ignore' } }, 'asked-not-to'],
  ['X-Abbot: ignore', { telling: { 'x-abbot': 'Ignore' } }, 'asked-not-to'],
  ['X-Abbot given twice', { telling: { 'x-abbot': 'yes, ignore' } }, 'asked-not-to'],
])('%s: silence', (_name, change, expected) => {
  expect(reason(review, all(change))).toBe(expected);
});

test('one mail of the series that asks for silence speaks for all of it', () => {
  const [cover, ...patches] = letters;
  if (!cover) throw new Error('the fixture has a cover letter');
  expect(reason(review, [{ ...cover, telling: { 'x-abbot': 'ignore' } }, ...patches])).toBe('asked-not-to');
});

test.each([{ 'auto-submitted': 'no' }, { 'auto-submitted': 'No (sent by hand)' }, { precedence: 'bulk' }])(
  '%j is no reason for silence',
  (telling) => {
    expect(reason(review, all({ telling }))).toBe('mail');
  },
);

test('without the mails of the series nobody can be answered', () => {
  expect(reason(review, [])).toBe('no-letter');
});

test.each(['Jane Talbot <jane.talbot@example.org>', 'Bothe <bothe@example.org>', 'Rob Otis <rob.otis@example.org>'])(
  '%s is a person',
  (text) => {
    const [name = '', email = ''] = text.replace('>', '').split(' <');
    expect(isProgram({ name, email })).toBe(false);
  },
);
