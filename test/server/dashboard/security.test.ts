import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inboxAddress, readInboxQuery } from '../../../src/server/dashboard/inbox-query.ts';
import { csrfOf, isCsrf, ownPlace } from '../../../src/server/dashboard/security.ts';
import { line } from '../../../src/server/dashboard/words.ts';

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a\nb', 'javascript:alert(1)', '', '/ö'])(
  'to %j nobody is sent after the login',
  (to) => {
    expect(ownPlace(to)).toBe('/');
  },
);

const PIECES = fc.constantFrom(
  '/',
  '//',
  '\\',
  'https:',
  '@',
  ':',
  '.',
  '..',
  '?',
  '#',
  'evil.example',
  'a',
  '%2f',
  '\t',
  ' ',
);

test('wherever the login leads is on this server', () => {
  fc.assert(
    fc.property(fc.array(PIECES, { maxLength: 8 }), (pieces) => {
      const url = new URL(ownPlace(pieces.join('')), 'http://here.invalid');
      expect(url.host).toBe('here.invalid');
    }),
  );
});

test('a proof of one session is none of another', () => {
  expect(isCsrf('a', csrfOf('a'))).toBe(true);
  expect(isCsrf('b', csrfOf('a'))).toBe(false);
  expect(isCsrf('a', undefined)).toBe(false);
  expect(isCsrf('a', ['x'])).toBe(false);
});

test('a view of the inbox has an address that leads to the same view', () => {
  fc.assert(
    fc.property(
      fc.record({ q: fc.string(), list: fc.string(), author: fc.string(), unread: fc.boolean() }),
      (given) => {
        const query = readInboxQuery(new URL(inboxAddress(given), 'http://here.invalid').searchParams);
        expect(readInboxQuery(new URL(inboxAddress(query), 'http://here.invalid').searchParams)).toEqual(query);
      },
    ),
  );
});

test('text of others is one line of bounded length that cannot turn the writing around', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      expect(line(text, 100).length).toBeLessThanOrEqual(100);
      expect(/[\u202a-\u202e\u2066-\u2069\n\r\0]/.test(line(text, 100))).toBe(false);
    }),
  );
});
