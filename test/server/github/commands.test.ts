import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommands } from '../../../src/server/github/commands.ts';

describe('commands in a comment', () => {
  test.each([
    ['/abbot rerun', { kind: 'rerun' }],
    ['/abbot help', { kind: 'help' }],
    ['  /abbot RERUN  ', { kind: 'rerun' }],
    ['/abbot explain abba:a_lock:b_lock', { kind: 'explain', finding: 'abba:a_lock:b_lock' }],
    ['/abbot explain `abba:a_lock:b_lock`.', { kind: 'explain', finding: 'abba:a_lock:b_lock' }],
    [
      '/abbot ignore abba:device.mutex:b_lock because b is only taken at boot',
      { kind: 'ignore', finding: 'abba:device.mutex:b_lock', because: 'b is only taken at boot' },
    ],
    ['/abbot unignore abba:a:b', { kind: 'unignore', finding: 'abba:a:b' }],
    ['/abbot ignore abba:a:b', { kind: 'unknown', said: 'ignore needs a reason: because …' }],
    ['/abbot ignore because I say so', { kind: 'unknown', said: 'ignore needs the name of a finding' }],
    ['/abbot explain', { kind: 'unknown', said: 'explain needs the name of a finding' }],
    ['/abbot please', { kind: 'unknown', said: 'please' }],
    ['/abbot', { kind: 'unknown', said: '' }],
  ])('%s', (text, command) => {
    const [first] = parseCommands(text);
    expect(first).toEqual(command);
  });

  test.each([
    ['in a quotation', '> /abbot rerun'],
    ['in the middle of a line', 'please /abbot rerun'],
    ['in a code block', '```\n/abbot rerun\n```'],
    ['in an indented block', '    /abbot rerun'],
    ['as another word', '/abbots rerun'],
  ])('%s is none', (_where, text) => expect(parseCommands(text)).toEqual([]));

  test('after other text and after a code block is one', () =>
    expect(parseCommands('thanks!\r\n```c\nx();\n```\r\n/abbot rerun\r\n')).toEqual([{ kind: 'rerun' }]));

  test('are at most five', () => expect(parseCommands('/abbot help\n'.repeat(9))).toHaveLength(5));

  test('of any text are found in linear time, and nothing throws', () => {
    fc.assert(fc.property(fc.string(), (text) => parseCommands(`/abbot ${text}`).length >= 1));
    const started = performance.now();
    parseCommands(`/abbot ignore ${'a '.repeat(35_000)}`);
    parseCommands('`'.repeat(70_000));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
