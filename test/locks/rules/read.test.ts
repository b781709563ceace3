import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRules } from '../../../src/locks/rules/read.ts';
import { problemsOf, rulesText } from './problems.ts';

describe('what is wrong, where, and what to write instead', () => {
  test('an unknown key is named with its nearest known one', () => {
    const text = rulesText('locks:', '  mutex:', '    aquire: [mutex_lock]');
    expect(problemsOf(text)).toEqual(["4:5: error: locks.mutex: unknown key 'aquire'; write 'acquire'"]);
  });

  test('an unknown key that resembles none gets the list of keys', () => {
    expect(problemsOf(rulesText('zzzzzzzzzz: 1'))[0]).toMatch(
      /^2:1: error: unknown key 'zzzzzzzzzz'; use one of: schema, about,/,
    );
  });

  test('a wrong key inside one call is found at its own column', () => {
    const text = rulesText('locks:', '  m:', '    acquire:', '      - {name: m_lock, sucess: zero}');
    expect(problemsOf(text)).toEqual(["5:24: error: locks.m.acquire.0: unknown key 'sucess'; write 'success'"]);
  });

  test('a value that is not one of the allowed ones is found at the value', () => {
    const text = rulesText('locks:', '  m:', '    acquire:', '      - {name: m_lock, success: maybe}');
    expect(problemsOf(text)[0]).toMatch(
      /^5:33: error: locks\.m\.acquire\.0\.success: expected one of "always"\|"zero".+; see docs\/rules\.md/,
    );
  });

  test('a name that is no C identifier says to write the bare name', () => {
    const text = rulesText('no-return: ["panic()"]');
    expect(problemsOf(text)).toEqual([
      '2:13: error: no-return.0: not a C identifier; write the bare name, without () or &',
    ]);
  });

  test('a slot without its struct says what a slot looks like', () => {
    const text = rulesText('slots:', '  - {slot: probe, because: x}');
    expect(problemsOf(text)[0]).toBe(
      '3:12: error: slots.0.slot: not a slot; write struct_tag.field, as in work_struct.func',
    );
  });

  test('a missing schema line is told at the top of the file', () => {
    expect(problemsOf('no-return: [panic]\n')).toEqual([
      '1:1: error: schema: not a rule format this program reads; write schema: abbot.rules/1',
    ]);
  });

  test('a date that is none is told with the form of a date', () => {
    const text = rulesText('suppressions:', "  - {locks: [a], reason: r, expires: '31.12.2026'}");
    expect(problemsOf(text)[0]).toBe("3:38: error: suppressions.0.expires: not a date; write it as '2027-01-31'");
  });

  test('a YAML 1.1 yes or no is answered with true or false', () => {
    const text = rulesText('locks: {m: {sleeps: yes}}');
    expect(problemsOf(text)).toEqual([
      '2:21: error: locks.m.sleeps: expected boolean, received string; write true or false',
    ]);
  });

  test('a path that leaves the tree is refused', () => {
    const text = rulesText('opaque:', '  - {path: ../etc/, because: x}');
    expect(problemsOf(text)[0]).toContain('leaves the tree; write a path relative to the root of the tree');
  });

  test('the same key twice is told where the second stands', () => {
    expect(problemsOf(rulesText('containers: [a]', 'containers: [b]'))).toEqual([
      '3:1: error: the same key twice; keep one of the two, or merge them',
    ]);
  });

  test('broken YAML is told with its line', () => {
    expect(problemsOf(rulesText('containers: [a'))[0]).toMatch(/^3:1: error: .+; write plain YAML/);
  });

  test('several problems of one file are all told', () => {
    expect(problemsOf(rulesText('foo: 1', 'containers: [1]', 'no-return: {}'))).toHaveLength(3);
  });
});

describe('hostile input', () => {
  test('an empty file asks for the schema line', () => {
    expect(problemsOf('')).toEqual(['1:1: error: the file is empty; write at least: schema: abbot.rules/1']);
  });

  test('anchors and aliases are refused before anything is expanded', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghij'.split('').map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]}, `.repeat(10)}]`),
    ];
    const started = performance.now();
    expect(problemsOf(rulesText(...bomb))).toContain('2:7: error: anchors are not read; remove &a');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('tags are refused', () => {
    expect(problemsOf(rulesText('about: !!js/function x'))[0]).toMatch(/remove (the tag|!)/);
  });

  test.each([
    ['brackets', '['.repeat(100_000)],
    ['brackets on many lines', 'a: [\n'.repeat(30_000)],
    ['dashes', '- '.repeat(100_000)],
    ['question marks', '? '.repeat(100_000)],
    ['indentation', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('deeply nested %s end with a problem', (_, text) => {
    const { content, problems } = readRules('f', text);
    expect(content).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
  });

  test('forty thousand keys are checked in a moment', () => {
    const started = performance.now();
    problemsOf(
      Array.from({ length: 40_000 }, (_, i) => `k${i}:`)
        .join('\n')
        .slice(0, 256 * 1024),
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('a name from the prototype is refused', () => {
    expect(problemsOf(rulesText('locks: {__proto__: {acquire: [x]}}')).length).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>)['acquire']).toBeUndefined();
  });

  test('no text makes the reader throw, and an unusable file always says why', () => {
    const words = fc.constantFrom(
      'schema: abbot.rules/1\n',
      'locks:',
      '  m:',
      '    acquire: [',
      'mutex_lock',
      ']',
      '\n',
      '- ',
      '{',
      '}',
      '&a',
      '*a',
      '!t',
      '"',
      "'",
      '|',
      '\t',
      '#',
      ': ',
      '<<: ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (text) => {
          const { content, problems } = readRules('f', text);
          expect(content !== null || problems.length > 0).toBe(true);
          for (const { line, column } of problems) expect(line >= 1 && column >= 1).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
