import { expect, test } from 'vitest';
import { type DraftFacts, decideDraft, decideSending, type SendingFacts } from '../../../src/server/mail/index.ts';

const draft: DraftFacts = {
  silence: null,
  hadTree: true,
  sameVersion: false,
  newerVersion: false,
  canSend: true,
  stopped: false,
  consent: 'list',
  settle: 1800,
};

test('with consent a mail is queued, and goes out when the settle time is over', () => {
  expect(decideDraft(draft)).toEqual({ decision: 'queued', reason: 'consent-list', seconds: 1800 });
});

test.each<[string, Partial<DraftFacts>, string, string]>([
  ['the review has nothing to say', { silence: 'nothing-worse' }, 'silent', 'nothing-worse'],
  ['there was no tree', { hadTree: false }, 'silent', 'no-tree'],
  ['this version was answered', { sameVersion: true }, 'silent', 'said-already'],
  ['a newer version is there', { newerVersion: true }, 'silent', 'newer-version'],
  ['nobody agreed', { consent: null }, 'held', 'no-consent'],
  ['nobody agreed and no server is named', { consent: null, canSend: false }, 'held', 'no-consent'],
  ['no server is named', { canSend: false }, 'held', 'no-server'],
  ['mail is stopped', { stopped: true }, 'held', 'stopped'],
])('%s', (_name, change, decision, reason) => {
  expect(decideDraft({ ...draft, ...change })).toEqual({ decision, reason });
});

const due: SendingFacts = {
  stopped: false,
  mode: 'list',
  consents: new Set(['list']),
  openAttempt: false,
  accepted: false,
  sameVersionSent: false,
  newerVersion: false,
  settledMeanwhile: false,
  toPlace: 0,
  toAuthor: 0,
  perList: 2,
  perAuthor: 1,
};

test('a mail that is due and allowed is sent', () => {
  expect(decideSending(due)).toEqual({ act: 'send' });
});

test.each<[string, Partial<SendingFacts>, string, string]>([
  ['an attempt without an end', { openAttempt: true }, 'hold', 'unknown'],
  ['a mail that went out before', { accepted: true }, 'hold', 'sent-before'],
  ['a version that was answered', { sameVersionSent: true }, 'drop', 'said-already'],
  ['a newer version', { newerVersion: true }, 'drop', 'newer-version'],
  ['people have answered', { settledMeanwhile: true }, 'drop', 'answered'],
  ['consent was taken back', { consents: new Set() }, 'hold', 'no-consent'],
  ['consent to mail to authors alone', { consents: new Set(['author']) }, 'hold', 'no-consent'],
  ['consent to mail on the list alone', { mode: 'author' }, 'hold', 'no-consent'],
  ['the stop', { stopped: true }, 'wait', 'stopped'],
  ["the list's mails of the day", { toPlace: 2 }, 'wait', 'list-cap'],
  ["the author's mails of the day", { toAuthor: 1 }, 'wait', 'author-cap'],
])('%s keeps it back', (_name, change, act, reason) => {
  expect(decideSending({ ...due, ...change })).toMatchObject({ act, reason });
});

test('what is unknown comes before all else: not even a person who stops mail hides it', () => {
  expect(decideSending({ ...due, openAttempt: true, stopped: true, newerVersion: true }).act).toBe('hold');
});
