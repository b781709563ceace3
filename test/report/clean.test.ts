import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean, cleanLines } from '../../src/report/clean.ts';
import { displayWidth, pad, wrap } from '../../src/report/display-width.ts';

test('a terminal escape in a subject is shown, not obeyed', () => {
  expect(clean('fix \u001b[2J it')).toBe('fix \ufffd[2J it');
});

test('a direction override cannot turn a line round', () => {
  expect(clean('a\u202eb\u2066c')).toBe('a\ufffdb\ufffdc');
});

test('a line break inside a subject becomes a blank', () => {
  expect(clean('one\r\ntwo\u2028three')).toBe('one  two three');
});

test('a half surrogate pair is replaced', () => {
  expect(clean('x\ud83d')).toBe('x\ufffd');
});

test('tabs of a diff keep their columns', () => {
  expect(cleanLines('+\tint x;\n \ty')).toEqual(['+       int x;', '        y']);
});

test('wide characters count two columns and combining marks none', () => {
  expect(displayWidth('锁e\u0301')).toBe(3);
  expect(pad('锁', 4)).toBe('锁  ');
});

test('a word longer than the line has a line of its own', () => {
  expect(wrap('a verylongword b', 6)).toEqual(['a', 'verylongword', 'b']);
});

test('cleaned text holds nothing that a terminal obeys, and cleaning twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const once = clean(text);
      expect(once).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      expect(clean(once)).toBe(once);
    }),
  );
});

test('wrapping loses no word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z锁]{1,12}$/)), fc.integer({ min: 1, max: 40 }), (words, columns) => {
      expect(wrap(words.join(' '), columns).join(' ')).toBe(words.join(' '));
    }),
  );
});
